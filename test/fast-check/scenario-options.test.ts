import fc from "fast-check";
import { expect, test } from "vitest";
import { formatRun, parseRun } from "../../src/explore/run-literal.ts";
import { faultPlan } from "../../src/fast-check/fault-plan.ts";
import { scenarioOptions } from "../../src/fast-check/scenario-options.ts";
import { assertSurvives } from "../../src/matchers/survival.ts";
import { counterScenario } from "../../src/scenarios/counter.ts";
import { ms } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import type { ZooName } from "../../src/verify/zoo.ts";
import { caught } from "../matchers/caught.ts";
import { simplest } from "./simplest.ts";

test("scenario options: a scenario takes all of them, and a replay line carries them", () => {
  fc.assert(
    fc.property(scenarioOptions(), (options) => {
      counterScenario.build(new Simulation({ seed: 1 }), options);
      const plan = { version: 1, faults: [] } as const;
      const run = { scenario: "counter", run: { seed: 1, untilNs: ms(1), options, plan } };
      expect(parseRun(formatRun(run))).toEqual(run);
    }),
  );
});

test("scenario options: every group comes, varies, and is left out at times", () => {
  const drawn = fc.sample(scenarioOptions(), { seed: 1, numRuns: 300 });
  for (const name of ["interval", "link", "detection", "client"] as const) {
    const texts = drawn.map((each) => JSON.stringify(each[name]));
    expect(new Set(texts).size).toBeGreaterThanOrEqual(3);
    expect(texts).toContain(undefined);
  }
  expect(drawn.every((each) => !("broken" in each))).toBe(true);
});

test("scenario options: what is left of them is what a failure needs", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    expect(simplest(scenarioOptions(), () => false, { seed }).value).toEqual({});
    const lossy = ({ link }: { link?: { loss?: number } }): boolean => (link?.loss ?? 0) === 0;
    expect(simplest(scenarioOptions(), lossy, { seed }).value).toEqual({ link: { loss: 0.001 } });
  }
});

test("scenario options: defects are in all of them, and must be in the zoo", () => {
  const broken = ["no-witness"] as const;
  fc.assert(fc.property(scenarioOptions({ broken }), (options) => options.broken === broken));
  expect(simplest(scenarioOptions({ broken }), () => false).value).toEqual({ broken });
  const unknown = ["no-sense" as ZooName];
  expect(caught(() => scenarioOptions({ broken: unknown }))).toMatchObject({ code: "ZOO_NAME" });
});

test("scenario options: the library survives what is drawn for it", () => {
  const untilNs = ms(150);
  const plans = faultPlan({ hosts: ["a", "b"], untilNs, faultsMax: 3 });
  fc.assert(
    fc.property(fc.nat(), plans, scenarioOptions({ requestsMax: 25 }), (seed, plan, options) => {
      const client = { requests: 25, ...options.client };
      const run = { seed, untilNs, options: { ...options, client }, everyFault: false };
      assertSurvives(counterScenario, plan, run);
    }),
    { seed: 1, numRuns: 25 },
  );
});
