import { expect, test } from "vitest";
import { exploration, explore } from "../../src/explore/explore.ts";
import { runCase } from "../../src/explore/run-case.ts";
import { sameFailure, shrink } from "../../src/explore/shrink.ts";
import { builtInScenarios } from "../../src/scenarios/built-in.ts";
import type { Scenario } from "../../src/scenarios/scenario.ts";
import { type ZooName, zoo, zooNames } from "../../src/verify/zoo.ts";

/**
 * Which file of `test/explore/zoo/` hunts on which scenarios, for all members that are hunted there: all files take
 * about as long, since the slowest one decides how long all tests take.
 */
export const HUNTS = {
  counter: ["counter"],
  devices: ["riscv-journal", "riscv-nested", "disk-reader"],
  parts: ["muncher", "twins", "wide-counter"],
  "both-run": ["kv", "riscv-kv", "dice", "ledger"],
  cluster: [
    ...["evacuation", "start-protection", "migrate", "migrate-post-copy", "duplicate", "pooled"],
    ...["power-fence", "power-duel", "array-fence"],
  ],
} as const satisfies Record<string, readonly string[]>;

/** Name of the scenario that has the part that a member breaks. */
export function huntedOn(name: ZooName): string {
  return zoo[name].scenario ?? "counter";
}

/** Hunts all members of the zoo on the scenarios of one file. */
export function testHunts(file: keyof typeof HUNTS): void {
  const scenarios: readonly string[] = HUNTS[file];
  const members = zooNames.filter((name) => scenarios.includes(huntedOn(name)));
  test.each(members)("zoo: %s is found and shrunk to at most three faults", (name) => {
    expectFound(name);
  });
}

function scenarioOf(name: ZooName): Scenario {
  const wanted = huntedOn(name);
  const scenario = builtInScenarios.find((each) => each.name === wanted);
  if (scenario === undefined) throw new Error(`${name}: expected a scenario ${wanted}`);
  return scenario;
}

/** Finds a zoo member with the swarm and shrinks what was found. */
export function hunted(name: ZooName, seeds = 2_000) {
  const scenario = scenarioOf(name);
  const options = { mode: "swarm", seeds, scenario: { broken: [name] } } as const;
  const { judge } = exploration(scenario, options);
  const result = explore(scenario, options);
  if (result.status !== "fails")
    throw new Error(`${name}: expected a finding, got ${result.status}`);
  const [{ run, failure }] = result.findings as [(typeof result.findings)[number]];
  const shrunk = shrink(scenario, run, failure, judge);
  return { scenario, result, run, failure, judge, shrunk };
}

/** A member is found, shrunk to at most three faults, and it is the defect that was found. */
export function expectFound(name: ZooName): void {
  const { scenario, failure, judge, shrunk } = hunted(name);
  expect(shrunk.run.plan.faults.length).toBeLessThanOrEqual(3);
  expect(sameFailure(shrunk.failure, failure)).toBe(true);
  const again = runCase(scenario, shrunk.run, judge);
  expect(again.failure).toEqual(shrunk.failure);
  // Without the defect the same run is fine, under the same scheme.
  const { broken: _defect, ...rest } = shrunk.run.options;
  const { scheme = rest.scheme } = zoo[name];
  const options = { ...rest, ...(scheme === undefined ? {} : { scheme }) };
  expect(runCase(scenario, { ...shrunk.run, options }, judge).verdict).not.toBe("fails");
}
