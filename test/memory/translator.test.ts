// covers src/memory/translator.ts, src/memory/memory.ts
import { expect, test } from "vitest";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import { TLB_SLOTS } from "../../src/memory/tlb.ts";
import type { WriteSource } from "../../src/memory/translator.ts";
import { addWasm, sparseMachine, WASM_BASE } from "./machines.ts";

const PAGES = 4 * TLB_SLOTS;

test("translation: a load sets the accessed flag, a store the dirty flag too", () => {
  const memory = sparseMachine(PAGES);
  const { slat } = memory;
  memory.load8(3 * PAGE_SIZE);
  expect([slat.isPresent(3), slat.isAccessed(3), slat.isDirty(3)]).toEqual([true, true, false]);
  memory.store8(3 * PAGE_SIZE, 1);
  expect(slat.isDirty(3)).toBe(true);
  expect([slat.isPresent(4), slat.isAccessed(4), slat.isDirty(4)]).toEqual([false, false, false]);
});

test("translation: one walk for a page, a second one when it is first stored to, then hits", () => {
  const memory = sparseMachine(PAGES);
  const { tlb } = memory;
  memory.load32(0);
  memory.load32(8);
  expect([tlb.walks, tlb.hits]).toEqual([1, 1]);
  memory.store32(0, 1);
  expect([tlb.walks, tlb.hits]).toEqual([2, 1]);
  memory.store8(1, 1);
  memory.load64(0);
  memory.read(0, PAGE_SIZE);
  expect([tlb.walks, tlb.hits]).toEqual([2, 4]);
});

test("translation: pages that share a slot drive each other out", () => {
  const memory = sparseMachine(PAGES);
  const { tlb } = memory;
  for (let count = 0; count < 3; count += 1) {
    memory.load8(PAGE_SIZE);
    memory.load8((1 + TLB_SLOTS) * PAGE_SIZE);
  }
  expect([tlb.walks, tlb.hits]).toEqual([6, 0]);
});

test("translation: the TLB caches the dirty state, so a flag cleared behind its back stays clear", () => {
  const memory = sparseMachine(PAGES);
  const { slat, tlb } = memory;
  memory.store8(0, 1);
  slat.collectDirty(new PageSet(), 0, PAGES);
  memory.store8(0, 2); // through the stale translation: lost to whoever collects
  expect(slat.isDirty(0)).toBe(false);
  tlb.invalidate();
  memory.store8(0, 3);
  expect(slat.isDirty(0)).toBe(true);
});

test("translation: a load that finds the flag set caches the dirty state as well", () => {
  const memory = sparseMachine(PAGES);
  const { slat, tlb } = memory;
  memory.store8(0, 1);
  tlb.invalidate();
  memory.load8(0);
  const { walks } = tlb;
  memory.store8(0, 2);
  expect(tlb.walks).toBe(walks);
  slat.collectDirty(new PageSet(), 0, PAGES);
  memory.store8(0, 3);
  expect(slat.isDirty(0)).toBe(false);
});

test("translation: a load that finds the flag clear does not let stores pass", () => {
  const memory = sparseMachine(PAGES);
  const { slat, tlb } = memory;
  memory.store8(0, 1);
  slat.collectDirty(new PageSet(), 0, PAGES);
  tlb.invalidate();
  memory.load8(0);
  memory.store8(0, 2);
  expect(slat.isDirty(0)).toBe(true);
});

test("translation: devices and the host set the dirty flag themselves, past the TLB", () => {
  const memory = sparseMachine(PAGES);
  const { slat, tlb } = memory;
  memory.dmaWrite(PAGE_SIZE - 1, new Uint8Array(2));
  memory.hostWrite(2, new Uint8Array(PAGE_SIZE).fill(1));
  memory.hostWrite(3, new Uint8Array(PAGE_SIZE));
  memory.store8(4 * PAGE_SIZE, 1);
  slat.collectDirty(new PageSet(), 4, 1);
  memory.zeroPage(4);
  expect([0, 1, 2, 3, 4, 5].map((page) => slat.isDirty(page))).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
  ]);
  expect([tlb.walks, tlb.hits]).toEqual([1, 0]);
  expect(slat.isAccessed(0)).toBe(false);
});

test("translation: a device model that forgets to log leaves no trace of its write", () => {
  const memory = sparseMachine(PAGES, { logDeviceWrites: false });
  memory.dmaWrite(0, new Uint8Array([1]));
  expect(memory.load8(0)).toBe(1);
  expect(memory.slat.isDirty(0)).toBe(false);
  memory.hostWrite(1, new Uint8Array(PAGE_SIZE).fill(1));
  expect(memory.slat.isDirty(1)).toBe(true);
});

test("translation: pages whose bytes may move are not cached", () => {
  const memory = sparseMachine(PAGES);
  addWasm(memory);
  memory.store8(WASM_BASE * PAGE_SIZE, 1);
  memory.store8(WASM_BASE * PAGE_SIZE, 1);
  memory.load8(WASM_BASE * PAGE_SIZE);
  expect([memory.tlb.walks, memory.tlb.hits]).toEqual([3, 0]);
});

const writes = {
  processor: (memory: ReturnType<typeof sparseMachine>) => memory.store8(5, 9),
  device: (memory: ReturnType<typeof sparseMachine>) => memory.dmaWrite(5, new Uint8Array([9])),
  host: (memory: ReturnType<typeof sparseMachine>) =>
    memory.hostWrite(0, new Uint8Array(PAGE_SIZE).fill(9)),
};

test.each(Object.entries(writes))("write fault: a %s write asks the handler", (source, write) => {
  const memory = sparseMachine(PAGES);
  memory.store8(5, 1);
  memory.slat.collectDirty(new PageSet(), 0, PAGES);
  memory.forbidWrites(0, 1);
  const faults: [number, WriteSource, number][] = [];
  memory.onWriteFault = (page, from) => {
    faults.push([page, from, memory.load8(5)]);
    memory.permitWrites(page, 1);
  };
  write(memory);
  write(memory);
  // the page still held its old contents, and the second write needed no permission
  expect(faults).toEqual([[0, source, 1]]);
  expect(memory.load8(5)).toBe(9);
  expect(memory.slat.isDirty(0)).toBe(true);
});

test.each(Object.entries(writes))(
  "write fault: without permission a %s write is refused and changes nothing",
  (source, write) => {
    const memory = sparseMachine(PAGES);
    memory.store8(5, 1);
    memory.slat.collectDirty(new PageSet(), 0, PAGES);
    memory.forbidWrites(0, 1);
    const message = `got a ${source} write to protected page 0`;
    expect(() => write(memory)).toThrow(message);
    let asked = 0;
    memory.onWriteFault = () => {
      asked += 1;
    };
    expect(() => write(memory)).toThrow(message);
    expect(asked).toBe(1);
    expect(memory.load8(5)).toBe(1);
    expect(memory.slat.isDirty(0)).toBe(false);
  },
);

test("write fault: a device model that forgets to log does not ask either", () => {
  const memory = sparseMachine(PAGES, { logDeviceWrites: false });
  memory.forbidWrites(0, 1);
  memory.dmaWrite(0, new Uint8Array([1]));
  expect(memory.load8(0)).toBe(1);
});

test("write fault: taking permission invalidates translations, a load does not bring them back", () => {
  const memory = sparseMachine(PAGES);
  memory.store8(0, 1);
  memory.forbidWrites(0, 1);
  expect(memory.load8(0)).toBe(1);
  expect(() => memory.store8(0, 2)).toThrow(/protected page 0/);
  memory.permitWrites(0, 1);
  memory.store8(0, 2);
  expect(memory.load8(0)).toBe(2);
});

test("write fault: a store across two pages takes both faults before it writes", () => {
  for (const store of [
    (memory: ReturnType<typeof sparseMachine>) => memory.store16(PAGE_SIZE - 1, -1),
    (memory: ReturnType<typeof sparseMachine>) => memory.store32(PAGE_SIZE - 2, -1),
    (memory: ReturnType<typeof sparseMachine>) => memory.store64(PAGE_SIZE - 4, -1n),
  ]) {
    const memory = sparseMachine(PAGES);
    memory.forbidWrites(1, 1);
    expect(() => store(memory)).toThrow(/protected page 1/);
    expect(memory.load8(PAGE_SIZE - 1)).toBe(0);
    memory.onWriteFault = (page) => {
      memory.permitWrites(page, 1);
    };
    store(memory);
    expect([memory.load8(PAGE_SIZE - 1), memory.load8(PAGE_SIZE)]).toEqual([255, 255]);
    expect(memory.slat.isDirty(0) && memory.slat.isDirty(1)).toBe(true);
  }
});

test("write fault: ranges of pages that are none are refused", () => {
  const memory = sparseMachine(PAGES);
  for (const [first, count] of [
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [0, Number.NaN],
  ] as const) {
    expect(() => memory.forbidWrites(first, count)).toThrow(RangeError);
    expect(() => memory.permitWrites(first, count)).toThrow(RangeError);
  }
});
