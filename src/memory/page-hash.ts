import { assert } from "../sim/assert.ts";
import { PAGE_WORDS } from "./page.ts";

/** Odd constants whose products spread over all 32 bits: of one half. */
export const HASH_A: number = 0x9e37_79b1 | 0;
/** And of the other. */
export const HASH_B: number = 0x85eb_ca77 | 0;

const A = HASH_A;
const B = HASH_B;

/** What words are multiplied with to spread their bits (the finish of MurmurHash3). */
export const SCRAMBLE_1 = 0x85eb_ca6b;
/** The second one. */
export const SCRAMBLE_2 = 0xc2b2_ae35;

/**
 * Writes a 64-bit hash of a page's number and contents to `out` as two 32-bit halves.
 *
 * Each half runs over all words in two interleaved chains, so that four multiplications are under
 * way at once, one for each word and half: fewer are faster, and let shifted data cancel out. The
 * halves mix differently, so that what cancels out in one does not in the other. A single changed
 * word always changes both.
 *
 * @param words The page is at words `start` to `start + 1023`.
 * @param page Its number: the same contents elsewhere hash differently.
 * @param out Two words.
 */
export function hashPage(words: Int32Array, start: number, page: number, out: Int32Array): void {
  assert(start >= 0 && start + PAGE_WORDS <= words.length, "a page lies within its words");
  let a0 = scramble(page ^ A);
  let a1 = a0 ^ B;
  let b0 = scramble(page ^ B);
  let b1 = b0 ^ A;
  for (let at = start, end = start + PAGE_WORDS; at < end; at += 4) {
    const w0 = words[at]!;
    const w1 = words[at + 1]!;
    const w2 = words[at + 2]!;
    const w3 = words[at + 3]!;
    a0 = Math.imul(((a0 << 15) | (a0 >>> 17)) ^ w0, A);
    b0 = Math.imul(((b0 << 11) | (b0 >>> 21)) + w0, B);
    a1 = Math.imul(((a1 << 15) | (a1 >>> 17)) ^ w1, A);
    b1 = Math.imul(((b1 << 11) | (b1 >>> 21)) + w1, B);
    a0 = Math.imul(((a0 << 15) | (a0 >>> 17)) ^ w2, A);
    b0 = Math.imul(((b0 << 11) | (b0 >>> 21)) + w2, B);
    a1 = Math.imul(((a1 << 15) | (a1 >>> 17)) ^ w3, A);
    b1 = Math.imul(((b1 << 11) | (b1 >>> 21)) + w3, B);
  }
  out[0] = scramble(a0 ^ scramble(a1 ^ page));
  out[1] = scramble(b0 ^ scramble(b1 ^ page));
}

/** Spreads every bit of a word over all of them, one to one (the finish of MurmurHash3). */
function scramble(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), SCRAMBLE_1);
  mixed = Math.imul(mixed ^ (mixed >>> 13), SCRAMBLE_2);
  return mixed ^ (mixed >>> 16);
}
