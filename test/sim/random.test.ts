import fc from "fast-check";
import { expect, test } from "vitest";
import { StandinRangeError } from "../../src/sim/errors.ts";
import { RandomStream } from "../../src/sim/random.ts";

const draws = (stream: RandomStream, count: number): number[] =>
  Array.from({ length: count }, () => stream.u32());

test("random: known values", () => {
  expect(draws(new RandomStream(7, "link a-b loss"), 4)).toEqual([
    4_010_518_511, 1_764_380_021, 3_246_152_506, 2_228_128_752,
  ]);
});

test("random: same seed and name, same numbers; else others", () => {
  const base = draws(new RandomStream(7, "loss"), 8);
  expect(draws(new RandomStream(7, "loss"), 8)).toEqual(base);
  for (const other of [
    new RandomStream(8, "loss"),
    new RandomStream(-7, "loss"),
    new RandomStream(7 + 2 ** 32, "loss"),
    new RandomStream(7, "jitter"),
    new RandomStream(7, "loss "),
    new RandomStream(7, ""),
  ]) {
    expect(draws(other, 8).filter((value, i) => value === base[i])).toEqual([]);
  }
});

test("random: bits are fair, in every position and between neighbouring seeds", () => {
  const ones = new Array<number>(32).fill(0);
  const flips = new Array<number>(32).fill(0);
  const SEEDS = 4_000;
  let before = 0;
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const value = new RandomStream(seed, "s").u32();
    for (let bit = 0; bit < 32; bit += 1) {
      ones[bit]! += (value >>> bit) & 1;
      flips[bit]! += ((value ^ before) >>> bit) & 1;
    }
    before = value;
  }
  // Six standard deviations of a fair coin: 6 * sqrt(4000) / 2.
  for (const count of [...ones, ...flips]) expect(Math.abs(count - SEEDS / 2)).toBeLessThan(190);
});

test("random: below stays below and reaches everything", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc.integer(),
      (limit, seed) => {
        const value = new RandomStream(seed, "b").below(limit);
        expect(Number.isSafeInteger(value) && value >= 0 && value < limit).toBe(true);
      },
    ),
  );
  const stream = new RandomStream(1, "faces");
  const counts = new Array<number>(6).fill(0);
  for (let i = 0; i < 6_000; i += 1) counts[stream.below(6)]! += 1;
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(180);
  expect(stream.below(1)).toBe(0);
});

test("random: below is not biased where the limit divides the range badly", () => {
  // A plain remainder would give a value of the lower third twice as often as one of the others.
  for (const limit of [3 * 2 ** 30, 3 * 2 ** 51]) {
    const stream = new RandomStream(2, "thirds");
    let low = 0;
    for (let i = 0; i < 3_000; i += 1) if (stream.below(limit) < limit / 3) low += 1;
    expect(Math.abs(low - 1_000)).toBeLessThan(160);
  }
});

test("random: between includes both ends", () => {
  const stream = new RandomStream(1, "between");
  const seen = new Set(Array.from({ length: 200 }, () => stream.between(-2, 2)));
  expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  expect(stream.between(5, 5)).toBe(5);
});

test("random: chance keeps to its probability and always takes two draws", () => {
  const stream = new RandomStream(3, "chance");
  let hits = 0;
  for (let i = 0; i < 10_000; i += 1) if (stream.chance(0.25)) hits += 1;
  expect(Math.abs(hits - 2_500)).toBeLessThan(260);
  const after = [0, 0.5, 1].map((probability) => {
    const other = new RandomStream(3, "draws");
    const hit = other.chance(probability);
    if (probability !== 0.5) expect(hit).toBe(probability === 1);
    return other.u32();
  });
  expect(new Set(after).size).toBe(1);
});

test("random: bytes are of the length asked for and use all values", () => {
  const stream = new RandomStream(4, "bytes");
  expect(stream.bytes(0).length).toBe(0);
  expect(stream.bytes(7).length).toBe(7);
  expect(new Set(stream.bytes(8_192)).size).toBe(256);
});

test("random: pick gives an item, shuffle a permutation in place", () => {
  const stream = new RandomStream(5, "items");
  const items = ["a", "b", "c"] as const;
  expect(new Set(Array.from({ length: 60 }, () => stream.pick(items))).size).toBe(3);
  const numbers = Array.from({ length: 50 }, (_, i) => i);
  const shuffled = stream.shuffle(numbers);
  expect(shuffled).toBe(numbers);
  expect(shuffled).not.toEqual([...shuffled].sort((a, b) => a - b));
  expect(new Set(shuffled).size).toBe(50);
});

test("random: every order of three items comes up equally often", () => {
  const stream = new RandomStream(6, "orders");
  const counts = new Map<string, number>();
  for (let i = 0; i < 6_000; i += 1) {
    const order = stream.shuffle(["a", "b", "c"]).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(180);
});

test("random: what cannot be drawn is refused", () => {
  const stream = new RandomStream(1, "refused");
  for (const limit of [0, -1, 1.5, 2 ** 53, Number.NaN]) {
    expect(() => stream.below(limit)).toThrow(StandinRangeError);
  }
  expect(() => stream.between(2, 1)).toThrow(
    "between: expected ordered safe integers, got 2 and 1",
  );
  expect(() => stream.between(-(2 ** 53) + 1, 2 ** 53 - 1)).toThrow(StandinRangeError);
  expect(() => stream.chance(1.1)).toThrow(StandinRangeError);
  expect(() => stream.chance(Number.NaN)).toThrow(StandinRangeError);
  expect(() => stream.bytes(-1)).toThrow(StandinRangeError);
  expect(() => stream.pick([])).toThrow(StandinRangeError);
  expect(() => new RandomStream(0.5, "seed")).toThrow(StandinRangeError);
});
