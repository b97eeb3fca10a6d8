import fc from "fast-check";
import { expect, test } from "vitest";
import {
  multiplyHighMixed,
  multiplyHighSigned,
  multiplyHighUnsigned,
} from "../../../src/guest/riscv/multiply.ts";

const MIN = -(2 ** 31);
const MAX = 2 ** 31 - 1;
const EDGES = [
  0,
  1,
  -1,
  2,
  MIN,
  MIN + 1,
  MAX,
  0xffff,
  0x1_0000,
  -0x1_0000,
  0x7fff_0000,
  0x55555555,
];
const word = fc.oneof(fc.constantFrom(...EDGES), fc.integer({ min: MIN, max: MAX }));

const high = (product: bigint): number => Number(BigInt.asIntN(32, product >> 32n));
const unsigned = (value: number): bigint => BigInt(value >>> 0);

function check(a: number, b: number): void {
  expect(multiplyHighSigned(a, b)).toBe(high(BigInt(a) * BigInt(b)));
  expect(multiplyHighMixed(a, b)).toBe(high(BigInt(a) * unsigned(b)));
  expect(multiplyHighUnsigned(a, b)).toBe(high(unsigned(a) * unsigned(b)));
}

test("multiply: high words of products of extremes", () => {
  for (const a of EDGES) for (const b of EDGES) check(a, b);
  expect(multiplyHighSigned(MIN, MIN)).toBe(0x4000_0000);
  expect(multiplyHighUnsigned(-1, -1)).toBe(-2);
  expect(multiplyHighMixed(-1, -1)).toBe(-1);
});

test("multiply: high words as 64-bit products have them", () => {
  fc.assert(fc.property(word, word, check), { numRuns: 2_000 });
});
