// covers src/memory/composed-table.ts, src/memory/composed-entry.ts, src/memory/tlb.ts, src/memory/translator.ts, src/memory/slat-tracker.ts
import { expect, test } from "vitest";
import { INNER_FETCH, INNER_LOAD, INNER_STORE } from "../../src/memory/composed-entry.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { PageSet } from "../../src/memory/page-set.ts";
import { SlatTracker } from "../../src/memory/slat-tracker.ts";
import { trackerFor } from "../../src/memory/tracker-for.ts";
import { BASE_PAGE, InnerMachine, innerSubject, SPACE } from "./inner-subject.ts";
import { describeTracker, isCaught } from "./tracker-contract.ts";

/** The pages that the composed translations alone know to be written, which are then taken. */
function collected({ memory }: InnerMachine): number[] {
  const pages = new PageSet();
  memory.composed.collect(pages, 0, 0x10_0000);
  return pages.toArray().map((page) => page - BASE_PAGE);
}

describeTracker("slat, inner stores", () => innerSubject((memory) => new SlatTracker(memory)));
describeTracker("as chosen, inner stores", () => innerSubject((memory) => trackerFor(memory)));

test("composed table: the contract notices what is not harvested, and what is not invalidated", () => {
  const missed = { interceptTableWrites: false };
  expect(isCaught(() => innerSubject((memory) => new SlatTracker(memory), missed))).toBe(true);
  const stale = () => innerSubject((memory) => new SlatTracker(memory, { invalidate: false }));
  expect(isCaught(stale)).toBe(true);
});

test("composed table: an inner store sets the flag of its entry and no other", () => {
  const machine = new InnerMachine();
  const { slat, composed } = machine.memory;
  slat.collectDirty(new PageSet(), 0, 0x10_0000);
  machine.store(3, 0, 1);
  expect(slat.isDirty(BASE_PAGE + 3)).toBe(false);
  expect(slat.isAccessed(BASE_PAGE + 3)).toBe(true);
  expect(composed.find(SPACE, 3)).toMatchObject({ page: BASE_PAGE + 3, dirty: true });
  expect(collected(machine)).toEqual([3]);
  expect(composed.find(SPACE, 3)?.dirty).toBe(false);
});

test("composed table: a store that finds its entry dirty touches nothing", () => {
  const machine = new InnerMachine();
  machine.store(3, 0, 1);
  const { tlb, composed } = machine.memory;
  const { walks } = tlb;
  const entry = composed.find(SPACE, 3)!;
  entry.dirty = false;
  machine.store(3, 1, 2);
  expect([tlb.walks, entry.dirty]).toEqual([walks, false]);
  tlb.invalidate();
  machine.store(3, 2, 3);
  expect([tlb.walks, entry.dirty]).toEqual([walks + 1, true]);
});

test("composed table: an entry goes with the word that it was made from, its flag does not", () => {
  const machine = new InnerMachine();
  const { memory } = machine;
  const writes: Record<string, (address: number) => void> = {
    "a store of one byte": (address) => memory.store8(address + 3, 9),
    "a store across words": (address) => memory.store32(address - 2, 0x0401_0101),
    "a range": (address) => memory.write(address - 8, new Uint8Array(12).fill(4)),
    "a device": (address) => memory.dmaWrite(address + 2, Uint8Array.of(9)),
    "the host": (address) =>
      memory.hostWrite(Math.floor(address / PAGE_SIZE), new Uint8Array(PAGE_SIZE).fill(5)),
    "the host's zeros": (address) => memory.zeroPage(Math.floor(address / PAGE_SIZE)),
  };
  for (const [name, write] of Object.entries(writes)) {
    machine.map(6, 2);
    machine.store(6, 0, 1);
    expect([name, memory.composed.find(SPACE, 6)?.dirty]).toEqual([name, true]);
    write(machine.wordAddress(6));
    expect([name, memory.composed.find(SPACE, 6)]).toEqual([name, undefined]);
    expect([name, collected(machine)]).toEqual([name, [2]]);
    expect(collected(machine)).toEqual([]);
  }
});

test("composed table: other words and other pages leave an entry alone", () => {
  const machine = new InnerMachine();
  const { memory } = machine;
  machine.store(6, 0, 1);
  memory.dmaWrite(machine.wordAddress(6) + 4, Uint8Array.of(9));
  memory.dmaWrite(machine.wordAddress(6) - 1, Uint8Array.of(9));
  memory.dmaWrite(machine.wordAddress(6) - PAGE_SIZE, Uint8Array.of(9));
  expect(memory.composed.find(SPACE, 6)?.dirty).toBe(true);
});

test("composed table: a table is watched as long as an entry is made from it", () => {
  const machine = new InnerMachine();
  const { memory } = machine;
  const table = Math.floor(machine.wordAddress(0) / PAGE_SIZE);
  const watched = (): boolean => memory.tlb.isWatched(table);
  const unmap = (innerPage: number): void => {
    memory.dmaWrite(machine.wordAddress(innerPage), new Uint8Array(4));
  };
  expect(watched()).toBe(false);
  machine.store(1, 0, 1);
  machine.store(2, 0, 1);
  unmap(1);
  expect(watched()).toBe(true);
  unmap(2);
  expect(watched()).toBe(false);
  expect(memory.composed.size).toBe(0);
});

test("composed table: a fence harvests, for one inner page of all machines or for all", () => {
  const machine = new InnerMachine();
  const { composed } = machine.memory;
  for (const page of [1, 2, 3]) machine.store(page, 0, 1);
  const options = { space: SPACE + 1, innerPage: 1, page: BASE_PAGE + 9, permissions: 3 };
  const entry = composed.add({ ...options, sources: [machine.wordAddress(30)] });
  composed.walk(entry, INNER_STORE);
  composed.fence(1);
  expect(composed.size).toBe(2);
  expect(collected(machine)).toEqual([1, 2, 3, 9]);
  composed.fence();
  expect([composed.size, collected(machine)]).toEqual([0, []]);
});

test("composed table: an entry that takes the place of another harvests it", () => {
  const machine = new InnerMachine();
  const { composed } = machine.memory;
  machine.store(1, 0, 1);
  const options = { space: SPACE, innerPage: 1, page: BASE_PAGE + 8, permissions: INNER_LOAD };
  composed.add({ ...options, sources: [machine.wordAddress(1), machine.wordAddress(2)] });
  expect([composed.size, collected(machine)]).toEqual([1, [1]]);
  machine.map(2, 2);
  expect(composed.size).toBe(0);
});

test("composed table: only a range is collected, whether its pages are pending or not", () => {
  const machine = new InnerMachine();
  const { composed } = machine.memory;
  for (const page of [1, 2, 3, 4]) machine.store(page, 0, 1);
  composed.fence(1);
  composed.fence(4);
  const pages = new PageSet();
  expect(composed.collect(pages, BASE_PAGE + 2, 2)).toBe(2);
  expect(pages.toArray()).toEqual([BASE_PAGE + 2, BASE_PAGE + 3]);
  expect(collected(machine)).toEqual([1, 4]);
});

test("composed table: what precedes an access, and what it refuses", () => {
  const machine = new InnerMachine();
  const { memory } = machine;
  machine.store(1, 0, 1);
  const entry = memory.composed.find(SPACE, 1)!;
  expect(() => memory.composed.walk(entry, INNER_FETCH)).toThrow("is permitted by the entry");
  memory.forbidWrites(BASE_PAGE + 1, 1);
  entry.dirty = false;
  memory.composed.walk(entry, INNER_LOAD);
  expect(entry.dirty).toBe(false);
  expect(() => memory.composed.walk(entry, INNER_STORE)).toThrow(RangeError);
  expect(entry.dirty).toBe(false);
  memory.onWriteFault = (page) => memory.permitWrites(page, 1);
  machine.store(1, 0, 2);
  expect(entry.dirty).toBe(true);
});

test("composed table: write marks see inner stores without a tracker", () => {
  const machine = new InnerMachine();
  const { memory } = machine;
  const [ram] = memory.regions;
  let generation = memory.collectMarked(ram!, 0, new PageSet());
  for (const value of [1, 2, 3]) {
    machine.store(5, 0, value);
    const pages = new PageSet();
    generation = memory.collectMarked(ram!, generation, pages);
    expect(pages.has(BASE_PAGE + 5)).toBe(true);
  }
  memory.tlb.invalidate();
  const pages = new PageSet();
  generation = memory.collectMarked(ram!, generation, pages);
  generation = memory.collectMarked(ram!, generation, pages);
  expect(memory.collectMarked(ram!, generation, new PageSet())).toBeGreaterThan(generation);
});

test("composed table: entries that cannot be are refused", () => {
  const { composed } = new InnerMachine().memory;
  const good = { space: 1, innerPage: 0, page: BASE_PAGE, permissions: 1, sources: [0x8000_0000] };
  expect(() => composed.add({ ...good, innerPage: 0x10_0000 })).toThrow("within 4 GiB");
  expect(() => composed.add({ ...good, sources: [] })).toThrow("made from something");
  expect(() => composed.add({ ...good, page: -1 })).toThrow("a page of the address space");
  expect(() => composed.add({ ...good, sources: [0x8000_0001] })).toThrow("made of words");
  expect(() => composed.add({ ...good, innerPage: 1, sources: [0x1000] })).toThrow(
    "own translations lead",
  );
});
