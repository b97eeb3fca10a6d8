import { expect, test } from "vitest";
import { Extent } from "../../src/memory/extent.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { TLB_SLOT_MASK, TLB_SLOTS, Tlb } from "../../src/memory/tlb.ts";

const extent = new Extent(new ArrayBuffer(2 * PAGE_SIZE), 0, 2 * PAGE_SIZE);

function writable(tlb: Tlb): number[] {
  const pages: number[] = [];
  tlb.forEachWritable((page) => {
    pages.push(page);
  });
  return pages;
}

test("tlb: the slot of a page is chosen by its low bits", () => {
  expect(TLB_SLOTS).toBe(TLB_SLOT_MASK + 1);
  const tlb = new Tlb();
  expect(tlb.fill(5 + TLB_SLOTS, extent, PAGE_SIZE, true, true)).toBe(5);
  expect([tlb.readTags[5], tlb.writeTags[5]]).toEqual([69 * PAGE_SIZE, 69 * PAGE_SIZE]);
  expect([tlb.views[5], tlb.bytes[5], tlb.offsets[5]]).toEqual([
    extent.view,
    extent.bytes,
    PAGE_SIZE,
  ]);
});

test("tlb: a page that is not dirty is cached for loads only", () => {
  const tlb = new Tlb();
  tlb.fill(3, extent, 0, true, false);
  expect([tlb.readTags[3], tlb.writeTags[3]]).toEqual([3 * PAGE_SIZE, -1]);
  expect(writable(tlb)).toEqual([]);
  tlb.fill(3, extent, 0, true, true);
  expect(writable(tlb)).toEqual([3]);
});

test("tlb: another page with the same slot takes its place", () => {
  const tlb = new Tlb();
  tlb.fill(3, extent, 0, true, true);
  tlb.fill(3 + TLB_SLOTS, extent, 0, true, false);
  expect(writable(tlb)).toEqual([]);
  expect(tlb.readTags[3]).toBe(67 * PAGE_SIZE);
});

test("tlb: invalidation forgets all pages, dropping one page only that one", () => {
  const tlb = new Tlb();
  for (const page of [1, 2, 2 ** 22]) tlb.fill(page, extent, 0, true, true);
  tlb.drop(2 + TLB_SLOTS);
  expect(writable(tlb)).toEqual([2 ** 22, 1, 2]);
  tlb.drop(2);
  expect(writable(tlb)).toEqual([2 ** 22, 1]);
  expect(tlb.readTags[2]).toBe(-1);
  expect(tlb.invalidations).toBe(0);
  tlb.invalidate();
  expect(writable(tlb)).toEqual([]);
  expect(tlb.readTags.every((tag) => tag === -1)).toBe(true);
  expect(tlb.invalidations).toBe(1);
});

test("tlb: walks and hits are counted", () => {
  const tlb = new Tlb();
  tlb.fill(1, extent, 0, false, false);
  expect(tlb.readTags[1]).toBe(-1);
  tlb.countHit();
  tlb.countHit();
  expect([tlb.walks, tlb.hits, tlb.invalidations]).toEqual([1, 2, 0]);
});
