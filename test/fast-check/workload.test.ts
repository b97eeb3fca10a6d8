import fc from "fast-check";
import { expect, test } from "vitest";
import { workload } from "../../src/fast-check/workload.ts";
import { caught } from "../matchers/caught.ts";
import { simplest } from "./simplest.ts";

test("workload: requests stay within the bound, fewer with a narrow window", () => {
  fc.assert(
    fc.property(workload({ requestsMax: 60 }), ({ requests = 0, window = 32 }) => {
      expect(requests).toBeGreaterThanOrEqual(1);
      expect(requests).toBeLessThanOrEqual(window < 8 ? 25 : 60);
    }),
    { numRuns: 500 },
  );
  fc.assert(fc.property(workload({ requestsMax: 1 }), ({ requests }) => requests === 1));
});

test("workload: every option varies, and is left out at times", () => {
  const drawn = fc.sample(workload(), { seed: 1, numRuns: 500 });
  for (const name of ["think", "window", "timeout"] as const) {
    expect(new Set(drawn.map((each) => each[name])).size).toBeGreaterThanOrEqual(5);
  }
  expect(drawn.some(({ requests = 0 }) => requests > 100)).toBe(true);
});

test("workload: the simplest is one request, asked in the scenario's own way", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const { value } = simplest(workload(), () => false, { seed });
    expect({ window: 2, ...value }).toEqual({ requests: 1, window: 2 });
    const many = simplest(workload(), ({ requests = 0 }) => requests < 40, { seed }).value;
    expect(many).toEqual({ requests: 40 });
  }
});

test.each([0, -1, 1.5, 65_536, Number.NaN])("workload: at most %d requests are refused", (most) => {
  expect(caught(() => workload({ requestsMax: most }))).toMatchObject({
    code: "WORKLOAD_SETTING",
    message: `requestsMax: expected a whole number from 1 to 65535, got ${most}`,
  });
});
