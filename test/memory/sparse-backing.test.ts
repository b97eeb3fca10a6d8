// covers src/memory/sparse-backing.ts, src/memory/backing.ts
import { expect, test } from "vitest";
import { ADDRESS_PAGES_MAX, PAGE_SIZE } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import { describeBacking, PAGES } from "./backing-contract.ts";

const MACHINE_PAGES = 16_384;
const KIB = 1_024;

describeBacking("sparse", 4 * PAGES, () => new SparseBacking(PAGES, 4 * PAGES));
describeBacking("sparse that does not grow", PAGES, () => new SparseBacking(PAGES));

test("sparse backing: untouched memory costs nothing, whatever is read", () => {
  const backing = new SparseBacking(MACHINE_PAGES);
  for (let page = 0; page < MACHINE_PAGES; page += 1) backing.peek(page);
  expect(backing.residentBytes).toBe(0);
  expect(new SparseBacking(0, ADDRESS_PAGES_MAX).residentBytes).toBe(0);
});

test("sparse backing: 64 touched pages cost little more than 64 pages, near or far apart", () => {
  for (const stride of [1, 256]) {
    const backing = new SparseBacking(MACHINE_PAGES);
    for (let count = 0; count < 64; count += 1) backing.touch(count * stride)[0] = 1;
    expect(backing.residentBytes).toBeGreaterThanOrEqual(64 * PAGE_SIZE);
    expect(backing.residentBytes).toBeLessThan(64 * PAGE_SIZE + 20 * KIB);
  }
});

test("sparse backing: write marks name the pages touched in a generation or later", () => {
  const backing = new SparseBacking(PAGES);
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

test("sparse backing: impossible sizes are refused", () => {
  expect(() => new SparseBacking(-1)).toThrow(RangeError);
  expect(() => new SparseBacking(1.5)).toThrow(RangeError);
  expect(() => new SparseBacking(5, 4)).toThrow(/from 0 to 4, got 5/);
  expect(() => new SparseBacking(1, ADDRESS_PAGES_MAX + 1)).toThrow(RangeError);
});
