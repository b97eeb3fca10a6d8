import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Extent } from "../../src/memory/extent.ts";
import { LinearBacking } from "../../src/memory/linear-backing.ts";
import { Memory } from "../../src/memory/memory.ts";
import { ADDRESS_PAGES_MAX, PAGE_SIZE } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";
import { addWasm, sparseMachine, WASM_BASE } from "./machines.ts";

const PAGES = 200;

/** The same 200 pages at page 0, above 2 GiB, at the end of the address space, and in a buffer. */
const machines: Record<string, () => { memory: Memory; base: number }> = {
  sparse: () => region(0, new SparseBacking(PAGES)),
  "sparse, above 2 GiB": () => region(0x8_0000, new SparseBacking(PAGES)),
  "sparse, at the end": () => region(ADDRESS_PAGES_MAX - PAGES, new SparseBacking(PAGES)),
  linear: () => region(0, LinearBacking.over(new ArrayBuffer(PAGES * PAGE_SIZE))),
  "a WebAssembly memory": () => region(0, LinearBacking.over(wasm(), { maxPages: 208 })),
};

function wasm(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 13 });
}

function region(basePage: number, backing: SparseBacking | LinearBacking) {
  const memory = new Memory();
  memory.addRegion({ name: "ram", basePage, backing, stores: "seen" });
  return { memory, base: basePage * PAGE_SIZE };
}

/** A page of one value, outside of any memory. */
function pageOf(value: number): Extent {
  const copy = new Extent(new ArrayBuffer(PAGE_SIZE), 0, PAGE_SIZE);
  copy.bytes.fill(value);
  return copy;
}

function code(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

const address = fc.oneof(
  fc.integer({ min: 0, max: PAGES * PAGE_SIZE - 8 }),
  // around the borders of pages, of which some share a slot of the TLB
  fc
    .tuple(fc.constantFrom(1, 2, 65, 66, 129), fc.integer({ min: -9, max: 9 }))
    .map(([page, offset]) => page * PAGE_SIZE + offset),
);
const step = fc.record({
  kind: fc.constantFrom(
    8,
    16,
    32,
    64,
    "write",
    "dma",
    "host",
    "exchange",
    "zero",
    "invalidate",
    "collect",
  ),
  address,
  value: fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
  length: fc.integer({ min: 0, max: 3 * PAGE_SIZE }),
});

describe.each(Object.entries(machines))("memory, %s", (_, create) => {
  test("memory: every way of reading sees what every way of writing has written", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { memory, base } = create();
        const model = new DataView(new ArrayBuffer(PAGES * PAGE_SIZE));
        const plain = new Uint8Array(model.buffer);
        for (const { kind, address, value, length } of steps) {
          const low = Number(BigInt.asUintN(32, value));
          const page = Math.floor(address / PAGE_SIZE);
          const bytes = new Uint8Array(Math.min(length, plain.length - address)).fill(low);
          if (kind === 8) {
            memory.store8(base + address, low);
            model.setUint8(address, low);
          } else if (kind === 16) {
            memory.store16(base + address, low);
            model.setUint16(address, low, true);
          } else if (kind === 32) {
            memory.store32(base + address, low);
            model.setUint32(address, low, true);
          } else if (kind === 64) {
            memory.store64(base + address, value);
            model.setBigUint64(address, value, true);
          } else if (kind === "write" || kind === "dma") {
            if (kind === "write") memory.write(base + address, bytes);
            else memory.dmaWrite(base + address, bytes);
            plain.set(bytes, address);
          } else if (kind === "host") {
            const whole = new Uint8Array(PAGE_SIZE).fill(low);
            memory.hostWrite(base / PAGE_SIZE + page, whole);
            plain.set(whole, page * PAGE_SIZE);
          } else if (kind === "exchange") {
            const copy = new Extent(new ArrayBuffer(2 * PAGE_SIZE), 0, 2 * PAGE_SIZE);
            copy.bytes.fill(low, PAGE_SIZE + (length % PAGE_SIZE));
            const whole = copy.bytes.slice(PAGE_SIZE);
            memory.hostExchange(base / PAGE_SIZE + page, copy, PAGE_SIZE);
            const before = plain.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
            expect(Buffer.compare(copy.bytes.subarray(PAGE_SIZE), before)).toBe(0);
            plain.set(whole, page * PAGE_SIZE);
          } else if (kind === "zero") {
            memory.zeroPage(base / PAGE_SIZE + page);
            plain.fill(0, page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
          } else if (kind === "invalidate") memory.tlb.invalidate();
          else memory.slat.collectDirty(new PageSet(), base / PAGE_SIZE, PAGES);
          // read where it was written, across the next border, and a page nobody wrote
          for (const at of [address, (page + 1) * PAGE_SIZE - 3, 77 * PAGE_SIZE + 5]) {
            if (at + 8 > plain.length) continue;
            expect(memory.load8(base + at)).toBe(model.getUint8(at));
            expect(memory.load16(base + at)).toBe(model.getUint16(at, true));
            expect(memory.load32(base + at)).toBe(model.getUint32(at, true));
            expect(memory.load64(base + at)).toBe(model.getBigUint64(at, true));
            expect(memory.read(base + at, 8)).toEqual(plain.slice(at, at + 8));
            expect(memory.dmaRead(base + at, 8)).toEqual(plain.slice(at, at + 8));
          }
        }
        const all = memory.read(base, plain.length);
        expect(Buffer.compare(all, plain)).toBe(0);
        expect(Buffer.compare(memory.dmaRead(base, plain.length), plain)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

test("memory: numbers are little endian, unsigned when loaded, and cut when stored", () => {
  const memory = sparseMachine(2);
  memory.store32(0, 0x8765_4321);
  expect([...memory.read(0, 4)]).toEqual([0x21, 0x43, 0x65, 0x87]);
  expect(memory.load32(0)).toBe(0x8765_4321);
  expect(memory.load16(2)).toBe(0x8765);
  memory.store32(0, -1);
  memory.store16(4, 0x1_2345);
  memory.store8(6, -2);
  memory.store64(8, -1n);
  expect([memory.load32(0), memory.load16(4), memory.load8(6)]).toEqual([0xffff_ffff, 0x2345, 254]);
  expect(memory.load64(8)).toBe(0xffff_ffff_ffff_ffffn);
  memory.store32(PAGE_SIZE - 2, -2);
  expect(memory.load32(PAGE_SIZE - 2)).toBe(0xffff_fffe);
  memory.store64(PAGE_SIZE - 3, -2n);
  expect(memory.load64(PAGE_SIZE - 3)).toBe(0xffff_ffff_ffff_fffen);
});

test("memory: what is read is a copy, what is written is copied", () => {
  const memory = sparseMachine(2);
  const bytes = new Uint8Array([1, 2, 3]);
  memory.write(0, bytes);
  memory.dmaWrite(8, bytes);
  bytes.fill(9);
  const copy = memory.read(0, 3);
  memory.store8(0, 7);
  expect([...copy, ...memory.dmaRead(8, 3)]).toEqual([1, 2, 3, 1, 2, 3]);
  const target = new Uint8Array(4);
  memory.readInto(0, target.subarray(1));
  expect([...target]).toEqual([0, 7, 2, 3]);
});

test("memory: a cached translation of an untouched page leads to what is written past the TLB", () => {
  for (const write of [
    (memory: Memory) => memory.dmaWrite(0, new Uint8Array([5])),
    (memory: Memory) => memory.hostWrite(0, new Uint8Array(PAGE_SIZE).fill(5)),
    (memory: Memory) => memory.hostExchange(0, pageOf(5), 0),
  ]) {
    const memory = sparseMachine(1);
    expect(memory.load8(0)).toBe(0);
    write(memory);
    expect(memory.load8(0)).toBe(5);
    memory.store8(1, 6);
    expect([...memory.dmaRead(0, 2)]).toEqual([5, 6]);
  }
});

test.each([-1, -4_096, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 * PAGE_SIZE, 2 ** 32, 2 ** 53])(
  "memory: address %d is refused by every access, with page 0 in the TLB",
  (bad) => {
    const memory = sparseMachine(2);
    memory.store8(0, 1);
    const accesses = [
      () => memory.load8(bad),
      () => memory.load16(bad),
      () => memory.load32(bad),
      () => memory.load64(bad),
      () => memory.store8(bad, 0),
      () => memory.store16(bad, 0),
      () => memory.store32(bad, 0),
      () => memory.store64(bad, 0n),
      () => memory.read(bad, 1),
      () => memory.readInto(bad, new Uint8Array(1)),
      () => memory.write(bad, new Uint8Array(1)),
      () => memory.dmaRead(bad, 1),
      () => memory.dmaWrite(bad, new Uint8Array(1)),
    ];
    for (const access of accesses) expect(code(access)).toBe("ADDRESS_OUT_OF_RANGE");
    expect(memory.load8(0)).toBe(1);
  },
);

test("memory: an access that goes past the end is refused and changes nothing", () => {
  const memory = sparseMachine(2);
  const end = 2 * PAGE_SIZE;
  expect(code(() => memory.load16(end - 1))).toBe("ADDRESS_OUT_OF_RANGE");
  expect(code(() => memory.load32(end - 3))).toBe("ADDRESS_OUT_OF_RANGE");
  expect(code(() => memory.load64(end - 7))).toBe("ADDRESS_OUT_OF_RANGE");
  expect(code(() => memory.store16(end - 1, -1))).toBe("ADDRESS_OUT_OF_RANGE");
  expect(code(() => memory.store32(end - 3, -1))).toBe("ADDRESS_OUT_OF_RANGE");
  expect(code(() => memory.store64(end - 7, -1n))).toBe("ADDRESS_OUT_OF_RANGE");
  const tooLong = new Uint8Array(PAGE_SIZE + 8).fill(1);
  expect(code(() => memory.write(end - PAGE_SIZE, tooLong))).toBe("ADDRESS_OUT_OF_RANGE");
  expect(code(() => memory.dmaWrite(end - PAGE_SIZE, tooLong))).toBe("ADDRESS_OUT_OF_RANGE");
  expect(code(() => memory.read(end - 1, 2))).toBe("ADDRESS_OUT_OF_RANGE");
  expect(memory.residentBytes).toBeLessThan(1_024);
});

test("memory: negative and fractional lengths are refused", () => {
  const memory = sparseMachine(2);
  for (const length of [-1, 0.5, Number.NaN]) {
    expect(code(() => memory.read(0, length))).toBe("LENGTH_OUT_OF_RANGE");
    expect(code(() => memory.dmaRead(0, length))).toBe("LENGTH_OUT_OF_RANGE");
  }
  expect(memory.read(2 * PAGE_SIZE, 0)).toEqual(new Uint8Array(0));
});

test.each([-1, 0.5, Number.NaN, 2, ADDRESS_PAGES_MAX])("memory: page %d is refused", (page) => {
  const memory = sparseMachine(2);
  const bytes = new Uint8Array(PAGE_SIZE);
  expect(code(() => memory.page(page))).toBe("PAGE_OUT_OF_RANGE");
  expect(code(() => memory.hostWrite(page, bytes))).toBe("PAGE_OUT_OF_RANGE");
  expect(code(() => memory.hostExchange(page, pageOf(1), 0))).toBe("PAGE_OUT_OF_RANGE");
  expect(code(() => memory.zeroPage(page))).toBe("PAGE_OUT_OF_RANGE");
  if (page === 2) expect(memory.regionAt(page)).toBeUndefined();
  else expect(code(() => memory.regionAt(page))).toBe("PAGE_OUT_OF_RANGE");
});

test("memory: the host writes whole pages", () => {
  const memory = sparseMachine(2);
  expect(code(() => memory.hostWrite(0, new Uint8Array(12)))).toBe("PAGE_LENGTH");
  memory.hostWrite(1, new Uint8Array(PAGE_SIZE).fill(3));
  expect(memory.page(1)[PAGE_SIZE - 1]).toBe(3);
  memory.zeroPage(1);
  expect(memory.page(1).every((byte) => byte === 0)).toBe(true);
});

test("memory: reading, and writing zeros from outside, takes no room", () => {
  const memory = sparseMachine(16_384);
  for (let page = 0; page < 16_384; page += 1) {
    memory.page(page);
    memory.zeroPage(page);
  }
  memory.dmaRead(0, 16 * PAGE_SIZE);
  expect(memory.residentBytes).toBe(0);
  for (let page = 0; page < 16_384; page += 1) memory.load8(page * PAGE_SIZE);
  memory.hostWrite(5, new Uint8Array(PAGE_SIZE));
  expect(memory.hostExchange(5, pageOf(0), 0)).toBe(0);
  memory.tlb.invalidate();
  memory.load8(5 * PAGE_SIZE);
  expect(memory.residentBytes).toBeLessThan(32 * 1_024);
  expect(memory.regionAt(5)?.backing.isTouched(5)).toBe(false);
});

test("memory: the pages that may hold something are the touched ones, and all linear ones", () => {
  const memory = sparseMachine(64);
  memory.store8(9 * PAGE_SIZE, 1);
  addWasm(memory);
  const pages = new PageSet();
  memory.collectTouched(pages);
  expect(pages.toArray()).toEqual([9, ...Array.from({ length: 16 }, (_, at) => WASM_BASE + at)]);
});

test("memory: a WebAssembly memory that moves is followed by every access", () => {
  const memory = new Memory();
  const linear = addWasm(memory);
  const base = WASM_BASE * PAGE_SIZE;
  memory.store32(base + 8, 0x1234_5678);
  expect(new DataView(linear.buffer).getUint32(8, true)).toBe(0x1234_5678);
  linear.grow(1);
  expect(memory.load32(base + 8)).toBe(0x1234_5678);
  new DataView(linear.buffer).setUint32(8, 7, true);
  expect(memory.load32(base + 8)).toBe(7);
  memory.store8(base + 20 * PAGE_SIZE, 9);
  expect(new Uint8Array(linear.buffer)[20 * PAGE_SIZE]).toBe(9);
});

test("memory: regions are looked up by page, and keep the order in which they came", () => {
  const memory = sparseMachine(2);
  addWasm(memory);
  expect(memory.regions.map(({ name }) => name)).toEqual(["ram", "wasm"]);
  expect(memory.regionAt(1)?.name).toBe("ram");
  expect(memory.regionAt(2)).toBeUndefined();
  expect(memory.regionAt(WASM_BASE)?.name).toBe("wasm");
});
