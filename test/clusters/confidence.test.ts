import { expect, test } from "vitest";
import { BLOCKS, estimate, ninesOf } from "../../src/clusters/confidence.ts";

test("confidence: blocks that are all the same leave no doubt", () => {
  expect(estimate(new Array<number>(BLOCKS).fill(4))).toEqual({ mean: 4, half: 0 });
});

test("confidence: half the interval is the quantile times the error of the mean", () => {
  // Half of them 0, half 2: variance 30 / 29, error of the mean sqrt(1 / 29).
  const { mean, half } = estimate(Array.from({ length: BLOCKS }, (_, index) => (index % 2) * 2));
  expect(mean).toBe(1);
  expect(half).toBeCloseTo(2.045 / Math.sqrt(29), 12);
});

test("confidence: another number of blocks has another quantile and is refused", () => {
  expect(() => estimate([1, 2, 3])).toThrow("the quantile is for this many blocks");
});

test("confidence: nines of an availability", () => {
  expect([1, 0.5, 0.11, 0.1, 0.02, 0.01, 0.000_9].map(ninesOf)).toEqual([0, 0, 0, 1, 1, 2, 3]);
  // 99.999 % are 5 minutes and 15 seconds of a year.
  expect([315 / 31_536_000, 316 / 31_536_000].map(ninesOf)).toEqual([5, 4]);
  expect(ninesOf(0)).toBe(15);
});
