import { expect, test } from "vitest";
import {
  BLOCK_BYTES,
  blocksDiffer,
  longsDiffer,
  wordsDiffer,
} from "../../../src/checkpoint/encode/unequal-block.ts";
import { extentOf, PAGE, patterned } from "./page-samples.ts";

test("unequal block: any single bit is seen, and only within the block", () => {
  const page = patterned(1);
  const pair = extentOf({ before: page, after: page });
  const { longs, words } = pair;
  for (let at = 0; at < 3 * BLOCK_BYTES; at += 1) {
    pair.bytes[PAGE + at]! ^= 1 << (at & 7);
    const isInside = at >= BLOCK_BYTES && at < 2 * BLOCK_BYTES;
    expect(blocksDiffer(pair, BLOCK_BYTES, pair, PAGE + BLOCK_BYTES)).toBe(isInside);
    expect(longsDiffer(longs, 8, longs, 512 + 8)).toBe(isInside);
    expect(wordsDiffer(words, 16, words, 1024 + 16)).toBe(isInside);
    pair.bytes[PAGE + at]! ^= 1 << (at & 7);
  }
});

test("unequal block: contents that are equal or unequal only as floating-point numbers", () => {
  const pair = extentOf({ before: new Uint8Array(PAGE), after: new Uint8Array(PAGE) });
  const compare = (): boolean[] => [
    blocksDiffer(pair, 0, pair, PAGE),
    longsDiffer(pair.longs, 0, pair.longs, 512),
    wordsDiffer(pair.words, 0, pair.words, 1024),
  ];
  pair.bytes[PAGE + 7] = 0x80; // 0 and −0
  expect(compare()).toEqual([true, true, true]);
  pair.bytes.fill(0xff); // not a number
  expect(compare()).toEqual([false, false, false]);
});
