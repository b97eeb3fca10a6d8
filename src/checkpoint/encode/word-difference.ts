import type { Extent } from "../../memory/extent.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";
import { ChangedWords, type WordBytes } from "./changed-words.ts";
import type { PageDifference } from "./page-difference.ts";
import { WORDS } from "./page-form.ts";

/** In a payload's first byte, beside the bytes of a word: a bitmap follows and not a list. */
export const BITMAP = 0x80;

/** Limits of a {@link WordDifference}. */
export interface WordDifferenceLimits {
  /** Longest payload, at most a page. */
  readonly maxBytes: number;
  /** Most words that may differ. */
  readonly maxWords: number;
}

/**
 * The words of a page that differ from the receiver's copy, as new contents: applying them twice
 * does no harm.
 *
 * Payload: u8 bytes of a word (4, 8 or 16), with bit 7 set when a bitmap follows and not a list;
 * then the list, indexes as u16, ascending; or the bitmap, word i at bit i mod 8 of byte i div 8;
 * then the words in the order of their indexes. The shorter of the two is sent: with words of eight
 * bytes a list of up to 32.
 *
 * Source: US11288123 (differing words of N = 8 bytes); US8661213, US9489265.
 */
export class WordDifference implements PageDifference {
  readonly form: typeof WORDS = WORDS;
  readonly bytes: Uint8Array;
  start = 0;
  /** The same bytes as {@link WordDifference.bytes}: a payload's words begin at one of these. */
  readonly #words: Int32Array;
  readonly #changed: ChangedWords;
  readonly #limits: WordDifferenceLimits;

  constructor(wordBytes: WordBytes, limits: WordDifferenceLimits) {
    assert(limits.maxBytes <= PAGE_SIZE, "a difference is never longer than the page");
    this.#changed = new ChangedWords(wordBytes);
    this.#limits = limits;
    // a payload begins at one of the first four bytes, so that its words are aligned
    const buffer = new ArrayBuffer(4 + PAGE_SIZE);
    this.bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
  }

  encode(base: Extent, baseOffset: number, next: Extent, nextOffset: number): number {
    const count = this.#changed.mark(base, baseOffset, next, nextOffset);
    if (count === 0) return 0;
    const { wordBytes, bitmap } = this.#changed;
    const isList = 2 * count <= bitmap.byteLength;
    const headerBytes = 1 + (isList ? 2 * count : bitmap.byteLength);
    const length = headerBytes + count * wordBytes;
    if (count > this.#limits.maxWords || length > this.#limits.maxBytes) return -1;
    this.start = -headerBytes & 3;
    const wordsAt = this.start + headerBytes;
    assert((wordsAt & 3) === 0 && this.start + length <= this.bytes.length, "a payload has room");
    this.bytes[this.start] = isList ? wordBytes : wordBytes | BITMAP;
    if (isList) this.#writeList();
    else this.#writeBitmap();
    this.#writeWords(next.words, nextOffset >>> 2, wordsAt >>> 2);
    return length;
  }

  #writeList(): void {
    const { bitmap } = this.#changed;
    const { bytes } = this;
    let to = this.start + 1;
    for (let at = 0; at < bitmap.length; at += 1) {
      for (let bits = bitmap[at]!; bits !== 0; bits &= bits - 1) {
        const word = lowest(at, bits);
        bytes[to] = word;
        bytes[to + 1] = word >>> 8;
        to += 2;
      }
    }
  }

  #writeBitmap(): void {
    const { bitmap } = this.#changed;
    const { bytes } = this;
    let to = this.start + 1;
    for (let at = 0; at < bitmap.length; at += 1) {
      const bits = bitmap[at]!;
      for (let shift = 0; shift < 32; shift += 8, to += 1) bytes[to] = bits >>> shift;
    }
  }

  #writeWords(source: Int32Array, pageStart: number, wordsAt: number): void {
    const { bitmap, wordBytes } = this.#changed;
    const target = this.#words;
    const parts = wordBytes >>> 2;
    let to = wordsAt;
    for (let at = 0; at < bitmap.length; at += 1) {
      for (let bits = bitmap[at]!; bits !== 0; bits &= bits - 1) {
        const from = pageStart + lowest(at, bits) * parts;
        for (let part = 0; part < parts; part += 1, to += 1) target[to] = source[from + part]!;
      }
    }
  }
}

/** Number of the word that the lowest set bit of the 32 from `at` on stands for. */
function lowest(at: number, bits: number): number {
  return at * 32 + 31 - Math.clz32(bits & -bits);
}
