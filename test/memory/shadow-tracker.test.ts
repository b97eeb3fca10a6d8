import { expect, test } from "vitest";
import { LinearBacking } from "../../src/memory/linear-backing.ts";
import { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { ShadowTracker } from "../../src/memory/shadow-tracker.ts";
import { addWasm, sparseMachine, WASM_BASE } from "./machines.ts";
import { describeTracker } from "./tracker-contract.ts";
import { subject } from "./tracker-subjects.ts";

const track = (memory: Memory) => new ShadowTracker(memory);

describeTracker("shadow, stores unseen", () => subject({ seen: false, unseen: true }, track));
describeTracker("shadow, stores seen", () => subject({ seen: true, unseen: false }, track));
describeTracker("shadow, both", () => subject({ seen: true, unseen: true }, track));
describeTracker("shadow, a device model that forgets to log", () =>
  subject({ seen: true, unseen: true, logDeviceWrites: false }, track),
);

test("shadow tracker: exact, what is written without a change is not collected", () => {
  const memory = sparseMachine(4);
  memory.store8(0, 7);
  const tracker = new ShadowTracker(memory);
  tracker.start();
  memory.store8(0, 7);
  memory.store8(PAGE_SIZE, 0);
  memory.store8(2 * PAGE_SIZE, 1);
  memory.store8(2 * PAGE_SIZE, 0);
  expect(tracker.collect().size).toBe(0);
  memory.store8(0, 8);
  expect(tracker.collect().toArray()).toEqual([0]);
  memory.store8(0, 0);
  expect(tracker.collect().toArray()).toEqual([0]);
});

test("shadow tracker: differences that floating-point numbers hide are found", () => {
  const memory = new Memory();
  const linear = addWasm(memory);
  const view = new DataView(linear.buffer);
  view.setBigUint64(0, 0x7ff8_0000_0000_0000n, true);
  const tracker = new ShadowTracker(memory);
  tracker.start();
  expect(tracker.collect().size).toBe(0);
  view.setBigUint64(8, 0x8000_0000_0000_0000n, true); // 0 becomes −0
  view.setBigUint64(PAGE_SIZE, 0x8000_0000_0000_0000n, true);
  expect(tracker.collect().toArray()).toEqual([WASM_BASE, WASM_BASE + 1]);
});

test("shadow tracker: the copy takes room only for pages that are not zero, and only while it runs", () => {
  const memory = new Memory();
  const buffer = new ArrayBuffer(256 * PAGE_SIZE);
  const backing = LinearBacking.over(buffer);
  memory.addRegion({ name: "linear", basePage: 0, backing, stores: "unseen" });
  new Uint8Array(buffer).fill(1, 0, 16 * PAGE_SIZE);
  const tracker = new ShadowTracker(memory);
  expect(tracker.residentBytes).toBe(0);
  tracker.start();
  expect(tracker.residentBytes).toBeGreaterThanOrEqual(16 * PAGE_SIZE);
  expect(tracker.residentBytes).toBeLessThan(18 * PAGE_SIZE);
  tracker.stop();
  expect(tracker.residentBytes).toBe(0);
});

test("shadow tracker: untouched sparse memory is not compared", () => {
  const memory = sparseMachine(16_384);
  const tracker = new ShadowTracker(memory);
  tracker.start();
  tracker.collect();
  expect(tracker.work.comparedPages).toBe(0);
  memory.store8(0, 1);
  tracker.collect();
  expect(tracker.work.comparedPages).toBe(1);
});

test("shadow tracker: a region added behind its back is noticed", () => {
  const memory = sparseMachine(4);
  const tracker = new ShadowTracker(memory);
  tracker.start();
  addWasm(memory);
  expect(() => tracker.collect()).toThrow("no region is added while a tracker follows all");
});

test("shadow tracker: a page that was copied late counts as written if it is written back", () => {
  const memory = sparseMachine(4);
  const tracker = new ShadowTracker(memory);
  tracker.start();
  memory.store8(PAGE_SIZE, 1);
  expect([...tracker.collect()]).toEqual([1]);
  memory.store8(PAGE_SIZE, 2);
  // sent as it is now, with a 2 in it
  tracker.copied(1);
  memory.store8(PAGE_SIZE, 1);
  expect([...tracker.collect()]).toEqual([1]);
});

test("shadow tracker: a first copy of every page takes room only for those that are not zero", () => {
  const memory = new Memory();
  const buffer = new ArrayBuffer(256 * PAGE_SIZE);
  const bytes = new Uint8Array(buffer);
  const backing = LinearBacking.over(buffer);
  memory.addRegion({ name: "linear", basePage: 0, backing, stores: "unseen" });
  bytes.fill(1, 0, 16 * PAGE_SIZE);
  const tracker = new ShadowTracker(memory);
  tracker.start();
  for (let page = 0; page < 256; page += 1) tracker.copied(page);
  expect(tracker.residentBytes).toBeLessThan(18 * PAGE_SIZE);
  bytes[200 * PAGE_SIZE] = 1;
  expect([...tracker.collect()]).toEqual([200]);
  // Zero again when it was copied: now its copy is no longer what was collected.
  bytes[200 * PAGE_SIZE] = 0;
  tracker.copied(200);
  expect(tracker.collect().size).toBe(0);
  bytes[200 * PAGE_SIZE] = 1;
  expect([...tracker.collect()]).toEqual([200]);
});
