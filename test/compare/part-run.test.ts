// covers src/compare/part-run.ts, src/compare/measured-run.ts
import { expect, test } from "vitest";
import { type PartRunOptions, runParts } from "../../src/compare/part-run.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { Metrics } from "../../src/report/metrics.ts";
import { keyValueScenario } from "../../src/scenarios/key-value.ts";
import type { Scenario } from "../../src/scenarios/scenario.ts";
import { StandinRangeError } from "../../src/sim/errors.ts";
import { ms } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";

const OPTIONS: PartRunOptions = { seed: 3, untilNs: ms(300), profile: modern, scenario: {} };

/** A scenario that goes wrong. */
function failing(build: Scenario["build"]): Scenario {
  return { name: "failing", description: "", until: ms(1), build };
}

test("part run: its figures are those that standin run reports of the same run", () => {
  const simulation = new Simulation({ seed: 3 });
  const metrics = new Metrics();
  simulation.trace.addSink(metrics);
  keyValueScenario.build(simulation, {});
  simulation.run({ until: ms(300) });
  const run = runParts(keyValueScenario, OPTIONS);
  const { clients, checkpoints } = metrics;
  expect(run).toMatchObject({
    violations: [],
    measures: {
      pauseNs: checkpoints.pauseNs,
      issued: clients.issued,
      acknowledged: clients.acknowledged,
      latencyNs: clients.latencyNs,
    },
  });
  expect(checkpoints.committed).toBeGreaterThan(5);
});

test("part run: an invariant that does not hold is named once", () => {
  const scenario = { broken: ["release-at-stop"] } as const;
  expect(runParts(keyValueScenario, { ...OPTIONS, scenario })).toMatchObject({
    violations: ["output-commit"],
  });
});

test("part run: what a part refuses, in the call or in a process, is its first sentence", () => {
  const refuse = (): never => {
    throw new StandinRangeError("NOT_HERE", "expected another machine. This one has no disk.");
  };
  const expected = { refusal: "expected another machine." };
  expect(runParts(failing(refuse), OPTIONS)).toEqual(expected);
  const late = failing(({ engine }) => engine.at(5, refuse));
  expect(runParts(late, OPTIONS)).toEqual(expected);
});

test("part run: anything else that goes wrong is thrown", () => {
  const broken = failing(() => {
    throw new Error("a defect");
  });
  expect(() => runParts(broken, OPTIONS)).toThrow("a defect");
  const late = failing(({ engine }) =>
    engine.at(5, () => {
      throw new Error("a defect");
    }),
  );
  expect(() => runParts(late, OPTIONS)).toThrow("a defect");
});
