// covers src/memory/write-protection-tracker.ts, src/memory/guarded-pages.ts
import { describe, expect, test } from "vitest";
import { INNER_LOAD, INNER_STORE } from "../../src/memory/composed-entry.ts";
import { ContiguousBacking } from "../../src/memory/contiguous-backing.ts";
import { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { SlatTracker } from "../../src/memory/slat-tracker.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import {
  WriteProtectionTracker,
  type WriteProtectionTrackerOptions,
} from "../../src/memory/write-protection-tracker.ts";
import { addWasm, sparseMachine } from "./machines.ts";
import { describeTracker, isCaught } from "./tracker-contract.ts";
import { DIRECT_BASE, DIRECT_PAGES, type SubjectOptions, subject } from "./tracker-subjects.ts";

const seen: SubjectOptions = { seen: true, unseen: false };

const create =
  (options: WriteProtectionTrackerOptions = {}, regions = seen) =>
  () =>
    subject(regions, (memory) => new WriteProtectionTracker(memory, options));

/** All pages of the machine under test and the room that its regions have, in pieces. */
const PIECES = [
  { firstPage: 40, pageCount: 40 },
  { firstPage: 0, pageCount: 40 },
  { firstPage: 1_000, pageCount: 15 },
  { firstPage: DIRECT_BASE, pageCount: DIRECT_PAGES },
];

describeTracker("write protection", create());
describeTracker("write protection, ranges", create({ ranges: PIECES }));

describe("write protection tracker: the contract notices", () => {
  test.each([
    ["that cached translations are kept", create({ invalidate: false })],
    ["permission given back without a note", create({ broken: { permitWithoutNote: true } })],
    ["that the last page is left out", create({ broken: { omitLastPage: true } })],
    [
      "that the last page of ranges is left out",
      create({ ranges: PIECES, broken: { omitLastPage: true } }),
    ],
    ["that collected pages keep their permission", create({ broken: { keepPermission: true } })],
    ["a device model that forgets to log", create({}, { ...seen, logDeviceWrites: false })],
  ])("%s", (_, broken) => {
    expect(isCaught(broken)).toBe(true);
  });
});

test("write protection tracker: only the first write to a page faults", () => {
  const memory = sparseMachine(4);
  const tracker = new WriteProtectionTracker(memory);
  tracker.start();
  for (let round = 1; round <= 3; round += 1) {
    memory.store8(0, round);
    memory.store8(1, round);
    memory.tlb.invalidate();
    memory.dmaWrite(2, new Uint8Array([round]));
    memory.load8(PAGE_SIZE);
    expect(tracker.work.writeFaults).toBe(round);
    expect(tracker.collect().toArray()).toEqual([0]);
  }
  expect(tracker.work.ringStops).toBe(0);
});

test("write protection tracker: what it looks at is a bitmap, 64 pages at a time", () => {
  const memory = sparseMachine(1_000); // with room for 1,000 more
  const tracker = new WriteProtectionTracker(memory);
  tracker.start();
  tracker.collect();
  expect([tracker.work.scannedPages, tracker.work.longestScanPages]).toEqual([32, 32]);
});

test("write protection tracker: stopping gives all permission back", () => {
  const memory = sparseMachine(4);
  const tracker = new WriteProtectionTracker(memory);
  tracker.start();
  expect(memory.slat.isWritable(3)).toBe(false);
  tracker.stop();
  expect([0, 1, 2, 3].map((page) => memory.slat.isWritable(page))).not.toContain(false);
  memory.store8(0, 1);
  expect(tracker.work.writeFaults).toBe(0);
});

test("write protection tracker: several follow the same pages, beside one of another kind", () => {
  const memory = sparseMachine(4);
  const [one, other] = [new WriteProtectionTracker(memory), new WriteProtectionTracker(memory)];
  const slat = new SlatTracker(memory);
  for (const tracker of [one, other, slat]) tracker.start();
  memory.store8(0, 1);
  expect(one.collect().toArray()).toEqual([0]);
  memory.store8(0, 2);
  memory.store8(PAGE_SIZE, 2);
  expect(one.collect().toArray()).toEqual([0, 1]);
  expect(other.collect().toArray()).toEqual([0, 1]);
  one.stop();
  memory.store8(0, 3);
  expect(other.collect().toArray()).toEqual([0]);
  expect(slat.collect().toArray()).toEqual([0, 1]);
  expect([one.work.writeFaults, other.work.writeFaults]).toEqual([3, 3]);
});

test("write protection tracker: what others have forbidden stays forbidden", () => {
  const memory = sparseMachine(4);
  memory.forbidWrites(2, 1);
  const tracker = new WriteProtectionTracker(memory);
  tracker.start();
  expect(() => memory.store8(2 * PAGE_SIZE, 1)).toThrow(/protected page 2/);
  tracker.stop();
  expect(() => memory.store8(2 * PAGE_SIZE, 1)).toThrow(/protected page 2/);
  memory.onWriteFault = (page) => memory.permitWrites(page, 1);
  tracker.start();
  memory.store8(2 * PAGE_SIZE, 1);
  expect(tracker.collect().toArray()).toEqual([2]);
});

test("write protection tracker: only the regions and ranges that it was given are followed", () => {
  const memory = sparseMachine(8);
  const backing = new SparseBacking(8);
  const other = memory.addRegion({ name: "other", basePage: 100, backing, stores: "seen" });
  addWasm(memory);
  const whole = new WriteProtectionTracker(memory, { regions: [other] });
  const parts = new WriteProtectionTracker(memory, {
    ranges: [
      { firstPage: 106, pageCount: 2 },
      { firstPage: 2, pageCount: 3 },
      { firstPage: 5, pageCount: 0 },
    ],
  });
  whole.start();
  parts.start();
  for (let page = 0; page < 8; page += 1) {
    memory.store8(page * PAGE_SIZE, 1);
    memory.store8((100 + page) * PAGE_SIZE, 1);
  }
  expect(whole.collect().toArray()).toEqual([100, 101, 102, 103, 104, 105, 106, 107]);
  expect(parts.collect().toArray()).toEqual([2, 3, 4, 106, 107]);
  const late = { name: "late", basePage: 200, backing: new SparseBacking(1), stores: "seen" };
  memory.addRegion({ ...late, stores: "seen" });
  expect(parts.collect().size).toBe(0);
});

test("write protection tracker: ranges that are none are refused", () => {
  const memory = sparseMachine(8);
  addWasm(memory);
  const of = (...ranges: [number, number][]) => {
    return () =>
      new WriteProtectionTracker(memory, {
        ranges: ranges.map(([firstPage, pageCount]) => ({ firstPage, pageCount })),
      });
  };
  expect(of([0, 17])).toThrow("got 17 pages from page 0 on"); // its room is 16
  expect(of([-1, 2])).toThrow("expected a range within one region that is followed");
  expect(of([1, -1])).toThrow(RangeError);
  expect(of([0, 4], [3, 1])).toThrow(
    "expected ranges without a page in common, got 1 pages from page 3 on after one that ends with page 3",
  );
  expect(of([4_096, 1])).toThrow(TypeError);
});

test("write protection tracker: regions whose stores are unseen are refused, at the start too", () => {
  const memory = sparseMachine(4);
  const early = new WriteProtectionTracker(memory);
  addWasm(memory);
  const message =
    'expected regions whose stores can fault, got tracker "write-protection" for region "wasm" whose stores are unseen';
  expect(() => new WriteProtectionTracker(memory)).toThrow(message);
  expect(() => early.start()).toThrow(message);
});

test("write protection tracker: a region added behind its back is noticed", () => {
  const memory = sparseMachine(4);
  const tracker = new WriteProtectionTracker(memory);
  tracker.start();
  const backing = new SparseBacking(4);
  memory.addRegion({ name: "late", basePage: 100, backing, stores: "seen" });
  expect(() => tracker.collect()).toThrow("no region is added while a tracker follows all");
});

test("write protection tracker: what a machine inside writes is noticed", () => {
  const memory = new Memory();
  const backing = new ContiguousBacking(8);
  const region = memory.addRegion({ name: "ram", basePage: 0x8_0000, backing, stores: "seen" });
  memory.direct(region);
  const permissions = INNER_LOAD | INNER_STORE;
  const sources = [0x8000_0000];
  memory.composed.add({ space: 1, innerPage: 5, page: 0x8_0003, permissions, sources });
  const inner = memory.innerTlb();
  inner.select(1);
  const tracker = new WriteProtectionTracker(memory);
  tracker.start();
  for (let round = 1; round <= 3; round += 1) {
    inner.find(5, INNER_LOAD);
    expect(inner.find(5, INNER_STORE)).toBe(0x8_0003);
    inner.find(5, INNER_STORE);
    expect(tracker.collect().toArray()).toEqual([0x8_0003]);
    expect(tracker.work.writeFaults).toBe(round);
  }
});
