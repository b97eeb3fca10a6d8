import fc from "fast-check";
import { expect, test } from "vitest";
import { ADDRESS_PAGES_MAX } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";

const page = fc.oneof(
  fc.integer({ min: 0, max: 2_000 }),
  fc.integer({ min: 0, max: ADDRESS_PAGES_MAX - 1 }),
);

test("page set: behaves as a sorted set of numbers", () => {
  const kinds = ["add", "add", "add", "union", "union", "delete", "delete", "has", "clear"];
  const step = fc.record({ kind: fc.constantFrom(...kinds), page });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const set = new PageSet();
      let model = new Set<number>();
      for (const { kind, page } of steps) {
        if (kind === "add") {
          set.add(page);
          model.add(page);
        } else if (kind === "delete") expect(set.delete(page)).toBe(model.delete(page));
        else if (kind === "has") expect(set.has(page)).toBe(model.has(page));
        else if (kind === "union") {
          const other = new PageSet([page, page ^ 1, 5]);
          expect(set.union(other)).toBe(set);
          for (const added of [page, page ^ 1, 5]) model.add(added);
          expect(other.size).toBe(new Set([page, page ^ 1, 5]).size);
        } else {
          set.clear();
          model = new Set();
        }
        expect(set.size).toBe(model.size);
      }
      const sorted = [...model].sort((a, b) => a - b);
      expect(set.toArray()).toEqual(sorted);
      expect([...set]).toEqual(sorted);
    }),
  );
});

test("page set: words of 32 pages count each page once", () => {
  const set = new PageSet([32, 63]);
  set.addWord(32, 0x8000_0003 | 0);
  expect(set.toArray()).toEqual([32, 33, 63]);
  expect(set.size).toBe(3);
  set.addWord(64, -1);
  expect(set.size).toBe(35);
});

test("page set: ranges, and the union with itself", () => {
  const set = new PageSet().addRange(510, 4).addRange(9, 0);
  expect(set.toArray()).toEqual([510, 511, 512, 513]);
  expect(set.union(set).toArray()).toEqual([510, 511, 512, 513]);
});

test("page set: going through it shows it as it was at the start", () => {
  const set = new PageSet([3, 700]);
  const seen: number[] = [];
  for (const number of set) {
    seen.push(number);
    set.clear();
    set.add(9_999);
  }
  expect(seen).toEqual([3, 700]);
});

test.each([-1, 0.5, Number.NaN, ADDRESS_PAGES_MAX, 2 ** 32])("page set: %d is no page", (bad) => {
  const set = new PageSet([0]);
  expect(() => set.add(bad)).toThrow(RangeError);
  expect(() => set.addRange(bad, 1)).toThrow(RangeError);
  expect(() => set.addRange(0, bad === 0.5 ? bad : ADDRESS_PAGES_MAX + 1)).toThrow(RangeError);
  expect(set.has(bad)).toBe(false);
  expect(set.delete(bad)).toBe(false);
  expect(set.size).toBe(1);
});
