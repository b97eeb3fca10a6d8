import type { Extent } from "./extent.ts";
import { PAGE_SIZE } from "./page.ts";

/**
 * Exchanges the 8-byte words in which two pages differ; words that are equal are only read. Doing it
 * again undoes it.
 *
 * Source: US11288123, differing words of N bytes, 8 in its abstract.
 *
 * @param at Where the page begins in `extent`, in bytes.
 * @param otherAt Where it begins in `other`, which may be the same extent if the pages do not overlap.
 * @returns How many words were exchanged.
 */
export function exchangeWords(extent: Extent, at: number, other: Extent, otherAt: number): number {
  const a = extent.words;
  const b = other.words;
  let count = 0;
  // 32 bytes at a time: most of a page is equal
  for (let i = at >>> 2, j = otherAt >>> 2, end = (at + PAGE_SIZE) >>> 2; i < end; i += 8, j += 8) {
    const difference =
      (a[i]! ^ b[j]!) |
      (a[i + 1]! ^ b[j + 1]!) |
      (a[i + 2]! ^ b[j + 2]!) |
      (a[i + 3]! ^ b[j + 3]!) |
      (a[i + 4]! ^ b[j + 4]!) |
      (a[i + 5]! ^ b[j + 5]!) |
      (a[i + 6]! ^ b[j + 6]!) |
      (a[i + 7]! ^ b[j + 7]!);
    if (difference !== 0) count += exchangeInBlock(a, i, b, j);
  }
  return count;
}

function exchangeInBlock(a: Int32Array, from: number, b: Int32Array, otherFrom: number): number {
  let count = 0;
  for (let i = from, j = otherFrom; i < from + 8; i += 2, j += 2) {
    const low = a[i]!;
    const high = a[i + 1]!;
    if (((low ^ b[j]!) | (high ^ b[j + 1]!)) === 0) continue;
    a[i] = b[j]!;
    a[i + 1] = b[j + 1]!;
    b[j] = low;
    b[j + 1] = high;
    count += 1;
  }
  return count;
}
