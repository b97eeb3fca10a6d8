/** 64-bit words in a page. */
const PAGE_LONGS = 512;

/** As `wordsAreZero`, for the page that begins at 64-bit word `start`. */
export function longsAreZero(longs: BigInt64Array, start: number): boolean {
  for (let at = start, end = start + PAGE_LONGS; at < end; at += 4) {
    if (longs[at] !== 0n || longs[at + 1] !== 0n || longs[at + 2] !== 0n || longs[at + 3] !== 0n) {
      return false;
    }
  }
  return true;
}

/** As `wordsAreEqual`, for pages that begin at 64-bit words `start` and `otherStart`. */
export function longsAreEqual(
  longs: BigInt64Array,
  start: number,
  others: BigInt64Array,
  otherStart: number,
): boolean {
  for (let step = 0; step < PAGE_LONGS; step += 8) {
    const a = start + step;
    const b = otherStart + step;
    if (
      longs[a] !== others[b] ||
      longs[a + 1] !== others[b + 1] ||
      longs[a + 2] !== others[b + 2] ||
      longs[a + 3] !== others[b + 3] ||
      longs[a + 4] !== others[b + 4] ||
      longs[a + 5] !== others[b + 5] ||
      longs[a + 6] !== others[b + 6] ||
      longs[a + 7] !== others[b + 7]
    ) {
      return false;
    }
  }
  return true;
}
