// covers src/scenarios/counter.ts, src/scenarios/key-value.ts, src/scenarios/pair.ts, src/scenarios/built-in.ts, src/scenarios/riscv-key-value.ts, src/scenarios/riscv-journal.ts, src/scenarios/riscv-nested.ts
import { counterScenario, ms, type Scenario, Simulation, verifyDeterminism } from "standin";
import { expect, test } from "vitest";
import { builtInScenarios } from "../../src/scenarios/built-in.ts";

function run(scenario: Scenario, seed = 1, crashNs?: number): Simulation {
  const sim = new Simulation({ seed });
  scenario.build(sim, {});
  if (crashNs !== undefined) sim.at(crashNs, () => sim.host("a").crash());
  sim.run({ until: scenario.until });
  return sim;
}

test.each(builtInScenarios)("scenario $name: does its work in its time", (scenario) => {
  for (const crashNs of [undefined, ms(310)]) {
    const sim = run(scenario, 1, crashNs);
    for (const client of sim.clients) {
      expect(client.acknowledged).toBe(client.requests);
      expect(client.lost).toEqual([]);
      expect(client.duplicated).toEqual([]);
    }
    expect(sim.machines[0]?.activeHost).toBe(sim.host(crashNs === undefined ? "a" : "b"));
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

test("scenario: what the caller changes is used", () => {
  const epochs = (interval: number): number => {
    const sim = new Simulation({ seed: 1 });
    let count = 0;
    sim.trace.addSink({
      record(_atNs, _position, { kind }) {
        if (kind === "checkpoint.committed") count += 1;
      },
    });
    counterScenario.build(sim, { interval });
    sim.run({ until: ms(400) });
    return count;
  };
  expect(epochs(ms(50))).toBeLessThan(epochs(ms(10)) / 3);
});
