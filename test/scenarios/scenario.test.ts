// covers src/scenarios/array-fence.ts, src/scenarios/built-in.ts, src/scenarios/counter.ts, src/scenarios/dice.ts, src/scenarios/disk-reader.ts, src/scenarios/duplicate.ts, src/scenarios/evacuation.ts, src/scenarios/key-value.ts, src/scenarios/ledger.ts, src/scenarios/muncher.ts, src/scenarios/pair.ts, src/scenarios/pooled.ts, src/scenarios/power-duel.ts, src/scenarios/power-fence.ts, src/scenarios/protect-when-alone.ts, src/scenarios/riscv-journal.ts, src/scenarios/riscv-key-value.ts, src/scenarios/riscv-nested.ts, src/scenarios/scheme-for.ts, src/scenarios/stand-still.ts, src/scenarios/twins.ts, src/scenarios/two-harts.ts, src/scenarios/wide-counter.ts
import {
  counterScenario,
  keyValueScenario,
  ms,
  partCatalogue,
  type Scenario,
  type ScenarioOptions,
  Simulation,
  seconds,
  verifyDeterminism,
  type ZooMember,
  zoo,
} from "standin";
import { expect, test } from "vitest";
import { builtInScenarios } from "../../src/scenarios/built-in.ts";
import { diceScenario } from "../../src/scenarios/dice.ts";
import { riscvJournalScenario } from "../../src/scenarios/riscv-journal.ts";
import { riscvKeyValueScenario } from "../../src/scenarios/riscv-key-value.ts";
import { twinsScenario } from "../../src/scenarios/twins.ts";
import { stages } from "../../src/schemes/part-choice.ts";
import { schemeNames } from "../../src/schemes/scheme-choice.ts";

function run(scenario: Scenario, seed = 1, crashNs?: number): Simulation {
  const sim = new Simulation({ seed });
  scenario.build(sim, {});
  if (crashNs !== undefined) sim.at(crashNs, () => sim.host("a").crash());
  sim.run({ until: scenario.until });
  return sim;
}

/** Their machines move from host to host by themselves; what happens to them when hosts fail is explored. */
const MOVING: ReadonlySet<string> = new Set([
  "evacuation",
  "migrate",
  "migrate-post-copy",
  "migrate-by-groups",
]);

test.each(builtInScenarios)("scenario $name: does its work in its time", (scenario) => {
  const isMoving = MOVING.has(scenario.name);
  for (const crashNs of isMoving ? [undefined] : [undefined, ms(310)]) {
    const sim = run(scenario, 1, crashNs);
    for (const client of sim.clients) {
      expect(client.acknowledged).toBe(client.requests);
      expect(client.lost).toEqual([]);
      expect(client.duplicated).toEqual([]);
    }
    if (isMoving) continue;
    // Some have a fault of their own, at which b takes over.
    const isTakenOver = crashNs !== undefined || scenario.name.endsWith("-fence");
    expect(sim.machines[0]?.activeHost).toBe(sim.host(isTakenOver ? "b" : "a"));
  }
});

test.each(builtInScenarios)("scenario $name: is a function of its seed", (scenario) => {
  const outcome = verifyDeterminism((observe) => {
    const sim = new Simulation({ seed: 4 });
    observe(sim.trace);
    scenario.build(sim, {});
    sim.run({ until: ms(200) });
  });
  expect(outcome.same).toBe(true);
  expect(run(scenario, 1).hash).not.toBe(run(scenario, 2).hash);
});

/** How many checkpoints the counter makes in 400 ms. */
function epochs(options: ScenarioOptions): number {
  const sim = new Simulation({ seed: 1 });
  let count = 0;
  sim.trace.addSink({
    record(_atNs, _position, { kind }) {
      if (kind === "checkpoint.committed") count += 1;
    },
  });
  counterScenario.build(sim, options);
  sim.run({ until: ms(400) });
  return count;
}

test("scenario: what the caller changes is used", () => {
  expect(epochs({ interval: ms(50) })).toBeLessThan(epochs({ interval: ms(10) }) / 3);
});

test("scenario: the checkpoint scheme is made of the parts that the caller chose", () => {
  expect(epochs({})).toBeGreaterThan(10);
  expect(epochs({ parts: { trigger: "on-request" } })).toBe(1);
  expect(() => epochs({ parts: { capture: "fork" } })).toThrow(/^capture: expected one of/);
});

test("scenario: the machine is protected by the scheme that the caller chose", () => {
  expect(epochs({ scheme: "remus" })).toBe(epochs({}));
  expect(epochs({ scheme: "vmware-ft" })).toBe(1);
  expect(epochs({ scheme: "shadow" })).toBe(1);
  expect(epochs({ scheme: "hybrid" })).toBe(1);
  expect(epochs({ scheme: "hybrid", interval: ms(50) })).toBeGreaterThan(5);
  expect(() => epochs({ scheme: "shade" })).toThrow(/^scheme: expected one of checkpoint, /);
  const parts = { capture: "brownout" };
  expect(() => epochs({ scheme: "hybrid", parts })).toThrow(
    expect.objectContaining({ code: "SCHEME_PARTS" }),
  );
});

test("scenario: a defect brings the scheme that it breaks", () => {
  const member: { -readonly [K in keyof ZooMember]: ZooMember[K] } = zoo["no-witness"];
  try {
    member.scheme = "vmware-ft";
    expect(epochs({ scheme: "remus", broken: ["no-witness"] })).toBe(1);
  } finally {
    delete member.scheme;
  }
});

test.each(
  [
    ...[counterScenario, keyValueScenario, riscvKeyValueScenario, twinsScenario],
    diceScenario,
  ].flatMap((scenario) => schemeNames.map((name) => [name, scenario.name, scenario] as const)),
)("scenario: %s protects %s, with a failover", (scheme, _name, scenario) => {
  const sim = new Simulation({ seed: 3 });
  scenario.build(sim, { scheme });
  sim.at(ms(310), () => sim.host("a").crash());
  sim.run({ until: seconds(2) });
  for (const { lost, duplicated, acknowledged, requests } of sim.clients) {
    expect([lost, duplicated, acknowledged]).toEqual([[], [], requests]);
  }
  expect(sim.violations).toEqual([]);
  for (const machine of sim.machines) expect(machine.activeHost).toBe(sim.host("b"));
});

test("scenario: a defect brings the part that it breaks", () => {
  const member: { -readonly [K in keyof ZooMember]: ZooMember[K] } = zoo["no-witness"];
  try {
    member.parts = { trigger: "on-request" };
    for (const parts of [{}, { trigger: "fixed-interval" }]) {
      expect(epochs({ parts, broken: ["no-witness"] })).toBe(1);
    }
  } finally {
    delete member.parts;
  }
});

test.each([
  [{ quiesce: "storage" }, "PART_NEEDS", /a machine with a disk .* got .*, which has none$/],
  [{ track: "instrumented" }, "STORES_UNMARKED", /"instrumented" needs an instrumented program/],
])("scenario: a part that the machine cannot serve is refused: %j", (parts, code, message) => {
  const build = (): void => {
    keyValueScenario.build(new Simulation({ seed: 3 }), { parts });
  };
  expect(build).toThrow(expect.objectContaining({ code }));
  expect(build).toThrow(message);
});

test.each(
  stages.flatMap((stage) =>
    Object.keys(partCatalogue[stage])
      .filter((name) => name !== "instrumented")
      .map((name) => [stage, name] as const),
  ),
)("scenario: %s %s holds with a failover", (stage, name) => {
  const sim = new Simulation({ seed: 3 });
  // the only machine with a disk whose requests take time
  const scenario = name === "storage" ? riscvJournalScenario : keyValueScenario;
  scenario.build(sim, { parts: { [stage]: name } });
  sim.at(ms(310), () => sim.host("a").crash());
  sim.run({ until: scenario.until });
  for (const { lost, duplicated } of sim.clients) expect([lost, duplicated]).toEqual([[], []]);
  expect(sim.machines[0]?.activeHost).toBe(sim.host("b"));
});

test("scenario: twins are protected again by whoever switches hosts on, back and forth", () => {
  const sim = new Simulation({ seed: 3 });
  twinsScenario.build(sim, {});
  sim.at(ms(210), () => sim.host("a").crash());
  sim.at(ms(610), () => sim.host("b").crash());
  sim.run({ until: seconds(2) });
  for (const machine of sim.machines) {
    expect([machine.activeHost?.name, machine.isProtected]).toEqual(["a", true]);
  }
  for (const { acknowledged, lost, duplicated } of sim.clients) {
    expect([acknowledged, lost, duplicated]).toEqual([100, [], []]);
  }
});
