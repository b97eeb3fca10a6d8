import type { Extent } from "../../memory/extent.ts";
import { LONGS_ARE_FAST } from "../../memory/page-compare.ts";

/** Bytes that one step of a comparison looks at; a page is 64 of them. */
export const BLOCK_BYTES = 64;

/**
 * Whether 64 bytes differ.
 *
 * @param at Where they begin in `base`, a multiple of 8.
 * @param otherAt Where they begin in `next`, likewise.
 */
export function blocksDiffer(base: Extent, at: number, next: Extent, otherAt: number): boolean {
  return LONGS_ARE_FAST
    ? longsDiffer(base.longs, at >>> 3, next.longs, otherAt >>> 3)
    : wordsDiffer(base.words, at >>> 2, next.words, otherAt >>> 2);
}

/** As {@link blocksDiffer}, eight 64-bit words from `a` and `b` on folded into one test. */
export function longsDiffer(
  longs: BigInt64Array,
  a: number,
  others: BigInt64Array,
  b: number,
): boolean {
  return (
    ((longs[a]! ^ others[b]!) |
      (longs[a + 1]! ^ others[b + 1]!) |
      (longs[a + 2]! ^ others[b + 2]!) |
      (longs[a + 3]! ^ others[b + 3]!) |
      (longs[a + 4]! ^ others[b + 4]!) |
      (longs[a + 5]! ^ others[b + 5]!) |
      (longs[a + 6]! ^ others[b + 6]!) |
      (longs[a + 7]! ^ others[b + 7]!)) !==
    0n
  );
}

/** As {@link blocksDiffer}, sixteen 32-bit words from `a` and `b` on, eight at a time. */
export function wordsDiffer(words: Int32Array, a: number, others: Int32Array, b: number): boolean {
  for (let step = 0; step < 16; step += 8) {
    const p = a + step;
    const q = b + step;
    const difference =
      (words[p]! ^ others[q]!) |
      (words[p + 1]! ^ others[q + 1]!) |
      (words[p + 2]! ^ others[q + 2]!) |
      (words[p + 3]! ^ others[q + 3]!) |
      (words[p + 4]! ^ others[q + 4]!) |
      (words[p + 5]! ^ others[q + 5]!) |
      (words[p + 6]! ^ others[q + 6]!) |
      (words[p + 7]! ^ others[q + 7]!);
    if (difference !== 0) return true;
  }
  return false;
}
