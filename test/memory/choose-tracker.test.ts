// covers src/memory/choose-tracker.ts, src/memory/tracker.ts, src/memory/combined-tracker.ts
import { describe, expect, test } from "vitest";
import {
  chooseTracker,
  type TrackerName,
  type TrackerOptions,
} from "../../src/memory/choose-tracker.ts";
import { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { NO_WORK } from "../../src/memory/tracker.ts";
import { addWasm, sparseMachine, WASM_BASE } from "./machines.ts";
import { describeTracker, isCaught } from "./tracker-contract.ts";
import { subject } from "./tracker-subjects.ts";

const STORE_TRACKERS = ["slat", "write-protection", "dirty-ring"] as const;

const named =
  (name: TrackerName, options: TrackerOptions = {}, unseen = true) =>
  () =>
    subject({ seen: true, unseen }, (memory) => chooseTracker(memory, name, options));

for (const name of STORE_TRACKERS) {
  describeTracker(`${name}+shadow by name`, named(`${name}+shadow`));
}

function unseenMachine(): Memory {
  const memory = new Memory();
  addWasm(memory);
  return memory;
}

test("choose tracker: each name gives its tracker", () => {
  for (const name of [...STORE_TRACKERS, "shadow"] as const) {
    expect(chooseTracker(sparseMachine(4), name).name).toBe(name);
  }
});

test("choose tracker: of two, those are used that have something to follow", () => {
  const both = sparseMachine(4);
  addWasm(both);
  for (const name of STORE_TRACKERS) {
    const pair: TrackerName = `${name}+shadow`;
    expect(chooseTracker(both, pair).name).toBe(pair);
    expect(chooseTracker(sparseMachine(4), pair).name).toBe(name);
    expect(chooseTracker(unseenMachine(), pair).name).toBe("shadow");
  }
});

test("choose tracker: comparison follows every region", () => {
  const memory = sparseMachine(4);
  const linear = addWasm(memory);
  const tracker = chooseTracker(memory, "shadow");
  tracker.start();
  memory.store8(PAGE_SIZE, 1);
  new Uint8Array(linear.buffer)[0] = 1;
  expect(tracker.collect().toArray()).toEqual([1, WASM_BASE]);
});

test.each(STORE_TRACKERS)("choose tracker: %s for stores that are unseen is refused", (name) => {
  expect(() => chooseTracker(unseenMachine(), name)).toThrow(
    `expected a tracker that follows region "wasm" whose stores are unseen, got "${name}", which sees only stores that pass through the memory: "${name}+shadow" compares that region`,
  );
});

test.each(["", "slat+", "shadow+shadow", "shadow+slat", "slat+shadow+shadow", "+shadow", "auto"])(
  "choose tracker: %j is no name",
  (name) => {
    expect(() => chooseTracker(sparseMachine(4), name as TrackerName)).toThrow(
      `or one of the first three with "+shadow", got "${name}"`,
    );
  },
);

test.each([
  ["dirty-ring", { scanWorkers: 2 }, "slat"],
  ["shadow", { scanWorkers: 2 }, "slat"],
  ["slat", { ranges: [] }, 'write-protection" or "dirty-ring'],
  ["write-protection", { ringEntries: 8 }, "dirty-ring"],
  ["write-protection+shadow", { ringWatermark: 8 }, "dirty-ring"],
  ["slat", { onFull: () => {} }, "dirty-ring"],
] as const)("choose tracker: %s with a setting of another is refused", (name, options, owner) => {
  const [first] = name.split("+");
  const [option] = Object.keys(options);
  expect(() => chooseTracker(sparseMachine(4), name, options)).toThrow(
    `expected setting "${option}" with tracker "${owner}", got it with tracker "${first}"`,
  );
});

test("choose tracker: settings are passed on", () => {
  const memory = sparseMachine(8);
  addWasm(memory);
  let asked = 0;
  const ring = chooseTracker(memory, "dirty-ring+shadow", {
    ringEntries: 3,
    ringWatermark: 1,
    ranges: [{ firstPage: 0, pageCount: 6 }],
    onFull: () => {
      asked += 1;
    },
  });
  ring.start();
  memory.store8(7 * PAGE_SIZE, 1);
  expect([ring.isFull, asked]).toEqual([false, 0]);
  for (let page = 0; page < 4; page += 1) memory.store8(page * PAGE_SIZE, 1);
  expect([ring.isFull, asked, ring.work.ringStops, ring.work.writeFaults]).toEqual([true, 1, 1, 4]);
  ring.harvest?.();
  expect(ring.isFull).toBe(false);
  expect(ring.collect().toArray()).toEqual([0, 1, 2, 3]);
  expect(() => chooseTracker(memory, "slat+shadow", { scanWorkers: 0 })).toThrow(RangeError);
});

test("choose tracker: a combination has the longest scan of each of its parts", () => {
  const memory = sparseMachine(1_024);
  addWasm(memory);
  const tracker = chooseTracker(memory, "slat+shadow", { scanWorkers: 4 });
  for (let page = 0; page < 1_024; page += 1) memory.store8(page * PAGE_SIZE, 1);
  tracker.start();
  const before = tracker.work;
  tracker.collect();
  const { scannedPages, longestScanPages, comparedPages } = tracker.work;
  expect(scannedPages - before.scannedPages).toBe(1_024);
  expect(longestScanPages - before.longestScanPages).toBe(256);
  expect(comparedPages - before.comparedPages).toBe(16);
  expect(Object.keys(tracker.work)).toEqual(Object.keys(NO_WORK));
});

describe("choose tracker: defects are passed on and noticed", () => {
  test.each([
    ["slat+shadow", { invalidate: false }],
    ["slat+shadow", { scanWorkers: 3, broken: { omitLastPage: true } }],
    ["write-protection+shadow", { invalidate: false }],
    ["write-protection+shadow", { broken: { permitWithoutNote: true } }],
    ["write-protection+shadow", { broken: { omitLastPage: true } }],
    ["dirty-ring+shadow", { ringEntries: 4, broken: { ignoreOverflow: true } }],
  ] as const)("%s %j", (name, options) => {
    expect(isCaught(named(name, options))).toBe(true);
  });
});
