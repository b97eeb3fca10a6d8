import { expect, test } from "vitest";
import { runFacts } from "../../src/cli/run-facts.ts";
import { counterScenario } from "../../src/scenarios/counter.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";

function facts(untilNs: number, crash?: readonly string[]) {
  const simulation = new Simulation({ seed: 3, onViolation: "record" });
  counterScenario.build(simulation, {});
  for (const host of crash ?? []) simulation.at(ms(310), () => simulation.host(host).crash());
  simulation.run({ until: untilNs });
  return { simulation, ...runFacts(simulation, "counter") };
}

test("run facts: what the trace does not say", () => {
  const { simulation, ...known } = facts(seconds(1));
  expect(known).toEqual({
    scenario: "counter",
    seed: 3,
    runHash: simulation.hash,
    virtualTimeNs: seconds(1),
    events: simulation.engine.events,
    lost: 0,
    duplicated: 0,
    checked: simulation.invariants,
    violations: [],
  });
});

test("run facts: while nobody serves a machine that can still be served, nothing can be told", () => {
  expect(facts(ms(350), ["a"])).toMatchObject({ lost: null, duplicated: null, violations: [] });
});

test("run facts: of a machine that is gone everything is lost", () => {
  const { simulation, lost, violations } = facts(ms(500), ["a", "b"]);
  expect(lost).toBe(simulation.clients[0]?.acknowledged);
  expect(violations.map(({ name }) => name)).toContain("nothing-lost");
});
