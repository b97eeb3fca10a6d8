import fc from "fast-check";
import { faultPlan, scenarioOptions, workload } from "standin/fast-check";
import { expect, test } from "vitest";

test("arbitraries: they are reached under the package's own path", () => {
  const all = [faultPlan({ hosts: ["a"], untilNs: 1 }), scenarioOptions(), workload()];
  for (const each of all) expect(each).toBeInstanceOf(fc.Arbitrary);
});
