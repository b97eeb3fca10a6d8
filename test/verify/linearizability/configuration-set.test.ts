import fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigurationSet } from "../../../src/verify/linearizability/configuration-set.ts";

const NONE = new Uint32Array(0);
const words = (...list: number[]): Uint32Array => Uint32Array.from(list);

test("configurations: one is new once, and each part of it counts", () => {
  const set = new ConfigurationSet(2, 0);
  expect(set.add(5, 1, words(3, 4), NONE)).toBe(true);
  expect(set.add(5, 1, words(3, 4), NONE)).toBe(false);
  expect(set.add(6, 1, words(3, 4), NONE)).toBe(true);
  expect(set.add(5, 2, words(3, 4), NONE)).toBe(true);
  expect(set.add(5, 1, words(2, 4), NONE)).toBe(true);
  expect(set.add(5, 1, words(3, 5), NONE)).toBe(true);
  expect(set.size).toBe(5);
});

test("configurations: one is known that only has executed more open operations", () => {
  const set = new ConfigurationSet(1, 2);
  expect(set.add(1, 1, words(1), words(0b10, 0b100))).toBe(true);
  expect(set.add(1, 1, words(1), words(0b11, 0b100))).toBe(false);
  expect(set.add(1, 1, words(1), words(0b10, 0))).toBe(true);
  expect(set.add(1, 1, words(1), words(0b01, 0b100))).toBe(true);
  expect(set.add(1, 1, words(1), words(0b01, 0xffff_ffff))).toBe(false);
  expect(set.add(1, 1, words(0), words(0b11, 0b100))).toBe(true);
});

test("configurations: the set copies what it keeps", () => {
  const set = new ConfigurationSet(1, 1);
  const bits = words(1);
  const open = words(1);
  set.add(1, 1, bits, open);
  bits[0] = 2;
  open[0] = 2;
  expect(set.add(1, 1, words(1), words(1))).toBe(false);
  expect(set.add(1, 1, words(2), words(2))).toBe(true);
});

test("configurations: many of them are told apart, as a plain list would", () => {
  const configuration = fc.tuple(
    fc.nat(40),
    fc.nat(40),
    fc.constantFrom(0, 1, 0x8000_0000),
    fc.constantFrom(0, 1, 2, 3),
  );
  fc.assert(
    fc.property(fc.array(configuration, { minLength: 200, maxLength: 800 }), (list) => {
      const set = new ConfigurationSet(1, 1);
      const known: (readonly [number, number, number, number])[] = [];
      for (const [frontier, state, bits, open] of list) {
        const isKnown = known.some(
          ([f, s, b, o]) => f === frontier && s === state && b === bits && (o & ~open) === 0,
        );
        expect(set.add(frontier, state, words(bits), words(open))).toBe(!isKnown);
        if (!isKnown) known.push([frontier, state, bits, open]);
      }
      expect(set.size).toBe(known.length);
    }),
    { numRuns: 20 },
  );
});

test("configurations: those that share a bucket are told apart by their bits", () => {
  const set = new ConfigurationSet(1, 0);
  for (let bits = 0; bits < 5_000; bits += 1) expect(set.add(1, 1, words(bits), NONE)).toBe(true);
});

test("configurations: all are still known after the table has grown often", () => {
  const set = new ConfigurationSet(1, 0);
  const count = 100_000;
  for (let state = 0; state < count; state += 1) set.add(state % 7, state, words(state), NONE);
  expect(set.size).toBe(count);
  let known = 0;
  for (let state = 0; state < count; state += 1) {
    if (!set.add(state % 7, state, words(state), NONE)) known += 1;
  }
  expect(known).toBe(count);
});
