import { expect, test } from "vitest";
import type { Region } from "../../src/memory/region.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import { SCAN_WORKERS_MAX, SplitScan } from "../../src/memory/split-scan.ts";
import { sparseMachine } from "./machines.ts";

/** Regions of 10 pages at 0, none at 100, 3 at 200. */
function regions(): readonly Region[] {
  const memory = sparseMachine(10);
  const add = (name: string, basePage: number, pages: number): void => {
    const backing = new SparseBacking(pages, 5);
    memory.addRegion({ name, basePage, backing, stores: "seen" });
  };
  add("empty", 100, 0);
  add("high", 200, 3);
  return memory.regions;
}

function partsOf(scan: SplitScan): string[] {
  const seen: string[] = [];
  scan.scan(regions(), (firstPage, pageCount) => {
    seen.push(`${firstPage}+${pageCount}`);
    return pageCount;
  });
  return seen;
}

test.each([
  [1, ["0+10", "200+3"], [13]],
  [2, ["0+6", "6+4", "200+3"], [6, 7]],
  [4, ["0+3", "3+3", "6+3", "9+1", "200+3"], [3, 3, 3, 4]],
])("split scan: %i workers share all pages evenly", (workers, ranges, parts) => {
  const scan = new SplitScan({ workers });
  expect(partsOf(scan)).toEqual(ranges);
  expect(scan.partPages).toEqual(parts);
  expect([scan.scannedPages, scan.longestPages]).toEqual([13, Math.max(...parts)]);
});

test("split scan: with more workers than pages some have nothing to do", () => {
  const scan = new SplitScan({ workers: SCAN_WORKERS_MAX });
  expect(partsOf(scan)).toHaveLength(13);
  expect([scan.scannedPages, scan.longestPages]).toEqual([13, 1]);
});

test("split scan: what counts is what was looked at, not what was asked for", () => {
  const scan = new SplitScan({ workers: 3 });
  expect([scan.scannedPages, scan.longestPages]).toEqual([0, 0]);
  scan.scan(regions(), (firstPage) => (firstPage === 4 ? 2 : 0));
  expect(scan.partPages).toEqual([0, 2, 0]);
  scan.scan([], () => expect.unreachable());
  expect(scan.partPages).toEqual([0, 0, 0]);
});

test("split scan: the defect leaves out the last page of each part", () => {
  expect(partsOf(new SplitScan({ workers: 4, omitLastPage: true }))).toEqual([
    "0+2",
    "3+2",
    "6+2",
    "9+1",
    "200+2",
  ]);
});

test.each([0, -1, 1.5, Number.NaN, SCAN_WORKERS_MAX + 1])(
  "split scan: %d workers are refused",
  (workers) => {
    expect(() => new SplitScan({ workers })).toThrow("expected 1 to 64 workers that share a scan");
  },
);
