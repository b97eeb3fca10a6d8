// covers src/vitest/register.ts, src/vitest/matchers.ts
import { expect, test } from "vitest";
import "standin/vitest";
import { counterScenario } from "../../src/scenarios/counter.ts";
import type { Scenario } from "../../src/scenarios/scenario.ts";
import { ms } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import type { GivenEntry } from "../../src/verify/history/entry.ts";
import { models } from "../../src/verify/linearizability/models.ts";
import type { Fault, FaultPlan } from "../../src/verify/plan/fault.ts";
import { caught } from "../matchers/caught.ts";

const client = { requests: 20 };
const short = { untilNs: ms(200), options: { client } };
const broken = { ...short, options: { client, broken: ["release-at-stop"] } } as const;

const crash = (host: string, atNs: number): Fault => ({ kind: "crash", host, at: { atNs } });
const plan = (...faults: Fault[]): FaultPlan => ({ version: 1, faults });
const onePrimary = plan(crash("a", ms(80)));
const bothHosts = plan(crash("a", ms(80)), crash("b", ms(90)));

const history = (value: number | null): readonly GivenEntry[] => [
  { process: 0, type: "invoke", f: "write", value: 1 },
  { process: 0, type: "ok", f: "write", value: 1 },
  { process: 1, type: "invoke", f: "read" },
  { process: 1, type: "ok", f: "read", value },
];

/** The first line of what an assertion that fails says. */
const firstLine = (assertion: () => unknown): string =>
  caught(assertion).message.split("\n")[0] ?? "";

test("toBeLinearizable: passes and fails as the model says", () => {
  expect(history(1)).toBeLinearizable(models.register);
  expect(history(null)).not.toBeLinearizable(models.register);
  const failing = caught(() => expect(history(null)).toBeLinearizable(models.register)).message;
  expect(failing).toMatch(/^not linearizable as register/);
  expect(failing).toContain("process 1, index 2 to 3");
  const negated = caught(() => expect(history(1)).not.toBeLinearizable(models.register)).message;
  expect(negated).toMatch(/^expected a history that is not linearizable\nlinearizable as register/);
});

test("toBeLinearizable: a bound that was reached fails with and without not", () => {
  const options = { maxSteps: 1 };
  const both = [
    () => expect(history(1)).toBeLinearizable(models.register, options),
    () => expect(history(1)).not.toBeLinearizable(models.register, options),
  ];
  for (const assertion of both) expect(firstLine(assertion)).toMatch(/^unknown whether/);
});

test("toHoldInvariants: passes and fails as the run went", () => {
  const ran = (options: (typeof broken)["options"] | (typeof short)["options"]): Simulation => {
    const simulation = new Simulation({ seed: 7, onViolation: "record" });
    counterScenario.build(simulation, options);
    simulation.run({ until: ms(150) });
    return simulation;
  };
  const [good, bad] = [ran(short.options), ran(broken.options)];
  expect(good).toHoldInvariants();
  expect(bad).not.toHoldInvariants();
  expect(firstLine(() => expect(bad).toHoldInvariants())).toMatch(/^output-commit did not hold at/);
  expect(firstLine(() => expect(good).not.toHoldInvariants())).toBe(
    "expected a run in which an invariant does not hold",
  );
});

test("toHoldInvariants: a simulation that has not run fails with and without not", () => {
  const simulation = new Simulation({ seed: 7 });
  const both = [
    () => expect(simulation).toHoldInvariants(),
    () => expect(simulation).not.toHoldInvariants(),
  ];
  for (const assertion of both) expect(firstLine(assertion)).toMatch(/^the simulation has not run/);
});

test("toSurvive: passes and fails as the run goes", () => {
  expect(counterScenario).toSurvive(onePrimary, short);
  expect(counterScenario).toSurvive(JSON.stringify(onePrimary), short);
  expect(counterScenario).not.toSurvive(onePrimary, broken);
  const failing = caught(() => expect(counterScenario).toSurvive(onePrimary, broken)).message;
  expect(failing).toMatch(/^counter did not survive the plan: output-commit at /);
  expect(failing).toMatch(/\nreplay: npx standin replay '\{"scenario":"counter","seed":1,.*\}'$/);
  const negated = caught(() => expect(counterScenario).not.toSurvive(onePrimary, short)).message;
  expect(negated).toMatch(/^expected counter not to survive the plan\ncounter survived the plan\n/);
});

test("toSurvive: a plan that destroys the last copy fails with and without not", () => {
  const both = [
    () => expect(counterScenario).toSurvive(bothHosts, short),
    () => expect(counterScenario).not.toSurvive(bothHosts, short),
    () => expect(counterScenario).not.toSurvive(bothHosts, broken),
  ];
  for (const assertion of both) {
    expect(firstLine(assertion)).toBe(
      "the plan is unsurvivable: it would destroy the last copy of a machine",
    );
  }
  expect(counterScenario).toSurvive(bothHosts, { ...short, everyFault: false });
});

test("toSurvive: a value that is no scenario is refused", () => {
  const none = "counter" as unknown as Scenario;
  expect(caught(() => expect(none).toSurvive(onePrimary))).toMatchObject({
    code: "NOT_A_SCENARIO",
  });
  expect(caught(() => expect(none).not.toSurvive(onePrimary))).toMatchObject({
    code: "NOT_A_SCENARIO",
  });
});

test("matchers: they can stand within other values", () => {
  expect({ history: history(1) }).toEqual({ history: expect.toBeLinearizable(models.register) });
  expect({ history: history(null) }).not.toEqual({
    history: expect.toBeLinearizable(models.register),
  });
});

test("types: arguments that make no sense do not compile", () => {
  const checked = (): void => {
    // @ts-expect-error a plan has a version
    expect(counterScenario).toSurvive({ faults: [] });
    // @ts-expect-error no such option
    expect(counterScenario).toSurvive(onePrimary, { seeds: 3 });
    // @ts-expect-error a model is needed
    expect(history(1)).toBeLinearizable("register");
    // @ts-expect-error no argument
    expect(counterScenario).toHoldInvariants(1);
  };
  expect(checked).toBeTypeOf("function");
});
