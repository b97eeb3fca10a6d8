import { PAGE_SIZE } from "../../memory/page.ts";
import type { WordBytes } from "./changed-words.ts";
import { BITMAP } from "./word-difference.ts";

/** Whether bytes are the payload of a word difference: indexes ascend within the page, lengths fit. */
export function wordsAreSound(payload: Uint8Array): boolean {
  if (payload.length < 2 || payload.length > PAGE_SIZE) return false;
  const wordBytes = payload[0]! & ~BITMAP;
  if (wordBytes !== 4 && wordBytes !== 8 && wordBytes !== 16) return false;
  return (payload[0]! & BITMAP) === 0
    ? listIsSound(payload, wordBytes)
    : bitmapIsSound(payload, wordBytes);
}

function listIsSound(payload: Uint8Array, wordBytes: WordBytes): boolean {
  if ((payload.length - 1) % (2 + wordBytes) !== 0) return false;
  const end = 1 + (2 * (payload.length - 1)) / (2 + wordBytes);
  let last = -1;
  for (let at = 1; at < end; at += 2) {
    const word = payload[at]! | (payload[at + 1]! << 8);
    if (word <= last) return false;
    last = word;
  }
  // they ascend, so the last one is the highest
  return last < PAGE_SIZE / wordBytes;
}

function bitmapIsSound(payload: Uint8Array, wordBytes: WordBytes): boolean {
  const bitmapBytes = PAGE_SIZE / wordBytes / 8;
  if (payload.length < 1 + bitmapBytes) return false;
  let count = 0;
  for (let at = 1; at <= bitmapBytes; at += 1) {
    for (let bits = payload[at]!; bits !== 0; bits &= bits - 1) count += 1;
  }
  return count > 0 && payload.length === 1 + bitmapBytes + count * wordBytes;
}

/**
 * Puts the words of a payload into a page.
 *
 * @param payload Sound, see {@link wordsAreSound}.
 * @param page One page, anywhere in its buffer.
 */
export function patchWords(payload: Uint8Array, page: Uint8Array): void {
  const wordBytes = payload[0]! & ~BITMAP;
  if ((payload[0]! & BITMAP) === 0) patchList(payload, page, wordBytes);
  else patchBitmap(payload, page, wordBytes);
}

function patchList(payload: Uint8Array, page: Uint8Array, wordBytes: number): void {
  let from = 1 + (2 * (payload.length - 1)) / (2 + wordBytes);
  for (let at = 1; from < payload.length; at += 2, from += wordBytes) {
    const word = payload[at]! | (payload[at + 1]! << 8);
    copyWord(payload, from, page, word * wordBytes, wordBytes);
  }
}

function patchBitmap(payload: Uint8Array, page: Uint8Array, wordBytes: number): void {
  const bitmapBytes = PAGE_SIZE / wordBytes / 8;
  let from = 1 + bitmapBytes;
  // 32 bits at a time: which are set cannot be foreseen, and each turn of the outer loop guesses
  for (let at = 1; at <= bitmapBytes; at += 4) {
    const low = payload[at]! | (payload[at + 1]! << 8);
    let bits = low | (payload[at + 2]! << 16) | (payload[at + 3]! << 24);
    for (; bits !== 0; bits &= bits - 1, from += wordBytes) {
      const word = 8 * (at - 1) + 31 - Math.clz32(bits & -bits);
      copyWord(payload, from, page, word * wordBytes, wordBytes);
    }
  }
}

/** Byte by byte: a payload begins anywhere in its message. */
function copyWord(
  payload: Uint8Array,
  from: number,
  page: Uint8Array,
  to: number,
  wordBytes: number,
): void {
  for (let part = 0; part < wordBytes; part += 4) {
    page[to + part] = payload[from + part]!;
    page[to + part + 1] = payload[from + part + 1]!;
    page[to + part + 2] = payload[from + part + 2]!;
    page[to + part + 3] = payload[from + part + 3]!;
  }
}
