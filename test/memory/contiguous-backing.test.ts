import { expect, test } from "vitest";
import { ContiguousBacking } from "../../src/memory/contiguous-backing.ts";
import { ADDRESS_PAGES_MAX, PAGE_SIZE } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import { describeBacking, PAGES } from "./backing-contract.ts";

describeBacking("contiguous", PAGES, () => new ContiguousBacking(PAGES));

test("contiguous backing: all pages lie in one buffer, in order", () => {
  const backing = new ContiguousBacking(PAGES);
  const bytes = new Uint8Array(backing.buffer);
  expect(bytes.length).toBe(PAGES * PAGE_SIZE);
  backing.touch(3)[5] = 7;
  expect(bytes[3 * PAGE_SIZE + 5]).toBe(7);
  bytes[4 * PAGE_SIZE + 6] = 8;
  expect(backing.peek(4)[6]).toBe(8);
  expect(backing.movable).toBe(false);
});

test("contiguous backing: a page is touched once it was handed out to be written", () => {
  const backing = new ContiguousBacking(PAGES);
  const touched = (): number[] => {
    const pages = new PageSet();
    backing.collectTouched(100, pages);
    return pages.toArray();
  };
  for (let page = 0; page < PAGES; page += 1) backing.peek(page);
  expect([touched(), backing.residentBytes]).toEqual([[], 0]);
  backing.claim(9);
  backing.touch(2);
  backing.claim(9);
  expect(touched()).toEqual([102, 109]);
  expect([backing.isTouched(9), backing.isTouched(8)]).toEqual([true, false]);
  expect(backing.residentBytes).toBeGreaterThanOrEqual(2 * PAGE_SIZE);
  expect(backing.residentBytes).toBeLessThan(3 * PAGE_SIZE);
});

test("contiguous backing: write marks name the pages touched in a generation or later", () => {
  const backing = new ContiguousBacking(PAGES);
  const since = (generation: number): number[] => {
    const pages = new PageSet();
    backing.marks.collectSince(generation, 100, pages);
    return pages.toArray();
  };
  backing.touch(3);
  const first = backing.marks.advance();
  backing.touch(5);
  backing.claim(4);
  const second = backing.marks.advance();
  backing.touch(3);
  backing.peek(9);
  expect(second).toBeGreaterThan(first);
  expect(since(0)).toEqual([103, 104, 105]);
  expect(since(first)).toEqual([103, 104, 105]);
  expect(since(second)).toEqual([103]);
  expect(since(backing.marks.advance())).toEqual([]);
});

test("contiguous backing: more than one extent's pages", () => {
  const pages = 262_144 + 2;
  const backing = new ContiguousBacking(pages);
  backing.touch(pages - 1)[1] = 9;
  expect(backing.peek(pages - 1)[1]).toBe(9);
  expect(new Uint8Array(backing.buffer, (pages - 1) * PAGE_SIZE)[1]).toBe(9);
  expect(backing.extentOf(pages - 1)).not.toBe(backing.extentOf(0));
  expect(backing.offsetOf(pages - 1)).toBe(PAGE_SIZE);
  expect(backing.isTouched(pages - 2)).toBe(false);
});

test("contiguous backing: impossible sizes are refused", () => {
  expect(() => new ContiguousBacking(-1)).toThrow(RangeError);
  expect(() => new ContiguousBacking(1.5)).toThrow(RangeError);
  expect(() => new ContiguousBacking(ADDRESS_PAGES_MAX + 1)).toThrow(RangeError);
  expect(() => new ContiguousBacking(ADDRESS_PAGES_MAX)).toThrow(
    "expected a size that can be reserved at once, got 16777216 pages",
  );
});
