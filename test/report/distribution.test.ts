import fc from "fast-check";
import { expect, test } from "vitest";
import { Distribution } from "../../src/report/distribution.ts";

function quantiles(values: readonly number[]) {
  const distribution = new Distribution();
  for (const value of values) distribution.add(value);
  return distribution.quantiles();
}

test("distribution: without values there are no quantiles", () => {
  expect(quantiles([])).toEqual({ p50: null, p99: null, max: null });
});

test("distribution: ranks are the nearest ones, by number and not by text", () => {
  expect(quantiles([9])).toEqual({ p50: 9, p99: 9, max: 9 });
  expect(quantiles([100, 9])).toEqual({ p50: 9, p99: 100, max: 100 });
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(quantiles(hundred)).toEqual({ p50: 50, p99: 99, max: 100 });
  expect(quantiles([...hundred, 101])).toEqual({ p50: 51, p99: 100, max: 101 });
});

test("distribution: a quantile is a measured value that so many values do not exceed", () => {
  const values = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(values, (measured) => {
      const { p50, p99, max } = quantiles(measured);
      for (const [share, value] of [
        [0.5, p50],
        [0.99, p99],
        [1, max],
      ] as const) {
        expect(measured).toContain(value);
        const within = measured.filter((each) => each <= (value ?? 0)).length;
        const below = measured.filter((each) => each < (value ?? 0)).length;
        expect(within / measured.length).toBeGreaterThanOrEqual(share);
        expect(below / measured.length).toBeLessThan(share);
      }
    }),
  );
});
