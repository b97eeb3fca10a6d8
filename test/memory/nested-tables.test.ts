// covers src/memory/nested-tables.ts, src/memory/physical-memory.ts, src/memory/no-second-level.ts, src/memory/second-level.ts, src/memory/tlb.ts, src/memory/direct-tlb.ts
import { expect, test } from "vitest";
import { ContiguousBacking } from "../../src/memory/contiguous-backing.ts";
import { Memory } from "../../src/memory/memory.ts";
import {
  ENTRY_ACCESSED,
  ENTRY_DIRTY,
  ENTRY_EXECUTE,
  ENTRY_READ,
  ENTRY_WRITE,
  NestedTables,
  tablePagesFor,
} from "../../src/memory/nested-tables.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import { PhysicalMemory } from "../../src/memory/physical-memory.ts";
import { SlatTracker } from "../../src/memory/slat-tracker.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";

const RAM = { firstPage: 512, pageCount: 700 };
const HIGH = { firstPage: 0x10_0000, pageCount: 3 };
const RESERVED_PAGE = 2_048;

/** A machine with memory in two places, on a host whose firmware has kept 16 pages. */
function host(backing = new SparseBacking(RAM.pageCount)) {
  const memory = new Memory();
  memory.addRegion({ name: "ram", basePage: RAM.firstPage, backing, stores: "seen" });
  const high = new SparseBacking(HIGH.pageCount);
  memory.addRegion({ name: "high", basePage: HIGH.firstPage, backing: high, stores: "seen" });
  const physical = new PhysicalMemory(memory, RESERVED_PAGE, 16);
  memory.runBare();
  let next = RESERVED_PAGE;
  const place = () =>
    new NestedTables([RAM, HIGH], {
      next: () => {
        next += 1;
        return physical.page(next - 1);
      },
      at: (page) => physical.page(page),
    });
  return { memory, physical, place };
}

const at = (page: number): number => page * PAGE_SIZE;

test("nested tables: each page leads to itself, by four levels of entries in the reserved range", () => {
  const { physical, place } = host();
  const tables = place();
  // the root, one table of levels 3 and 2 for each 512 GiB and GiB, three leaves
  expect(tables.tablePages).toBe(1 + 1 + 2 + 3);
  expect(tables.residentBytes).toBe(7 * PAGE_SIZE);
  const flags = ENTRY_READ | ENTRY_WRITE | ENTRY_EXECUTE;
  for (const page of [512, 1_211, 0x10_0000, 0x10_0002]) {
    expect(tables.walk(page)).toEqual({ frame: page, flags });
  }
  for (const page of [0, 511, 1_212, 0x10_0003, 0x20_0000, 0xff_ffff]) {
    expect(tables.walk(page)).toBeUndefined();
  }
  const root = new DataView(physical.copy(RESERVED_PAGE).buffer);
  expect(root.getBigUint64(0, true)).toBe(BigInt(at(RESERVED_PAGE + 1)) | 7n);
});

test("nested tables: the number of a page above 4 GiB takes both words of an entry", () => {
  const { place } = host();
  expect(place().walk(HIGH.firstPage + 1)?.frame).toBe(0x10_0001);
});

test("nested tables: their room is reckoned before, whatever the ranges share", () => {
  expect(tablePagesFor([])).toBe(1);
  expect(tablePagesFor([{ firstPage: 5, pageCount: 0 }])).toBe(1);
  expect(tablePagesFor([{ firstPage: 0, pageCount: 512 }])).toBe(4);
  expect(tablePagesFor([{ firstPage: 511, pageCount: 2 }])).toBe(5);
  const apart = [
    { firstPage: 0, pageCount: 1 },
    { firstPage: 511, pageCount: 1 },
  ];
  expect(tablePagesFor(apart)).toBe(4);
  expect(tablePagesFor([{ firstPage: 0, pageCount: 1 << 24 }])).toBe(1 + 1 + 64 + 32_768);
});

test("nested tables: a store sets accessed and dirty bits in the entry, and a load only the first", () => {
  const { memory, place } = host();
  const tables = place();
  memory.runUnder(tables);
  memory.store32(at(600), 1);
  memory.load32(at(601));
  memory.dmaWrite(at(602), new Uint8Array([1]));
  expect(tables.walk(600)!.flags & (ENTRY_ACCESSED | ENTRY_DIRTY)).toBe(0x300);
  expect(tables.walk(601)!.flags & (ENTRY_ACCESSED | ENTRY_DIRTY)).toBe(0x100);
  expect(tables.walk(602)!.flags & (ENTRY_ACCESSED | ENTRY_DIRTY)).toBe(0x200);
  const dirty = new PageSet();
  expect(tables.collectDirty(dirty, RAM.firstPage, RAM.pageCount)).toBe(RAM.pageCount);
  expect(dirty.toArray()).toEqual([600, 602]);
  expect(tables.isDirty(600)).toBe(false);
  const accessed = new PageSet();
  tables.collectAccessed(accessed, RAM.firstPage, RAM.pageCount);
  expect(accessed.toArray()).toEqual([600, 601]);
  expect([tables.isPresent(700), tables.isAccessed(600)]).toEqual([true, false]);
});

test("nested tables: write permission is a bit of the entry", () => {
  const { memory, place } = host();
  const tables = place();
  memory.runUnder(tables);
  memory.forbidWrites(600, 2);
  expect([tables.isWritable(600), tables.isWritable(601), tables.isWritable(602)]).toEqual([
    false,
    false,
    true,
  ]);
  expect(() => memory.store8(at(600), 1)).toThrow("write-fault handler");
  memory.permitWrites(600, 2);
  memory.store8(at(600), 1);
  expect(tables.walk(600)!.flags & ENTRY_WRITE).toBe(ENTRY_WRITE);
  expect(() => tables.isDirty(5_000)).toThrow("expected a page that the translation tables map");
});

test("bare: stores go unnoticed, at the speed of cached translations, and nothing can be collected", () => {
  const { memory } = host();
  memory.store32(at(600), 1);
  const { walks } = memory.tlb;
  memory.load32(at(600));
  memory.store32(at(600), 2);
  expect(memory.tlb.walks).toBe(walks);
  expect([memory.slat.isDirty(7), memory.slat.isWritable(7), memory.slat.isPresent(7)]).toEqual([
    true,
    true,
    true,
  ]);
  expect(memory.slat.residentBytes).toBe(0);
  expect(() => memory.forbidWrites(600, 1)).toThrow("bare host");
  expect(() => memory.slat.collectDirty(new PageSet(), 0, 1)).toThrow("bare host");
  expect(() => memory.slat.collectAccessed(new PageSet(), 0, 1)).toThrow("bare host");
});

test.each(["sparse", "contiguous"])(
  "take-over: a translation cached before is forgotten, of %s memory",
  (kind) => {
    const { memory, place } = host(
      kind === "contiguous" ? (new ContiguousBacking(RAM.pageCount) as never) : undefined,
    );
    const direct = kind === "contiguous" ? memory.direct(memory.regions[0]!) : undefined;
    memory.store32(at(600), 1);
    direct?.walkToStore(601);
    memory.runUnder(place());
    expect(direct?.isStoreCached(601) ?? false).toBe(false);
    const tracker = new SlatTracker(memory);
    tracker.start();
    memory.store32(at(600), 2);
    expect(tracker.collect().toArray()).toEqual([600]);
    memory.store32(at(600), 3);
    expect(tracker.collect().toArray()).toEqual([600]);
  },
);

test("take-over: a translation that is kept, on purpose, hides stores from every collection", () => {
  const { memory, place } = host(new ContiguousBacking(RAM.pageCount) as never);
  const direct = memory.direct(memory.regions[0]!);
  direct.walkToStore(601);
  memory.store32(at(600), 1);
  memory.runUnder(place(), true);
  const tracker = new SlatTracker(memory);
  tracker.start();
  memory.store32(at(600), 2);
  expect(direct.isStoreCached(601)).toBe(true);
  memory.store32(at(602), 2);
  direct.walkToStore(603);
  expect(tracker.collect().toArray()).toEqual([602, 603]);
  expect([direct.isStoreCached(601), direct.isStoreCached(603)]).toEqual([true, false]);
  // Another page in its slot of 64 pushes it out: then it is marked like any other.
  memory.store32(at(664), 1);
  memory.store32(at(600), 3);
  expect(tracker.collect().toArray()).toEqual([600, 664]);
});

test("take-over: who leaves the tables runs bare again, and may be taken over again", () => {
  const { memory, place, physical } = host();
  memory.runUnder(place());
  expect(() => memory.runUnder(memory.slat)).toThrow("a machine on the bare host goes under");
  memory.runBare();
  physical.clearReserved();
  expect(physical.copy(RESERVED_PAGE)).toEqual(new Uint8Array(PAGE_SIZE));
  memory.store32(at(600), 1);
  memory.runUnder(place());
  memory.store32(at(600), 2);
  expect(memory.slat.isDirty(600)).toBe(true);
});

test("physical memory: any page of the host can be written from below, and no other", () => {
  const { memory, physical } = host();
  expect(memory.load32(at(600))).toBe(0);
  const { words, at: offset } = physical.page(600);
  words[offset] = 77;
  expect(memory.load32(at(600))).toBe(77);
  expect(physical.copy(600)[0]).toBe(77);
  expect([
    physical.isReserved(2_047),
    physical.isReserved(2_048),
    physical.isReserved(2_064),
  ]).toEqual([false, true, false]);
  expect(() => physical.page(2_064)).toThrow("expected a page of the host, got 2064");
});

test("physical memory: a range over a region, or past the address space, is refused", () => {
  const { memory } = host();
  expect(() => new PhysicalMemory(memory, 1_211, 4)).toThrow(
    expect.objectContaining({ code: "REGION_OVERLAP" }),
  );
  expect(() => new PhysicalMemory(memory, (1 << 24) - 1, 2)).toThrow(
    expect.objectContaining({ code: "PAGE_OUT_OF_RANGE" }),
  );
});
