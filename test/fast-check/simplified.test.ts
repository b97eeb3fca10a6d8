import fc from "fast-check";
import { expect, test } from "vitest";
import { Simplified } from "../../src/fast-check/simplified.ts";
import { simplest } from "./simplest.ts";

const halves = new Simplified(fc.integer({ min: 3, max: 1_000 }), (value) =>
  value % 2 === 0 ? [value / 2] : [],
);

test("simplified: values are drawn as before", () => {
  fc.assert(fc.property(halves, (value) => value >= 3 && value <= 1_000));
  const plain = fc.sample(fc.integer({ min: 3, max: 1_000 }), { seed: 4, numRuns: 50 });
  expect(fc.sample(halves, { seed: 4, numRuns: 50 })).toEqual(plain);
});

test("simplified: values shrink in its own steps, and in no others", () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const { value } = simplest(halves, (each) => each < 10, { seed });
    expect(value).toBeGreaterThanOrEqual(10);
    if (value % 2 === 0) expect(value / 2).toBeLessThan(10);
  }
});

test("simplified: the first simpler value that still fails is taken", () => {
  const steps = new Simplified<number>(fc.constant(100), (value) =>
    value === 100 ? [1, 7, 9] : [],
  );
  expect(simplest(steps, (value) => value < 5)).toEqual({ value: 7, shrinks: 1 });
});

test("simplified: it knows which values it could have drawn", () => {
  expect(halves.canShrinkWithoutContext(4)).toBe(true);
  expect(halves.canShrinkWithoutContext(1_001)).toBe(false);
  const example = fc.check(
    fc.property(halves, (value) => value < 10),
    { examples: [[800]], seed: 1 },
  );
  expect(example.counterexample).toEqual([25]);
});
