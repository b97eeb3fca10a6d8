import fc from "fast-check";
import { expect, test } from "vitest";
import { ADDRESS_PAGES_MAX } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import { Slat } from "../../src/memory/slat.ts";
import { InvariantError } from "../../src/sim/errors.ts";

test("slat: a page never used is absent, clean and may be written", () => {
  const slat = new Slat();
  expect(slat.isPresent(7)).toBe(false);
  expect(slat.isAccessed(7)).toBe(false);
  expect(slat.isDirty(7)).toBe(false);
  expect(slat.isWritable(7)).toBe(true);
  expect([slat.leafCount, slat.residentBytes]).toEqual([0, 0]);
});

test("slat: leaves come into being where pages are used", () => {
  const slat = new Slat();
  slat.markAccessed(511);
  expect(slat.leafCount).toBe(1);
  slat.markDirty(0);
  expect(slat.leafCount).toBe(1);
  slat.markDirty(512);
  expect(slat.leafCount).toBe(2);
  expect(slat.residentBytes).toBeLessThan(1_024);
});

test("slat: flags of one page are apart from each other and from those of others", () => {
  const slat = new Slat();
  slat.markAccessed(32);
  expect([slat.isPresent(32), slat.isAccessed(32), slat.isDirty(32)]).toEqual([true, true, false]);
  slat.markDirty(33);
  expect([slat.isPresent(33), slat.isAccessed(33), slat.isDirty(33)]).toEqual([false, false, true]);
  slat.protect(34, 1);
  expect([33, 34, 35].map((page) => slat.isWritable(page))).toEqual([true, false, true]);
});

test("slat: collecting clears, and leaves the other flags alone", () => {
  const slat = new Slat();
  slat.markAccessed(4);
  slat.markDirty(4);
  const pages = new PageSet([2]);
  slat.collectDirty(pages, 0, 100);
  expect(pages.toArray()).toEqual([2, 4]);
  expect([slat.isPresent(4), slat.isAccessed(4), slat.isDirty(4)]).toEqual([true, true, false]);
  pages.clear();
  slat.collectDirty(pages, 0, 100);
  expect(pages.size).toBe(0);
  slat.collectAccessed(pages, 0, 100);
  expect(pages.toArray()).toEqual([4]);
  expect([slat.isPresent(4), slat.isAccessed(4)]).toEqual([true, false]);
});

test("slat: collecting in parts finds each page once, as sets of numbers do", () => {
  const page = fc.integer({ min: 0, max: 1_600 });
  const range = fc.tuple(page, fc.integer({ min: 0, max: 700 }));
  fc.assert(
    fc.property(fc.array(page), fc.array(range), (dirty, ranges) => {
      const slat = new Slat();
      const model = new Set(dirty);
      for (const number of dirty) slat.markDirty(number);
      for (const [first, count] of [...ranges, [0, 2_400] as const]) {
        const collected = new PageSet();
        const looked = slat.collectDirty(collected, first, count);
        const expected = [...model].filter((at) => at >= first && at < first + count);
        expect(collected.toArray()).toEqual(expected.sort((a, b) => a - b));
        expect(looked).toBeLessThanOrEqual(count);
        for (const number of expected) model.delete(number);
      }
      for (const number of dirty) expect(slat.isDirty(number)).toBe(false);
    }),
  );
});

test("slat: only entries of leaves in use are looked at", () => {
  const slat = new Slat();
  slat.markDirty(600);
  expect(slat.collectDirty(new PageSet(), 0, 16_384)).toBe(512);
  expect(slat.collectDirty(new PageSet(), 500, 20)).toBe(8);
  expect(slat.collectDirty(new PageSet(), 5_000, 20)).toBe(0);
});

test("slat: protecting and permitting ranges, across leaves", () => {
  const slat = new Slat();
  slat.protect(500, 100);
  slat.permit(510, 5);
  const writable = [499, 500, 509, 510, 514, 515, 599, 600].map((page) => slat.isWritable(page));
  expect(writable).toEqual([true, false, false, true, true, false, false, true]);
});

test("slat: a range outside the address space is a defect of the caller", () => {
  const slat = new Slat();
  expect(() => slat.collectDirty(new PageSet(), -1, 4)).toThrow(InvariantError);
  expect(() => slat.collectDirty(new PageSet(), 0, ADDRESS_PAGES_MAX + 1)).toThrow(InvariantError);
});
