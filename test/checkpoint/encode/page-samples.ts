import fc from "fast-check";
import { Extent } from "../../../src/memory/extent.ts";

export const PAGE = 4096;

/** A page before and after; after it differs in every way that matters to an encoder. */
export interface PagePair {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

const offset = fc.nat(PAGE - 1);
const byte = fc.nat(255);

/** Bytes that repeat with no regard to words: neither zero nor equal to their neighbours. */
export function patterned(seed: number): Uint8Array {
  const bytes = new Uint8Array(PAGE);
  for (let at = 0, x = seed | 1; at < PAGE; at += 1) {
    x = Math.imul(x, 1_103_515_245) + 12_345;
    bytes[at] = x >>> 16;
  }
  return bytes;
}

const start = fc.oneof(
  fc.constant(new Uint8Array(PAGE)),
  fc.integer().map((seed) => patterned(seed)),
);

/** Functions that change a page: nothing, few bytes, few runs, a half, all of it, back to zeros. */
const change = fc.oneof(
  fc.constant((page: Uint8Array) => page.slice()),
  fc.array(fc.tuple(offset, byte), { minLength: 1, maxLength: 12 }).map((writes) => {
    return (page: Uint8Array) => {
      const after = page.slice();
      for (const [at, value] of writes) after[at] = value;
      return after;
    };
  }),
  fc.array(fc.tuple(offset, fc.nat(300), byte), { minLength: 1, maxLength: 6 }).map((runs) => {
    return (page: Uint8Array) => {
      const after = page.slice();
      for (const [at, length, value] of runs) after.fill(value, at, Math.min(PAGE, at + length));
      return after;
    };
  }),
  fc.integer({ min: 2, max: 9 }).map((step) => {
    return (page: Uint8Array) => page.map((value, at) => (at % step === 0 ? value ^ 0x5a : value));
  }),
  fc.constant((page: Uint8Array) => page.map((value) => value ^ 0xff)),
  fc.constant((_: Uint8Array) => new Uint8Array(PAGE)),
);

/** Pairs of pages of all kinds. */
export const pagePair: fc.Arbitrary<PagePair> = fc
  .tuple(start, change)
  .map(([before, changed]) => ({ before, after: changed(before) }));

/** Two pages one after the other in an extent, `before` at 0 and `after` at 4096. */
export function extentOf({ before, after }: PagePair): Extent {
  const extent = new Extent(new ArrayBuffer(2 * PAGE), 0, 2 * PAGE);
  extent.bytes.set(before, 0);
  extent.bytes.set(after, PAGE);
  return extent;
}

/** A page at an odd address, as a page within a message lies. */
export function unaligned(page: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(PAGE + 3).subarray(3);
  bytes.set(page);
  return bytes;
}

/** Whether two pages are equal: the matchers of the test runner take a millisecond for it. */
export function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** The pair of the XBZRLE golden vector. */
export function goldenPair(): PagePair {
  const before = new Uint8Array(PAGE);
  const after = new Uint8Array(PAGE);
  before.set(
    [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 0x68, 0, 0, 0x6b, 0, 0x6d],
    1001,
  );
  after.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x68, 0, 0, 0x67, 0, 0x69], 1001);
  return { before, after };
}
