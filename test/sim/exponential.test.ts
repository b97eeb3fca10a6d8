import { expect, test } from "vitest";
import { EXPONENTIAL_MEAN_MAX, exponential } from "../../src/sim/exponential.ts";
import { RandomStream } from "../../src/sim/random.ts";

test("exponential: known values", () => {
  const random = new RandomStream(7, "failures");
  expect(Array.from({ length: 6 }, () => exponential(random, 1_000_000))).toEqual([
    ...[87_712, 1_223_551, 1_161_943, 63_399, 87_203, 103_294],
  ]);
});

test("exponential: mean, variance and tail are those of the distribution", () => {
  const MEAN = 1_000_000;
  const COUNT = 100_000;
  const random = new RandomStream(3, "failures");
  const draws = Array.from({ length: COUNT }, () => exponential(random, MEAN));
  expect(draws.every((draw) => Number.isSafeInteger(draw) && draw >= 1)).toBe(true);

  // Five standard errors each; that of the mean is 1 / sqrt(COUNT), of the variance sqrt(8 / COUNT).
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / COUNT;
  expect(Math.abs(mean / MEAN - 1)).toBeLessThan(5 * 0.00317);
  const squares = draws.reduce((sum, draw) => sum + (draw / MEAN - 1) * (draw / MEAN - 1), 0);
  expect(Math.abs(squares / COUNT - 1)).toBeLessThan(5 * 0.00895);

  // e^-1/2, e^-1, e^-2 and e^-4 of them are longer than half a mean, one, two and four.
  for (const [means, share, deviation] of [
    [0.5, 60_653, 154.5],
    [1, 36_788, 152.5],
    [2, 13_534, 108.2],
    [4, 1_832, 42.4],
  ] as const) {
    const longer = draws.filter((draw) => draw >= means * MEAN).length;
    expect(Math.abs(longer - share)).toBeLessThan(5 * deviation);
  }
});

test("exponential: whole numbers from 1, for the smallest mean and the largest", () => {
  const random = new RandomStream(1, "failures");
  for (let draw = 0; draw < 1_000; draw += 1) {
    for (const mean of [1, EXPONENTIAL_MEAN_MAX]) {
      const drawn = exponential(random, mean);
      expect(Number.isSafeInteger(drawn) && drawn >= 1).toBe(true);
    }
  }
  for (const mean of [0, 1.5, -1, EXPONENTIAL_MEAN_MAX + 1, Number.NaN]) {
    expect(() => exponential(random, mean)).toThrow();
  }
});

test("exponential: no draw is longer than 64 means, whatever is drawn", () => {
  // Numbers that fall an even number of times, again and again: refused each time.
  const numbers = [3, 2, 4];
  let next = 0;
  const stuck = { u32: () => numbers[next++ % 3]! } as unknown as RandomStream;
  expect(exponential(stuck, 10)).toBe(640);
});
