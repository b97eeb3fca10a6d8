import { expect, test } from "vitest";
import { LeafTable } from "../../src/memory/leaf-table.ts";
import { ADDRESS_PAGES_MAX } from "../../src/memory/page.ts";
import { RandomStream } from "../../src/sim/random.ts";

test("leaf table: empty, it has no leaf and takes no room", () => {
  const table = new LeafTable({ leafShift: 6, leafWords: 64 });
  expect(table.find(0)).toBe(-1);
  expect(table.find(ADDRESS_PAGES_MAX - 1)).toBe(-1);
  expect([table.leafCount, table.residentBytes, table.highest]).toEqual([0, 0, -1]);
  expect(table.lowest > table.highest).toBe(true);
});

test("leaf table: pages of one leaf share it, others do not", () => {
  const table = new LeafTable({ leafShift: 6, leafWords: 64 });
  const leaf = table.claim(64);
  expect(table.claim(127)).toBe(leaf);
  expect(table.find(100)).toBe(leaf);
  expect([table.find(63), table.find(128)]).toEqual([-1, -1]);
  expect(table.findLeaf(1)).toBe(leaf);
  expect(table.claim(128)).not.toBe(leaf);
  expect([table.lowest, table.highest, table.leafCount]).toEqual([1, 2, 2]);
});

test("leaf table: keeps what a plain map keeps, while it grows and after clearing", () => {
  const random = new RandomStream(1, "leaf table");
  const table = new LeafTable({ leafShift: 4, leafWords: 16 });
  for (let round = 0; round < 3; round += 1) {
    const model = new Map<number, number>();
    for (let count = 0; count < 500; count += 1) {
      const page = random.chance(0.5) ? random.below(200) : random.below(ADDRESS_PAGES_MAX);
      model.set(page, count + 1);
      const leaf = table.claim(page);
      table.words[leaf + (page & 15)] = count + 1;
    }
    for (const [page, value] of model) {
      expect(table.words[table.find(page) + (page & 15)]).toBe(value);
    }
    table.clear();
    for (const page of model.keys()) expect(table.find(page)).toBe(-1);
  }
});

test("leaf table: a leaf is all zero when it is made, in used room too", () => {
  const table = new LeafTable({ leafShift: 0, leafWords: 4 });
  for (let page = 0; page < 40; page += 1) table.words.fill(-1, table.claim(page));
  table.clear();
  for (let page = 100; page < 140; page += 1) {
    const leaf = table.claim(page);
    expect([...table.words.subarray(leaf, leaf + 4)]).toEqual([0, 0, 0, 0]);
  }
});
