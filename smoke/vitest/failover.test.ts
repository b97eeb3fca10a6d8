import fc from "fast-check";
import { counterScenario, models, ms, Simulation } from "standin";
import { faultPlan } from "standin/fast-check";
import { expect, test } from "vitest";
import "standin/vitest";

const untilNs = ms(200);
const client = { requests: 10 };

test("a scenario survives the crash of its primary", () => {
  expect(counterScenario).toSurvive(
    { version: 1, faults: [{ kind: "crash", host: "a", at: { atNs: ms(80) } }] },
    { untilNs, options: { client } },
  );
});

test("a scenario with a defect does not", () => {
  const options = { untilNs, options: { client, broken: ["release-at-stop"] } } as const;
  const plan = { version: 1, faults: [] } as const;
  expect(counterScenario).not.toSurvive(plan, options);
  expect(() => expect(counterScenario).toSurvive(plan, options)).toThrow(/output-commit at/);
});

test("a run holds its invariants", () => {
  const simulation = new Simulation({ seed: 7, onViolation: "record" });
  counterScenario.build(simulation, { client });
  simulation.run({ until: untilNs });
  expect(simulation).toHoldInvariants();
});

test("a history is judged by a model", () => {
  const history = (value: number) =>
    [
      { process: 0, type: "invoke", f: "write", value: 1 },
      { process: 0, type: "ok", f: "write", value: 1 },
      { process: 1, type: "invoke", f: "read" },
      { process: 1, type: "ok", f: "read", value },
    ] as const;
  expect(history(1)).toBeLinearizable(models.register);
  expect(history(2)).not.toBeLinearizable(models.register, { maxSteps: 1_000 });
});

test("drawn plans are survived", () => {
  fc.assert(
    fc.property(faultPlan({ hosts: ["a", "b"], untilNs }), (plan) => {
      expect(counterScenario).toSurvive(plan, { untilNs, options: { client }, everyFault: false });
    }),
    { seed: 1, numRuns: 5 },
  );
});
