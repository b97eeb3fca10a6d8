import type { Extent } from "../../memory/extent.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";
import { BLOCK_BYTES, blocksDiffer } from "./unequal-block.ts";

/** Bytes of the words that pages are compared in. */
export type WordBytes = 4 | 8 | 16;

/**
 * The words in which two pages differ: a bitmap that each comparison fills anew.
 *
 * Source: US9489265 (difference of two pages = number of unequal segments of several bytes).
 */
export class ChangedWords {
  /** Bit i of the bitmap stands for word i of the page. */
  readonly bitmap: Int32Array;
  /** Bytes in a word. */
  readonly wordBytes: WordBytes;
  /** Binary logarithm of the 32-bit words in a word. */
  readonly #shift: number;

  constructor(wordBytes: WordBytes) {
    this.wordBytes = wordBytes;
    this.#shift = wordBytes === 4 ? 0 : wordBytes === 8 ? 1 : 2;
    this.bitmap = new Int32Array(PAGE_SIZE / wordBytes / 32);
    assert(4 << this.#shift === wordBytes, "a word is a whole number of 32-bit words");
  }

  /**
   * Compares the page at byte `baseOffset` of `base` with the one at `nextOffset` of `next`.
   *
   * @returns How many words differ.
   */
  mark(base: Extent, baseOffset: number, next: Extent, nextOffset: number): number {
    const { bitmap } = this;
    const shift = this.#shift;
    bitmap.fill(0);
    let marked = 0;
    for (let at = 0; at < PAGE_SIZE; at += BLOCK_BYTES) {
      if (!blocksDiffer(base, baseOffset + at, next, nextOffset + at)) continue;
      let bits = unequalWords(
        base.words,
        (baseOffset + at) >>> 2,
        next.words,
        (nextOffset + at) >>> 2,
      );
      if (shift > 0) bits = joinPairs(bits);
      if (shift > 1) bits = joinPairs(bits);
      const word = at >>> (2 + shift);
      bitmap[word >>> 5]! |= bits << (word & 31);
      marked += bitCount(bits);
    }
    return marked;
  }
}

/**
 * Which of the sixteen 32-bit words of a block differ, the first in the lowest bit. Without a branch
 * for each: which words change is nothing that a processor could foresee.
 */
function unequalWords(words: Int32Array, a: number, others: Int32Array, b: number): number {
  let bits = 0;
  for (let step = 0; step < BLOCK_BYTES / 4; step += 4) {
    const d0 = words[a + step]! ^ others[b + step]!;
    const d1 = words[a + step + 1]! ^ others[b + step + 1]!;
    const d2 = words[a + step + 2]! ^ others[b + step + 2]!;
    const d3 = words[a + step + 3]! ^ others[b + step + 3]!;
    // the sign bit of d | −d is set unless d is 0
    const four =
      ((d0 | -d0) >>> 31) |
      (((d1 | -d1) >>> 31) << 1) |
      (((d2 | -d2) >>> 31) << 2) |
      (((d3 | -d3) >>> 31) << 3);
    bits |= four << step;
  }
  return bits;
}

/** Sixteen bits to eight, each the OR of two neighbours. */
function joinPairs(bits: number): number {
  let joined = (bits | (bits >>> 1)) & 0x5555;
  joined = (joined | (joined >>> 1)) & 0x3333;
  joined = (joined | (joined >>> 2)) & 0x0f0f;
  return (joined | (joined >>> 4)) & 0x00ff;
}

/** Bits set among sixteen. */
function bitCount(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x5555);
  count = (count & 0x3333) + ((count >>> 2) & 0x3333);
  count = (count + (count >>> 4)) & 0x0f0f;
  return (count + (count >>> 8)) & 0x1f;
}
