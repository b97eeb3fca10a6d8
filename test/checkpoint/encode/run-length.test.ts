// covers src/checkpoint/encode/run-patch.ts, src/checkpoint/encode/run-copy.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import { RunLength } from "../../../src/checkpoint/encode/run-length.ts";
import { patchRuns, runsAreSound } from "../../../src/checkpoint/encode/run-patch.ts";
import {
  extentOf,
  goldenPair,
  PAGE,
  type PagePair,
  pagePair,
  patterned,
  same,
  unaligned,
} from "./page-samples.ts";

const GOLDEN = "e9070f0102030405060708090a0b0c0d0e0f030167010169";

/** The payload for a pair, 0 or −1. */
function encode(pair: PagePair, maxBytes = PAGE): Uint8Array | 0 | -1 {
  const extent = extentOf(pair);
  const runs = new RunLength(maxBytes);
  const length = runs.encode(extent, 0, extent, PAGE);
  return length > 0 ? runs.bytes.slice(0, length) : length === 0 ? 0 : -1;
}

const uleb = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, value >> 7];

/** The same, written to be read: byte after byte, with a page of room. */
function plainly({ before, after }: PagePair, room = PAGE): number[] | 0 | -1 {
  const out: number[] = [];
  let at = 0;
  while (at < PAGE) {
    if (out.length + 2 > room) return -1;
    const equalFrom = at;
    while (at < PAGE && before[at] === after[at]) at += 1;
    if (at === PAGE) break;
    out.push(...uleb(at - equalFrom));
    const from = at;
    while (at < PAGE && before[at] !== after[at]) at += 1;
    if (out.length + 2 > room) return -1;
    out.push(...uleb(at - from));
    if (out.length + at - from > room) return -1;
    out.push(...after.subarray(from, at));
  }
  return out.length === 0 ? 0 : out;
}

test("run length: the golden vector of XBZRLE", () => {
  expect(Buffer.from(encode(goldenPair()) as Uint8Array).toString("hex")).toBe(GOLDEN);
  const page = goldenPair().before;
  patchRuns(Buffer.from(GOLDEN, "hex"), page);
  expect(page).toEqual(goldenPair().after);
});

test("run length: the same as byte after byte", () => {
  fc.assert(
    fc.property(pagePair, (pair) => {
      const actual = encode(pair);
      expect(typeof actual === "number" ? actual : [...actual]).toEqual(plainly(pair));
    }),
    { numRuns: 300 },
  );
});

test("run length: near the end of the page's room it overflows where QEMU's encoder does", () => {
  const results = new Set<number>();
  for (let equal = 0; equal < 60; equal += 1) {
    for (const tail of [0, 1, equal >> 1, equal]) {
      // one long run, between two parts that stay equal, with a gap in it or none
      const before = new Uint8Array(PAGE);
      const after = new Uint8Array(PAGE).fill(1, equal - tail, PAGE - tail);
      if (equal % 3 === 0) after.fill(0, 2_000, 2_001);
      const [actual, expected] = [encode({ before, after }), plainly({ before, after })];
      expect(typeof actual === "number" ? actual : [...actual]).toEqual(expected);
      results.add(typeof actual === "number" ? actual : actual.length);
    }
  }
  expect(results).toContain(-1);
  expect(results).toContain(PAGE - 1);
});

test("run length: identical pages give 0, a page that changes throughout overflows", () => {
  const page = patterned(3);
  expect(encode({ before: page, after: page })).toBe(0);
  expect(encode({ before: page, after: page.map((byte) => byte ^ 1) })).toBe(-1);
});

test("run length: every other byte changed overflows as soon as a length has no room", () => {
  const before = new Uint8Array(PAGE);
  const after = before.map((_, at) => at & 1);
  expect(encode({ before, after })).toBe(-1);
});

test("run length: turns each page into the other, wherever it lies", () => {
  fc.assert(
    fc.property(pagePair, (pair) => {
      const payload = encode(pair);
      if (typeof payload === "number") return;
      expect(runsAreSound(payload)).toBe(true);
      const page = unaligned(pair.before);
      patchRuns(payload, page);
      expect(same(page, pair.after)).toBe(true);
    }),
  );
});

test("run length: with a limit exactly what is longer is too much", () => {
  fc.assert(
    fc.property(pagePair, fc.integer({ min: 1, max: 900 }), (pair, maxBytes) => {
      const full = plainly(pair);
      const extent = extentOf(pair);
      const length = new RunLength(maxBytes).encode(extent, 0, extent, PAGE);
      if (full === 0) expect(length).toBe(0);
      else if (full === -1 || full.length > maxBytes) expect(length).toBe(-1);
      else expect(length).toBe(full.length);
    }),
    { numRuns: 300 },
  );
});

test("run length: a payload just as long as the limit is sent", () => {
  const extent = extentOf(goldenPair());
  expect(new RunLength(24).encode(extent, 0, extent, PAGE)).toBe(24);
  expect(new RunLength(23).encode(extent, 0, extent, PAGE)).toBe(-1);
});

test.each([
  ["nothing", []],
  ["a length alone", [5]],
  ["a length that does not end", [0x85]],
  ["no unequal bytes", [5, 0]],
  ["fewer bytes than announced", [5, 2, 1]],
  ["a byte too many", [5, 1, 1, 9]],
  ["no equal bytes between two runs", [5, 1, 1, 0, 1, 1]],
  ["a run that leaves the page", [0xff, 0x1f, 2, 1, 1]],
  ["a skip that leaves the page", [0x80, 0x20, 1, 1]],
  ["a length of three bytes", [0x80, 0x80, 0x01, 1, 1]],
  ["more than a page", [0, 0xff, 0x1f, ...Array<number>(4095).fill(1)]],
])("run length: refused with %s", (_, bytes) => {
  expect(runsAreSound(new Uint8Array(bytes))).toBe(false);
});

test("run length: accepted up to the last byte of the page", () => {
  expect(runsAreSound(new Uint8Array([0xff, 0x1f, 1, 1]))).toBe(true);
  expect(runsAreSound(new Uint8Array([0, 1, 1]))).toBe(true);
});
