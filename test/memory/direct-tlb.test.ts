// covers src/memory/direct-tlb.ts, src/memory/tlb.ts, src/memory/translator.ts, src/memory/memory.ts
import { expect, test } from "vitest";
import { ContiguousBacking } from "../../src/memory/contiguous-backing.ts";
import {
  DIRECT_LOAD,
  DIRECT_PAGES,
  DIRECT_STORE,
  type DirectTlb,
} from "../../src/memory/direct-tlb.ts";
import { Extent } from "../../src/memory/extent.ts";
import { Memory, type MemoryOptions } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import type { Region } from "../../src/memory/region.ts";
import { addWasm, sparseMachine } from "./machines.ts";

const BASE_PAGE = 0x8_0000;
const PAGES = 8;
const BOTH = DIRECT_LOAD | DIRECT_STORE;

interface Rig {
  readonly memory: Memory;
  readonly region: Region;
  readonly direct: DirectTlb;
  /** The flags of the first pages. */
  readonly flags: () => number[];
}

function rig(options: MemoryOptions = {}): Rig {
  const memory = new Memory(options);
  const backing = new ContiguousBacking(PAGES);
  const region = memory.addRegion({ name: "ram", basePage: BASE_PAGE, backing, stores: "seen" });
  const direct = memory.direct(region);
  const flags = (): number[] => [...direct.flags.subarray(BASE_PAGE, BASE_PAGE + 3)];
  return { memory, region, direct, flags };
}

test("direct tlb: a region has one, part of its memory's", () => {
  const { memory, region, direct } = rig();
  expect(memory.direct(region)).toBe(direct);
  expect(direct.region).toBe(region);
  expect(direct.flags.length).toBe(DIRECT_PAGES);
  expect(() => memory.tlb.attach(direct)).toThrow("translations are attached once");
});

test("direct tlb: a load's walk lets loads pass, a store's walk both", () => {
  const { memory, direct, flags } = rig();
  const { slat, tlb } = memory;
  direct.walkToLoad(BASE_PAGE);
  expect([flags(), slat.isAccessed(BASE_PAGE), slat.isDirty(BASE_PAGE)]).toEqual([
    [DIRECT_LOAD, 0, 0],
    true,
    false,
  ]);
  direct.walkToStore(BASE_PAGE + 1);
  expect([flags(), slat.isDirty(BASE_PAGE + 1), tlb.walks]).toEqual([
    [DIRECT_LOAD, BOTH, 0],
    true,
    2,
  ]);
  expect([direct.isStoreCached(BASE_PAGE), direct.isStoreCached(BASE_PAGE + 1)]).toEqual([
    false,
    true,
  ]);
  expect(memory.regionAt(BASE_PAGE)!.backing.isTouched(1)).toBe(true);
});

test("direct tlb: an unaligned access fails the one test that it takes", () => {
  const { direct } = rig();
  direct.walkToStore(BASE_PAGE);
  const flag = direct.flags[BASE_PAGE]!;
  const passes = (mask: number, bit: number): boolean[] =>
    [0, 1, 2, 3].map((address) => ((flag >>> (address & mask)) & bit) !== 0);
  for (const bit of [DIRECT_LOAD, DIRECT_STORE]) {
    expect(passes(3, bit)).toEqual([true, false, false, false]);
    expect(passes(1, bit)).toEqual([true, false, true, false]);
  }
});

test("direct tlb: a load that finds the dirty flag set lets stores pass as well", () => {
  const { memory, direct, flags } = rig();
  direct.walkToStore(BASE_PAGE);
  memory.tlb.invalidate();
  expect(flags()).toEqual([0, 0, 0]);
  direct.walkToLoad(BASE_PAGE);
  expect(flags()).toEqual([BOTH, 0, 0]);
  memory.slat.collectDirty(new PageSet(), BASE_PAGE, PAGES);
  memory.tlb.invalidate();
  direct.walkToLoad(BASE_PAGE);
  expect(flags()).toEqual([DIRECT_LOAD, 0, 0]);
});

test("direct tlb: forgets with the tlb, page by page or all, and again after", () => {
  const { memory, direct, flags } = rig();
  for (let round = 0; round < 3; round += 1) {
    for (const page of [0, 1, 2]) direct.walkToStore(BASE_PAGE + page);
    memory.tlb.drop(BASE_PAGE + 1);
    memory.tlb.drop(7);
    expect(flags()).toEqual([BOTH, 0, BOTH]);
    memory.tlb.invalidate();
    expect(flags()).toEqual([0, 0, 0]);
    expect(direct.isStoreCached(BASE_PAGE)).toBe(false);
  }
});

test("direct tlb: taking write permission takes the translations", () => {
  const { memory, direct, flags } = rig();
  direct.walkToStore(BASE_PAGE);
  memory.forbidWrites(BASE_PAGE, 1);
  expect(flags()).toEqual([0, 0, 0]);
  direct.walkToLoad(BASE_PAGE);
  expect(flags()).toEqual([DIRECT_LOAD, 0, 0]);
  expect(() => direct.walkToStore(BASE_PAGE)).toThrow(/processor write to protected page 524288/);
  memory.onWriteFault = (page) => memory.permitWrites(page, 1);
  direct.walkToStore(BASE_PAGE);
  expect(flags()).toEqual([BOTH, 0, 0]);
});

test("direct tlb: pages written through it stay marked for checkers", () => {
  const { memory, region, direct } = rig();
  const first = memory.collectMarked(region, 0, new PageSet());
  direct.walkToStore(BASE_PAGE + 2);
  direct.walkToLoad(BASE_PAGE);
  const pages = new PageSet();
  const second = memory.collectMarked(region, first, pages);
  expect(pages.toArray()).toEqual([BASE_PAGE + 2]);
  // it may be written without a walk until the translations are forgotten
  pages.clear();
  const third = memory.collectMarked(region, second, pages);
  expect(pages.toArray()).toEqual([BASE_PAGE + 2]);
  memory.tlb.invalidate();
  pages.clear();
  const fourth = memory.collectMarked(region, third, pages);
  pages.clear();
  memory.collectMarked(region, fourth, pages);
  expect(pages.toArray()).toEqual([]);
});

test("direct tlb: stores to a watched page never go directly", () => {
  const { memory, direct, flags } = rig();
  const { tlb } = memory;
  direct.walkToStore(BASE_PAGE);
  tlb.watch(direct, BASE_PAGE, 1);
  expect([flags()[0], direct.isStoreCached(BASE_PAGE)]).toEqual([DIRECT_LOAD, true]);
  tlb.watch(direct, BASE_PAGE, 4);
  expect([direct.watchesOf(BASE_PAGE), tlb.isWatched(BASE_PAGE)]).toEqual([5, true]);
  expect([tlb.isWatched(BASE_PAGE + 1), tlb.isWatched(3)]).toEqual([false, false]);
  direct.unwatch(BASE_PAGE, 1);
  expect(flags()[0]).toBe(DIRECT_LOAD);
  tlb.invalidate();
  direct.walkToStore(BASE_PAGE);
  expect(flags()[0]).toBe(DIRECT_LOAD);
  direct.unwatch(BASE_PAGE, 4);
  expect([flags()[0], tlb.isWatched(BASE_PAGE)]).toEqual([BOTH, false]);
  expect(() => tlb.watch(direct, BASE_PAGE + PAGES, 1)).toThrow("a page of the region is watched");
});

test.each([true, false])(
  "direct tlb: all writes to a watched page are told, logged: %s",
  (logged) => {
    const { memory, direct } = rig({ logDeviceWrites: logged });
    const at = BASE_PAGE * PAGE_SIZE;
    const told: unknown[] = [];
    const [copy, equal] = [1, 1].map(() => new Extent(new ArrayBuffer(PAGE_SIZE), 0, PAGE_SIZE));
    copy!.bytes.fill(1);
    equal!.bytes.fill(1);
    memory.store8(at + PAGE_SIZE, 1);
    memory.store8(at, 1); // now a cached translation lets stores pass
    memory.tlb.watch(direct, BASE_PAGE, 1);
    direct.onWrite = (...what) => told.push(what);
    memory.tlb.invalidate();
    memory.load8(at); // no write
    memory.store8(at + 5, 1);
    memory.store8(at + 6, 1);
    memory.write(at + PAGE_SIZE - 1, new Uint8Array(2));
    memory.dmaWrite(at + 16, new Uint8Array(4));
    memory.dmaWrite(at + PAGE_SIZE - 2, new Uint8Array(4));
    memory.hostWrite(BASE_PAGE, new Uint8Array(PAGE_SIZE).fill(1));
    memory.hostWrite(BASE_PAGE + 1, new Uint8Array(PAGE_SIZE).fill(1));
    memory.zeroPage(BASE_PAGE);
    memory.hostExchange(BASE_PAGE, copy!, 0);
    memory.hostExchange(BASE_PAGE, equal!, 0); // nothing differs
    const store = [at, PAGE_SIZE, "processor"];
    expect(told).toEqual([
      store,
      store,
      store,
      [at + 16, 4, "device"],
      [at + PAGE_SIZE - 2, 2, "device"],
      [at, PAGE_SIZE, "host"],
      [at, PAGE_SIZE, "host"],
      [at, PAGE_SIZE, "host"],
    ]);
  },
);

test("direct tlb: writes to a page that is not watched are not told", () => {
  const { memory, direct } = rig();
  direct.onWrite = () => expect.unreachable("nobody watches");
  memory.dmaWrite(BASE_PAGE * PAGE_SIZE, new Uint8Array(4));
  memory.store8(BASE_PAGE * PAGE_SIZE, 1);
  memory.tlb.watch(direct, BASE_PAGE, 1);
  direct.unwatch(BASE_PAGE, 1);
  memory.store8(BASE_PAGE * PAGE_SIZE, 1);
});

test("direct tlb: only a region with seen stores, fixed bytes and a low address has one", () => {
  const memory = sparseMachine(4);
  addWasm(memory);
  expect(() => memory.direct(memory.regions[1]!)).toThrow("stores through cached translations");
  expect(() => rig().memory.direct(memory.regions[0]!)).toThrow("a region of this memory");
  const backing = new ContiguousBacking(2);
  const high = { name: "high", basePage: DIRECT_PAGES - 1, backing, stores: "seen" } as const;
  const region = memory.addRegion(high);
  expect(() => memory.direct(region)).toThrow("a region of the first 4 GiB");
});
