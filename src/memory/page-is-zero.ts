import { expectPageBytes } from "./bounds.ts";
import { PAGE_WORDS } from "./page.ts";
import { wordsAreZero } from "./page-words.ts";

/**
 * Whether a page holds only zeros.
 *
 * @param bytes One page, anywhere in its buffer; read in place, the caller keeps it.
 * @throws `StandinRangeError` `PAGE_LENGTH` if it is not exactly one page long.
 */
export function pageIsZero(bytes: Uint8Array): boolean {
  expectPageBytes(bytes);
  // A view into a message may begin at any byte, words only at every fourth.
  if ((bytes.byteOffset & 3) !== 0) return bytes.every((byte) => byte === 0);
  return wordsAreZero(new Int32Array(bytes.buffer, bytes.byteOffset, PAGE_WORDS), 0);
}
