import { describe, expect, test } from "vitest";
import type { StoreMarkDefects } from "../../src/guest/wasm/code-instrumenter.ts";
import { CombinedTracker } from "../../src/memory/combined-tracker.ts";
import {
  InstrumentedTracker,
  type InstrumentedTrackerOptions,
} from "../../src/memory/instrumented-tracker.ts";
import { Memory, type MemoryOptions } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { ShadowTracker } from "../../src/memory/shadow-tracker.ts";
import { SlatTracker } from "../../src/memory/slat-tracker.ts";
import type { DirtyTracker } from "../../src/memory/tracker.ts";
import { addWasm, sparseMachine, WASM_BASE } from "./machines.ts";
import { type MarkedProgram, markedProgram } from "./marked-program.ts";
import {
  type DrawnWrite,
  describeTracker,
  isCaught,
  type Route,
  type Subject,
} from "./tracker-contract.ts";

/** Adds a program with marks to a memory. */
function addProgram(memory: Memory, broken?: StoreMarkDefects): MarkedProgram {
  const program = markedProgram(broken);
  const { backing } = program;
  memory.addRegion({ name: "program", basePage: WASM_BASE, backing, stores: "unseen" });
  return program;
}

interface SubjectOptions extends MemoryOptions {
  readonly broken?: StoreMarkDefects;
  readonly track?: (memory: Memory) => DirtyTracker;
}

/** A machine whose program stores in every way, and whose host writes in every way. */
function subject({ broken, track, ...options }: SubjectOptions = {}): Subject {
  const memory = new Memory(options);
  const { backing, functions } = addProgram(memory, broken);
  const tracker = track?.(memory) ?? new InstrumentedTracker(memory);
  /** An address of the program with room for so many bytes. */
  const address = ({ page, offset }: DrawnWrite, bytes: number): number =>
    Math.min(
      (page % backing.pageCount) * PAGE_SIZE + offset,
      backing.pageCount * PAGE_SIZE - bytes,
    );
  const host = (write: DrawnWrite, bytes: number): number =>
    WASM_BASE * PAGE_SIZE + address(write, bytes);
  const filled = ({ value, length }: DrawnWrite): Uint8Array => new Uint8Array(length).fill(value);
  const page = (write: DrawnWrite): number => WASM_BASE + (write.page % backing.pageCount);
  const routes: Record<string, Route> = {
    "i32.store": (write) => functions["i32.store"]!(address(write, 4), write.value),
    "i32.store8": (write) => functions["i32.store8"]!(address(write, 1), write.value),
    "i32.store16": (write) => functions["i32.store16"]!(address(write, 2), write.value),
    "i64.store": (write) =>
      functions["i64.store"]!(address(write, 8), BigInt(write.value) * 0x1_0000_0001n),
    "memory.fill": (write) =>
      functions["memory.fill"]!(address(write, write.length), write.value, write.length),
    store8: (write) => memory.store8(host(write, 1), write.value),
    store32: (write) => memory.store32(host(write, 4), write.value),
    write: (write) => memory.write(host(write, write.length), filled(write)),
    dmaWrite: (write) => memory.dmaWrite(host(write, write.length), filled(write)),
    hostWrite: (write) =>
      memory.hostWrite(page(write), new Uint8Array(PAGE_SIZE).fill(write.value)),
    zeroPage: (write) => memory.zeroPage(page(write)),
  };
  const growths = [() => functions["grow"]!(1), () => memory.regions[0]!.grow(48)];
  return { memory, tracker, routes, growths };
}

describeTracker("instrumented", () => subject());

describeTracker("instrumented, beside others", () =>
  subject({
    track(memory) {
      const [region] = memory.regions;
      return new CombinedTracker([
        new SlatTracker(memory, { regions: [] }),
        new InstrumentedTracker(memory, { regions: [region!] }),
      ]);
    },
  }),
);

describe("instrumented tracker: defects that the contract notices", () => {
  const noticed = (options: SubjectOptions): boolean => isCaught(() => subject(options));
  const tracking =
    (options: InstrumentedTrackerOptions) =>
    (memory: Memory): DirtyTracker =>
      new InstrumentedTracker(memory, options);

  test("instrumented tracker: none without a defect", () => {
    expect(noticed({})).toBe(false);
  });

  test("instrumented tracker: what the host writes is not marked", () => {
    expect(noticed({ track: tracking({ broken: { hostWritesUnmarked: true } }) })).toBe(true);
  });

  test("instrumented tracker: a store across two pages marks the first", () => {
    expect(noticed({ broken: { firstPageOnly: true } })).toBe(true);
  });

  test("instrumented tracker: a device model forgets to log", () => {
    expect(noticed({ logDeviceWrites: false })).toBe(true);
  });
});

test("instrumented tracker: pages are collected and compared with those that changed", () => {
  const memory = new Memory();
  const { functions } = addProgram(memory);
  const shadow = new ShadowTracker(memory);
  const tracker = new InstrumentedTracker(memory);
  shadow.start();
  tracker.start();
  functions["i32.store"]!(PAGE_SIZE - 1, -1);
  functions["i32.store"]!(5 * PAGE_SIZE, 0); // written without a change
  memory.store8((WASM_BASE + 9) * PAGE_SIZE, 1);
  expect(shadow.collect().toArray()).toEqual([0, 1, 9].map((page) => WASM_BASE + page));
  expect(tracker.collect().toArray()).toEqual([0, 1, 5, 9].map((page) => WASM_BASE + page));
});

test("instrumented tracker: loads of the host leave no marks", () => {
  const memory = new Memory();
  addProgram(memory);
  const tracker = new InstrumentedTracker(memory);
  tracker.start();
  memory.store8(WASM_BASE * PAGE_SIZE, 1);
  expect(tracker.collect().size).toBe(1);
  memory.read(WASM_BASE * PAGE_SIZE, 3 * PAGE_SIZE);
  memory.dmaRead(WASM_BASE * PAGE_SIZE, 3 * PAGE_SIZE);
  expect(tracker.collect().size).toBe(0);
});

test("instrumented tracker: eight marks are one look", () => {
  const memory = new Memory();
  addProgram(memory);
  const tracker = new InstrumentedTracker(memory);
  tracker.start();
  expect(tracker.work).toMatchObject({ scannedPages: 2, longestScanPages: 2, comparedPages: 0 });
});

test("instrumented tracker: regions without marks are refused", () => {
  const memory = new Memory();
  addProgram(memory);
  const early = new InstrumentedTracker(memory);
  const plain = sparseMachine(4);
  expect(() => new InstrumentedTracker(plain)).toThrow(
    'tracker "instrumented" needs programs whose stores leave marks, and those to region "ram" leave none',
  );
  expect(() => new InstrumentedTracker(plain, { regions: [] })).not.toThrow();
  memory.addRegion({
    name: "late",
    basePage: 0,
    backing: plain.regions[0]!.backing,
    stores: "seen",
  });
  expect(() => early.start()).toThrow(TypeError);
  const unmarked = new Memory();
  addWasm(unmarked);
  expect(() => new InstrumentedTracker(unmarked)).toThrow(TypeError);
});

test("instrumented tracker: a second one that takes over is noticed by the first", () => {
  const memory = new Memory();
  const { functions } = addProgram(memory);
  const [first, second] = [new InstrumentedTracker(memory), new InstrumentedTracker(memory)];
  first.start();
  second.start();
  functions["i32.store8"]!(0, 1);
  expect(() => first.collect()).toThrow("one tracker at a time collects the marks");
  expect(second.collect().toArray()).toEqual([WASM_BASE]);
  first.start();
  expect(first.collect().size).toBe(0);
});

test("instrumented tracker: a region added behind its back is noticed", () => {
  const memory = new Memory();
  addProgram(memory);
  const tracker = new InstrumentedTracker(memory);
  tracker.start();
  const { backing } = sparseMachine(4).regions[0]!;
  memory.addRegion({ name: "late", basePage: 0, backing, stores: "seen" });
  expect(() => tracker.collect()).toThrow("no region is added while a tracker follows all");
});
