// covers src/checkpoint/encode/word-patch.ts, src/checkpoint/encode/page-difference.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import type { WordBytes } from "../../../src/checkpoint/encode/changed-words.ts";
import { WordDifference } from "../../../src/checkpoint/encode/word-difference.ts";
import { patchWords, wordsAreSound } from "../../../src/checkpoint/encode/word-patch.ts";
import {
  extentOf,
  goldenPair,
  PAGE,
  type PagePair,
  pagePair,
  same,
  unaligned,
} from "./page-samples.ts";

const SIZES = [4, 8, 16] as const;

/** The payload for a pair, `undefined` when it is too much, empty when nothing differs. */
function payloadOf(
  pair: PagePair,
  size: WordBytes = 8,
  limits = { maxBytes: PAGE, maxWords: PAGE / size },
): Uint8Array | undefined {
  const difference = new WordDifference(size, limits);
  const extent = extentOf(pair);
  const length = difference.encode(extent, 0, extent, PAGE);
  const { bytes, start } = difference;
  return length < 0 ? undefined : bytes.slice(start, start + length);
}

/** Page of zeros and the same with these words of eight bytes filled with their number plus 1. */
function pairWith(...words: readonly number[]): PagePair {
  const after = new Uint8Array(PAGE);
  for (const word of words) after.fill((word & 0x7f) + 1, 8 * word, 8 * word + 8);
  return { before: new Uint8Array(PAGE), after };
}

const eight = (value: number): number[] => Array.from({ length: 8 }, () => value);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, word) => word);

test.each(SIZES)("word difference: of %i bytes, turns each page into the other", (size) => {
  fc.assert(
    fc.property(pagePair, (pair) => {
      const payload = payloadOf(pair, size);
      if (payload === undefined) return;
      if (payload.length === 0) {
        expect(same(pair.after, pair.before)).toBe(true);
        return;
      }
      expect(wordsAreSound(payload)).toBe(true);
      const page = unaligned(pair.before);
      patchWords(payload, page);
      expect(same(page, pair.after)).toBe(true);
      patchWords(payload, page);
      expect(same(page, pair.after)).toBe(true);
    }),
  );
});

test("word difference: its bytes are those of the description, as a list", () => {
  const payload = payloadOf(pairWith(2, 511));
  expect([...payload!]).toEqual([8, 2, 0, 255, 1, ...eight(3), ...eight(128)]);
});

test("word difference: its bytes are those of the description, as a bitmap", () => {
  const words = [0, 9, 31, ...upTo(30).map((word) => 100 + word)];
  const payload = payloadOf(pairWith(...words))!;
  expect(payload.length).toBe(1 + 64 + 33 * 8);
  expect([...payload.subarray(0, 5)]).toEqual([0x88, 1, 2, 0, 0x80]);
  expect([...payload.subarray(65, 82)]).toEqual([...eight(1), ...eight(10), 32]);
});

test("word difference: a list of up to 32 words of eight bytes, a bitmap above", () => {
  expect(payloadOf(pairWith(...upTo(32)))).toHaveLength(1 + 32 * 10);
  expect(payloadOf(pairWith(...upTo(32)))?.[0]).toBe(8);
  expect(payloadOf(pairWith(...upTo(33)))).toHaveLength(1 + 64 + 33 * 8);
  expect(payloadOf(goldenPair())).toHaveLength(1 + 3 * 10);
});

test("word difference: what is longer or more than the limits say is too much", () => {
  const limits = { maxBytes: 1 + 3 * 10, maxWords: 3 };
  expect(payloadOf(pairWith(1, 2, 3), 8, limits)).toHaveLength(31);
  expect(payloadOf(pairWith(1, 2, 3), 8, { ...limits, maxBytes: 30 })).toBeUndefined();
  expect(payloadOf(pairWith(1, 2, 3), 8, { ...limits, maxWords: 2 })).toBeUndefined();
  // a page has room for 503 words beside the bitmap
  expect(payloadOf(pairWith(...upTo(503)))).toHaveLength(1 + 64 + 503 * 8);
  expect(payloadOf(pairWith(...upTo(504)))).toBeUndefined();
  expect(payloadOf(pairWith())).toHaveLength(0);
});

const word = Array<number>(8).fill(7);
const bitmap = (first: number): number[] => [first, ...Array<number>(63).fill(0)];

test.each([
  ["nothing", []],
  ["no words", [8]],
  ["words of another length", [2, 0, 0, 1, 2]],
  ["words of no length", [0, 0, 0]],
  ["an index without its word", [8, 1, 0]],
  ["half a word", [8, 1, 0, 7, 7, 7, 7]],
  ["a byte too many", [8, 1, 0, ...word, 9]],
  ["an index beyond the page", [8, 0, 2, ...word]],
  ["the same index twice", [8, 1, 0, 1, 0, ...word, ...word]],
  ["descending indexes", [8, 2, 0, 1, 0, ...word, ...word]],
  ["a bitmap without bits", [0x88, ...bitmap(0)]],
  ["a bitmap that is cut", [0x88, 1, ...word]],
  ["fewer words than bits", [0x88, ...bitmap(3), ...word]],
  ["more words than bits", [0x88, ...bitmap(1), ...word, ...word]],
  [
    "a payload longer than a page",
    [0x88, ...Array<number>(64).fill(0xff), ...Array<number>(PAGE).fill(1)],
  ],
])("word difference: refused with %s", (_, bytes) => {
  expect(wordsAreSound(new Uint8Array(bytes))).toBe(false);
});

test.each([
  ["one word", [8, 255, 1, ...word]],
  ["a bitmap", [0x88, ...bitmap(1), ...word]],
  ["a word of 4 bytes, the last one", [4, 255, 3, 1, 2, 3, 4]],
])("word difference: accepted with %s", (_, bytes) => {
  expect(wordsAreSound(new Uint8Array(bytes))).toBe(true);
});
