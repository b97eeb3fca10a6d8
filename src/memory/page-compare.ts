import type { Backing } from "./backing.ts";
import type { Extent } from "./extent.ts";
import { longsAreEqual, longsAreZero } from "./page-longs.ts";
import { wordsAreEqual, wordsAreZero } from "./page-words.ts";

/**
 * Whether the engine compares 64-bit integers without making an object of each. V8 does: 2 to 3
 * times the speed of 32-bit words. Where it is not so they are 30 times slower (measured in
 * JavaScriptCore). Engines are told apart by what else an error carries; only speed depends on it.
 */
export const LONGS_ARE_FAST: boolean = /* @__PURE__ */ errorHasNoLine();

function errorHasNoLine(): boolean {
  const error = new Error("which engine");
  return !("line" in error) && !("lineNumber" in error);
}

/** Whether the page at byte `offset` of an extent holds only zeros. */
export function isZeroAt(extent: Extent, offset: number): boolean {
  return LONGS_ARE_FAST
    ? longsAreZero(extent.longs, offset >>> 3)
    : wordsAreZero(extent.words, offset >>> 2);
}

/** Whether the pages at byte `offset` of `extent` and `otherOffset` of `other` have equal contents. */
export function isEqualAt(
  extent: Extent,
  offset: number,
  other: Extent,
  otherOffset: number,
): boolean {
  return LONGS_ARE_FAST
    ? longsAreEqual(extent.longs, offset >>> 3, other.longs, otherOffset >>> 3)
    : wordsAreEqual(extent.words, offset >>> 2, other.words, otherOffset >>> 2);
}

/** Whether a page has equal contents in two backings that both have it. */
export function isSamePage(backing: Backing, other: Backing, page: number): boolean {
  return isEqualAt(
    backing.extentOf(page),
    backing.offsetOf(page),
    other.extentOf(page),
    other.offsetOf(page),
  );
}
