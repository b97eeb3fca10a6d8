import { describe, expect, test } from "vitest";
import {
  DirtyRingTracker,
  type DirtyRingTrackerOptions,
} from "../../src/memory/dirty-ring-tracker.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import { addWasm, sparseMachine } from "./machines.ts";
import { describeTracker, isCaught } from "./tracker-contract.ts";
import { type SubjectOptions, subject } from "./tracker-subjects.ts";

const seen: SubjectOptions = { seen: true, unseen: false };

const create =
  (options: DirtyRingTrackerOptions = {}, regions = seen) =>
  () =>
    subject(regions, (memory) => new DirtyRingTracker(memory, options));

function writePages(memory: ReturnType<typeof sparseMachine>, ...pages: number[]): void {
  for (const page of pages) memory.store8(page * PAGE_SIZE, 1);
}

describeTracker("dirty ring", create());
describeTracker("dirty ring, 5 entries", create({ entries: 5 }));
describeTracker("dirty ring, 1 entry", create({ entries: 1 }));

describe("dirty ring tracker: the contract notices", () => {
  test.each([
    ["an overflow that is ignored", create({ entries: 5, broken: { ignoreOverflow: true } })],
    ["that cached translations are kept", create({ invalidate: false })],
    ["that the last page is left out", create({ broken: { omitLastPage: true } })],
    ["that harvested pages are not protected", create({ broken: { keepPermission: true } })],
    ["a device model that forgets to log", create({}, { ...seen, logDeviceWrites: false })],
  ])("%s", (_, broken) => {
    expect(isCaught(broken)).toBe(true);
  });
});

test("dirty ring tracker: a page has one entry, with the first write to it", () => {
  const memory = sparseMachine(8);
  const tracker = new DirtyRingTracker(memory);
  tracker.start();
  writePages(memory, 3, 1, 3, 1);
  memory.dmaWrite(3 * PAGE_SIZE, new Uint8Array([1]));
  expect([tracker.usedEntries, tracker.work.writeFaults]).toEqual([2, 2]);
  tracker.start();
  expect(tracker.usedEntries).toBe(0);
});

test("dirty ring tracker: a new start forgets what was harvested or moved aside", () => {
  const memory = sparseMachine(8);
  const tracker = new DirtyRingTracker(memory, { entries: 1 });
  tracker.start();
  writePages(memory, 0);
  tracker.harvest();
  writePages(memory, 1, 2);
  expect(tracker.work.ringStops).toBe(1);
  tracker.start();
  expect(tracker.isFull).toBe(false);
  expect(tracker.collect().size).toBe(0);
});

test("dirty ring tracker: the machine is asked to stop at the watermark, once", () => {
  const memory = sparseMachine(8);
  let asked = 0;
  const onFull = (): void => {
    asked += 1;
  };
  const tracker = new DirtyRingTracker(memory, { entries: 4, watermark: 2, onFull });
  tracker.start();
  writePages(memory, 0);
  expect([tracker.isFull, asked]).toEqual([false, 0]);
  writePages(memory, 1);
  expect([tracker.isFull, asked]).toEqual([true, 1]);
  writePages(memory, 2, 3);
  expect([tracker.isFull, asked, tracker.work.ringStops]).toEqual([true, 1, 0]);
  tracker.harvest();
  expect([tracker.isFull, tracker.usedEntries]).toEqual([false, 0]);
  writePages(memory, 3, 4);
  expect([tracker.isFull, asked]).toEqual([true, 2]);
  expect(tracker.collect().toArray()).toEqual([0, 1, 2, 3, 4]);
  expect(tracker.isFull).toBe(false);
});

test("dirty ring tracker: what is harvested is protected again and kept for collecting", () => {
  const memory = sparseMachine(8);
  const tracker = new DirtyRingTracker(memory);
  tracker.start();
  writePages(memory, 5);
  tracker.harvest();
  expect(memory.slat.isWritable(5)).toBe(false);
  writePages(memory, 5, 6);
  tracker.harvest();
  expect(tracker.collect().toArray()).toEqual([5, 6]);
  // the work is that of three entries, whatever the memory's size
  const { scannedPages, longestScanPages, collectedPages, writeFaults } = tracker.work;
  expect([scannedPages, longestScanPages, collectedPages, writeFaults]).toEqual([3, 3, 3, 3]);
  expect(tracker.collect().size).toBe(0);
});

test("dirty ring tracker: without room a write waits until there is some, and nothing is lost", () => {
  const memory = sparseMachine(8);
  const tracker = new DirtyRingTracker(memory, { entries: 2 });
  tracker.start();
  writePages(memory, 0, 1, 2);
  expect([tracker.usedEntries, tracker.work.ringStops, tracker.isFull]).toEqual([1, 1, true]);
  // out of the ring, and open until the machine has stopped
  expect([0, 1, 2, 3].map((page) => memory.slat.isWritable(page))).toEqual([
    true,
    true,
    true,
    false,
  ]);
  writePages(memory, 3, 4);
  expect(tracker.work.ringStops).toBe(2);
  expect(tracker.collect().toArray()).toEqual([0, 1, 2, 3, 4]);
  expect([tracker.isFull, memory.slat.isWritable(0)]).toEqual([false, false]);
});

test("dirty ring tracker: a store across two pages that overflows the ring is noted in both", () => {
  const memory = sparseMachine(8);
  const tracker = new DirtyRingTracker(memory, { entries: 1 });
  tracker.start();
  memory.store64(PAGE_SIZE - 4, -1n);
  expect(tracker.collect().toArray()).toEqual([0, 1]);
  memory.store64(PAGE_SIZE - 4, 0n);
  expect(tracker.collect().toArray()).toEqual([0, 1]);
});

test("dirty ring tracker: an overflow that is ignored loses the entry", () => {
  const memory = sparseMachine(8);
  const tracker = new DirtyRingTracker(memory, { entries: 2, broken: { ignoreOverflow: true } });
  tracker.start();
  writePages(memory, 0, 1, 2);
  expect([tracker.collect().toArray(), tracker.work.ringStops]).toEqual([[0, 1], 0]);
});

test("dirty ring tracker: harvesting within a write is a defect", () => {
  const memory = sparseMachine(8);
  const tracker = new DirtyRingTracker(memory, { entries: 1, onFull: () => tracker.harvest() });
  tracker.start();
  expect(() => writePages(memory, 0)).toThrow("no write permission is taken while a write asks");
});

test("dirty ring tracker: it harvests only between start and stop", () => {
  const tracker = new DirtyRingTracker(sparseMachine(8));
  expect(() => tracker.harvest()).toThrow("a tracker collects between start and stop");
});

test("dirty ring tracker: entries name the slot, so regions are told apart", () => {
  const memory = sparseMachine(4);
  const backing = new SparseBacking(4);
  const other = memory.addRegion({ name: "other", basePage: 100, backing, stores: "seen" });
  const tracker = new DirtyRingTracker(memory, { regions: [other] });
  addWasm(memory);
  tracker.start();
  writePages(memory, 2, 102);
  expect(tracker.collect().toArray()).toEqual([102]);
});

test("dirty ring tracker: regions whose stores are unseen, and sizes that are none, are refused", () => {
  const memory = sparseMachine(4);
  expect(() => new DirtyRingTracker(memory, { entries: 0 })).toThrow(RangeError);
  expect(() => new DirtyRingTracker(memory, { watermark: 5_000 })).toThrow(RangeError);
  addWasm(memory);
  expect(() => new DirtyRingTracker(memory)).toThrow(
    'got tracker "dirty-ring" for region "wasm" whose stores are unseen',
  );
});
