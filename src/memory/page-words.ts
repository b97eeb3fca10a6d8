import { PAGE_WORDS } from "./page.ts";

/**
 * Whether the page that begins at word `start` holds only zeros.
 *
 * Eight words at a time are folded into one test; a page in use mostly fails the first.
 */
export function wordsAreZero(words: Int32Array, start: number): boolean {
  for (let at = start, end = start + PAGE_WORDS; at < end; at += 8) {
    const low = words[at]! | words[at + 1]! | words[at + 2]! | words[at + 3]!;
    const high = words[at + 4]! | words[at + 5]! | words[at + 6]! | words[at + 7]!;
    if ((low | high) !== 0) return false;
  }
  return true;
}

/**
 * Whether two pages, the first at word `start` of `words` and the second at word `otherStart` of
 * `others`, have equal contents.
 *
 * Compared as integers: floating-point comparison takes −0 for 0 and NaN for different from itself.
 */
export function wordsAreEqual(
  words: Int32Array,
  start: number,
  others: Int32Array,
  otherStart: number,
): boolean {
  for (let step = 0; step < PAGE_WORDS; step += 8) {
    const a = start + step;
    const b = otherStart + step;
    const difference =
      (words[a]! ^ others[b]!) |
      (words[a + 1]! ^ others[b + 1]!) |
      (words[a + 2]! ^ others[b + 2]!) |
      (words[a + 3]! ^ others[b + 3]!) |
      (words[a + 4]! ^ others[b + 4]!) |
      (words[a + 5]! ^ others[b + 5]!) |
      (words[a + 6]! ^ others[b + 6]!) |
      (words[a + 7]! ^ others[b + 7]!);
    if (difference !== 0) return false;
  }
  return true;
}
