import { describe, expect, test } from "vitest";
import type { Backing } from "../../src/memory/backing.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";

/** Pages that the backings under test begin with, and grow by. */
export const PAGES = 16;

/** Whether a whole page consists of one byte value. */
function isFilled(bytes: Uint8Array, value = 0): boolean {
  return bytes.length === PAGE_SIZE && bytes.every((byte) => byte === value);
}

/**
 * What every backing does.
 *
 * @param create Makes one of {@link PAGES} zero pages.
 * @param maxPages What it may grow to.
 */
export function describeBacking(name: string, maxPages: number, create: () => Backing): void {
  describe(`backing contract: ${name}`, () => {
    test("backing contract: begins with zero pages", () => {
      const backing = create();
      expect([backing.pageCount, backing.maxPages]).toEqual([PAGES, maxPages]);
      for (let page = 0; page < PAGES; page += 1) {
        expect(isFilled(backing.peek(page))).toBe(true);
      }
    });

    test("backing contract: what is written to a page is in that page only", () => {
      const backing = create();
      for (const page of [7, 0, PAGES - 1]) backing.touch(page).fill(page + 1);
      for (let page = 0; page < PAGES; page += 1) {
        const value = [7, 0, PAGES - 1].includes(page) ? page + 1 : 0;
        expect(isFilled(backing.peek(page), value)).toBe(true);
      }
    });

    test("backing contract: extent and offset lead to the same bytes", () => {
      const backing = create();
      for (const page of [9, 3, 4]) {
        backing.claim(page);
        const offset = backing.offsetOf(page);
        const { bytes, view } = backing.extentOf(page);
        bytes[offset] = page;
        view.setUint8(offset + PAGE_SIZE - 1, page);
        const seen = backing.peek(page);
        expect([seen.length, seen[0], seen[PAGE_SIZE - 1]]).toEqual([PAGE_SIZE, page, page]);
      }
      expect(backing.extentOf(5).bytes[backing.offsetOf(5)]).toBe(0);
    });

    test("backing contract: an untouched page is zero, a written one is touched", () => {
      const backing = create();
      backing.touch(2)[0] = 1;
      const touched = new PageSet();
      backing.collectTouched(1_000, touched);
      for (let page = 0; page < PAGES; page += 1) {
        expect(touched.has(1_000 + page)).toBe(backing.isTouched(page));
        if (!backing.isTouched(page)) expect(isFilled(backing.peek(page))).toBe(true);
      }
      expect(backing.isTouched(2)).toBe(true);
    });

    test("backing contract: a page is zero as long as each of its bytes is", () => {
      const backing = create();
      const offsets = [0, 255, 256, PAGE_SIZE / 2 + 7, PAGE_SIZE - 1];
      for (const [page, offset] of offsets.entries()) backing.touch(page)[offset] = 128;
      backing.touch(offsets.length).fill(0);
      for (let page = 0; page < PAGES; page += 1) {
        expect(backing.isZero(page)).toBe(page >= offsets.length);
      }
      for (const [page, offset] of offsets.entries()) backing.touch(page)[offset] = 0;
      expect(backing.isZero(offsets.length - 1)).toBe(true);
    });

    test.each([-1, 0.5, Number.NaN, PAGES])("backing contract: page %d is refused", (page) => {
      const backing = create();
      expect(() => backing.peek(page)).toThrow(/expected a whole page number from 0 to 15, got/);
      expect(() => backing.touch(page)).toThrow(RangeError);
    });

    test("backing contract: growth adds zero pages and keeps the others", () => {
      const backing = create();
      backing.touch(PAGES - 1).fill(9);
      backing.grow(PAGES);
      expect(backing.pageCount).toBe(PAGES);
      if (maxPages === PAGES) return;
      backing.grow(PAGES * 2);
      expect(backing.pageCount).toBe(PAGES * 2);
      expect(backing.peek(PAGES - 1)[17]).toBe(9);
      expect(isFilled(backing.peek(PAGES * 2 - 1))).toBe(true);
      backing.touch(PAGES)[3] = 1;
      expect(backing.peek(PAGES)[3]).toBe(1);
    });

    test("backing contract: growth down, too far or by parts of pages is refused", () => {
      const backing = create();
      for (const pageCount of [PAGES - 1, maxPages + 1, maxPages + 16, PAGES + 0.5, Number.NaN]) {
        expect(() => backing.grow(pageCount)).toThrow(RangeError);
      }
      expect(backing.pageCount).toBe(PAGES);
    });
  });
}
