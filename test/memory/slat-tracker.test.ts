import { expect, test } from "vitest";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { SlatTracker } from "../../src/memory/slat-tracker.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import { addWasm, sparseMachine } from "./machines.ts";
import { describeTracker, isCaught } from "./tracker-contract.ts";
import { subject } from "./tracker-subjects.ts";

const regions = { seen: true, unseen: false };

describeTracker("slat", () => subject(regions, (memory) => new SlatTracker(memory)));
describeTracker("slat, 5 workers", () =>
  subject(regions, (memory) => new SlatTracker(memory, { scanWorkers: 5 })),
);

test("slat tracker: without invalidating cached translations a write is lost", () => {
  const memory = sparseMachine(4);
  const tracker = new SlatTracker(memory, { invalidate: false });
  tracker.start();
  memory.store8(0, 1);
  expect(tracker.collect().toArray()).toEqual([0]);
  memory.store8(0, 2);
  memory.store8(PAGE_SIZE, 2);
  expect(tracker.collect().toArray()).toEqual([1]);
});

test("slat tracker: the contract notices that translations are not invalidated", () => {
  const broken = () => subject(regions, (memory) => new SlatTracker(memory, { invalidate: false }));
  expect(isCaught(broken)).toBe(true);
});

test("slat tracker: the contract notices a device model that forgets to log", () => {
  const broken = () =>
    subject({ ...regions, logDeviceWrites: false }, (memory) => new SlatTracker(memory));
  expect(isCaught(broken)).toBe(true);
});

test("slat tracker: the contract notices that the last page of each part is left out", () => {
  for (const scanWorkers of [1, 5]) {
    const options = { scanWorkers, omitLastPage: true };
    const broken = () => subject(regions, (memory) => new SlatTracker(memory, options));
    expect(isCaught(broken)).toBe(true);
  }
});

test("slat tracker: workers share the scan, and the longest part is counted apart", () => {
  const memory = sparseMachine(2_048);
  for (let page = 0; page < 1_536; page += 1) memory.store8(page * PAGE_SIZE, 1);
  const one = new SlatTracker(memory);
  const four = new SlatTracker(memory, { scanWorkers: 4 });
  expect(four.scanParts).toEqual([0, 0, 0, 0]);
  for (const tracker of [one, four]) {
    tracker.start();
    const before = tracker.work;
    for (let page = 0; page < 2_048; page += 511) memory.store8(page * PAGE_SIZE, 1);
    expect(tracker.collect().toArray()).toEqual([0, 511, 1_022, 1_533, 2_044]);
    expect(tracker.work.scannedPages - before.scannedPages).toBe(2_048);
    const longest = tracker === one ? 2_048 : 512;
    expect(tracker.work.longestScanPages - before.longestScanPages).toBe(longest);
  }
  expect(one.scanParts).toEqual([2_048]);
  expect(four.scanParts).toEqual([512, 512, 512, 512]);
});

test("slat tracker: each collection is one invalidation", () => {
  const memory = sparseMachine(4);
  const tracker = new SlatTracker(memory);
  tracker.start();
  const { invalidations } = memory.tlb;
  tracker.collect();
  tracker.collect();
  expect(memory.tlb.invalidations).toBe(invalidations + 2);
});

test("slat tracker: regions whose stores are unseen are refused", () => {
  const memory = sparseMachine(4);
  const early = new SlatTracker(memory);
  addWasm(memory);
  const message =
    'expected regions whose stores set dirty flags, got "wasm" whose stores are unseen';
  expect(() => new SlatTracker(memory)).toThrow(message);
  expect(() => early.start()).toThrow(message);
  const [seen, unseen] = memory.regions;
  expect(() => new SlatTracker(memory, { regions: [unseen!] })).toThrow(TypeError);
  new SlatTracker(memory, { regions: [seen!] }).start();
});

test("slat tracker: only the regions that it was given are collected", () => {
  const memory = sparseMachine(4);
  const backing = new SparseBacking(4);
  const other = memory.addRegion({ name: "other", basePage: 100, backing, stores: "seen" });
  const tracker = new SlatTracker(memory, { regions: [other] });
  tracker.start();
  memory.store8(0, 1);
  memory.store8(100 * PAGE_SIZE, 1);
  expect(tracker.collect().toArray()).toEqual([100]);
  expect(memory.slat.isDirty(0)).toBe(true);
});

test("slat tracker: a second one that takes over is noticed by the first", () => {
  const memory = sparseMachine(4);
  const [first, second] = [new SlatTracker(memory), new SlatTracker(memory)];
  first.start();
  second.start();
  memory.store8(0, 1);
  expect(() => first.collect()).toThrow("one tracker at a time collects the dirty flags");
  expect(second.collect().toArray()).toEqual([0]);
  first.start();
  expect(first.collect().size).toBe(0);
});

test("slat tracker: a region added behind its back is noticed", () => {
  const memory = sparseMachine(4);
  const tracker = new SlatTracker(memory);
  tracker.start();
  const backing = new SparseBacking(4);
  memory.addRegion({ name: "late", basePage: 100, backing, stores: "seen" });
  expect(() => tracker.collect()).toThrow("no region is added while a tracker follows all");
});
