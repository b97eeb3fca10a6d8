// covers src/memory/page-compare.ts, src/memory/page-words.ts, src/memory/page-longs.ts
import { describe, expect, test } from "vitest";
import { Extent } from "../../src/memory/extent.ts";
import { PAGE_SIZE, PAGE_WORDS } from "../../src/memory/page.ts";
import { isEqualAt, isZeroAt } from "../../src/memory/page-compare.ts";
import { longsAreEqual, longsAreZero } from "../../src/memory/page-longs.ts";
import { wordsAreEqual, wordsAreZero } from "../../src/memory/page-words.ts";
import { RandomStream } from "../../src/sim/random.ts";

/** The kernels with one signature: page numbers in two extents of three pages. */
const kernels = {
  "as chosen for the engine": {
    isZero: (a: Extent, page: number) => isZeroAt(a, page * PAGE_SIZE),
    isEqual: (a: Extent, page: number, b: Extent, other: number) =>
      isEqualAt(a, page * PAGE_SIZE, b, other * PAGE_SIZE),
  },
  "32-bit words": {
    isZero: (a: Extent, page: number) => wordsAreZero(a.words, page * PAGE_WORDS),
    isEqual: (a: Extent, page: number, b: Extent, other: number) =>
      wordsAreEqual(a.words, page * PAGE_WORDS, b.words, other * PAGE_WORDS),
  },
  "64-bit words": {
    isZero: (a: Extent, page: number) => longsAreZero(a.longs, (page * PAGE_WORDS) / 2),
    isEqual: (a: Extent, page: number, b: Extent, other: number) =>
      longsAreEqual(a.longs, (page * PAGE_WORDS) / 2, b.longs, (other * PAGE_WORDS) / 2),
  },
};

function extent(): Extent {
  return new Extent(new ArrayBuffer(3 * PAGE_SIZE), 0, 3 * PAGE_SIZE);
}

describe.each(Object.entries(kernels))("page compare, %s", (_, { isZero, isEqual }) => {
  test("page compare: every single byte counts, and none outside the page", () => {
    const [a, b] = [extent(), extent()];
    a.bytes.fill(0xff, 0, PAGE_SIZE);
    a.bytes.fill(0xff, 2 * PAGE_SIZE);
    const wrong: number[] = [];
    for (let at = 0; at < PAGE_SIZE; at += 1) {
      const before = isZero(a, 1) && isEqual(a, 1, b, 1);
      a.bytes[PAGE_SIZE + at] = 1;
      if (!before || isZero(a, 1) || isEqual(a, 1, b, 1) || isEqual(b, 1, a, 1)) wrong.push(at);
      a.bytes[PAGE_SIZE + at] = 0;
    }
    expect(wrong).toEqual([]);
  });

  test("page compare: bit patterns that are equal or unequal as floating-point numbers", () => {
    const [a, b] = [extent(), extent()];
    a.view.setBigUint64(64, 0x8000_0000_0000_0000n, true); // −0
    expect(isZero(a, 0)).toBe(false);
    expect(isEqual(a, 0, b, 0)).toBe(false);
    a.view.setBigUint64(64, 0x7ff8_0000_0000_0001n, true); // not a number
    b.view.setBigUint64(64, 0x7ff8_0000_0000_0001n, true);
    expect(isEqual(a, 0, b, 0)).toBe(true);
    b.view.setBigUint64(64, 0x7ff8_0000_0000_0002n, true);
    expect(isEqual(a, 0, b, 0)).toBe(false);
  });

  test("page compare: agrees with a comparison byte by byte, at any two places", () => {
    const random = new RandomStream(5, "page compare");
    for (let count = 0; count < 300; count += 1) {
      const [a, b] = [extent(), extent()];
      const content = random.bytes(PAGE_SIZE);
      const [page, other] = [random.below(3), random.below(3)];
      a.bytes.set(content, page * PAGE_SIZE);
      b.bytes.set(content, other * PAGE_SIZE);
      expect(isEqual(a, page, b, other)).toBe(true);
      const at = other * PAGE_SIZE + random.below(PAGE_SIZE);
      b.bytes[at] = b.bytes[at]! ^ (1 << random.below(8));
      expect(isEqual(a, page, b, other)).toBe(false);
    }
  });
});
