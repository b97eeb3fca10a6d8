// covers src/guest/riscv/inner-memory.ts, src/guest/riscv/ram.ts, src/memory/composed-table.ts
import { expect, test } from "vitest";
import type { Memory, MemoryOptions } from "../../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../../src/memory/page.ts";
import { PageSet } from "../../../src/memory/page-set.ts";
import { SlatTracker } from "../../../src/memory/slat-tracker.ts";
import { SparseBacking } from "../../../src/memory/sparse-backing.ts";
import type { DirtyTracker } from "../../../src/memory/tracker.ts";
import {
  type DrawnWrite,
  describeTracker,
  isCaught,
  type Route,
  type Subject,
} from "../../memory/tracker-contract.ts";
import { asm } from "./assembler.ts";
import { ALL, entry, FREE_PAGES, InnerRig, LEAF } from "./inner-rig.ts";
import { BASE } from "./test-machine.ts";

/** Instructions that write at x5, each with the bytes that it writes. */
const WRITES = {
  sb: [asm.sb(6, 0, 5), 1],
  sh: [asm.sh(6, 0, 5), 2],
  sw: [asm.sw(6, 0, 5), 4],
  "amoswap.w": [asm.amoswap(0, 6, 5), 4],
} as const;

/** The page that all instructions are in; the inner machine has it at the same number. */
const CODE = 15;

/** Two harts that run an inner machine in turn with their hypervisor. */
function subject(track: (memory: Memory) => DirtyTracker, options: MemoryOptions = {}): Subject {
  const rig = new InnerRig({ harts: 2, ...options });
  const { memory, processors, harts } = rig;
  const backing = new SparseBacking(2, 6);
  const extra = memory.addRegion({ name: "extra", basePage: 5, backing, stores: "seen" });
  const words = Object.values(WRITES).map(([word]) => word);
  rig.program([...words, asm.lr(7, 5), asm.sc(8, 6, 5), asm.hfenceGvma()], BASE + CODE * PAGE_SIZE);
  for (let page = 0; page < FREE_PAGES; page += 1) rig.map(page, page);
  rig.map(CODE, CODE);

  const pageOf = ({ page }: DrawnWrite): number => page % FREE_PAGES;
  const run = (hartId: number, index: number, ticks: number): void => {
    const hart = harts[hartId]!;
    hart.pc = (hart.virtual ? 0 : BASE) + CODE * PAGE_SIZE + 4 * index;
    const next = hart.pc + 4 * ticks;
    expect(processors[hartId]!.run(ticks)).toBe("limit");
    expect(hart.pc).toBe(next);
  };
  const prepared = (hartId: number, address: number, value: number): void => {
    harts[hartId]!.x[5] = address;
    harts[hartId]!.x[6] = value;
  };
  /** A store of the hypervisor itself. */
  const outer = (hartId: number, index: number, address: number, value: number): void => {
    Object.assign(harts[hartId]!, { privilege: 3, virtual: false });
    prepared(hartId, address, value);
    run(hartId, index, 1);
  };
  const inner = (
    hartId: number,
    index: number,
    address: number,
    value: number,
    ticks = 1,
  ): void => {
    prepared(hartId, address, value);
    rig.enter(0, harts[hartId]);
    run(hartId, index, ticks);
  };
  /** Where an inner machine writes: its pages lie side by side as long as nothing was mapped anew. */
  const place = (write: DrawnWrite, size: number): number =>
    Math.min(pageOf(write) * PAGE_SIZE + write.offset, FREE_PAGES * PAGE_SIZE - size);
  const routes: Record<string, Route> = {
    "sw of the hypervisor": (write) =>
      outer(write.value & 1, 2, BASE + (place(write, 4) & ~3), write.value),
  };
  for (const [at, [name, [, size]]] of Object.entries(WRITES).entries()) {
    routes[`inner ${name}`] = (write) => {
      const address = place(write, size);
      inner(write.value & 1, at, name.startsWith("amo") ? address & ~3 : address, write.value);
    };
  }
  routes["inner lr.w, sc.w"] = (write) =>
    inner(write.value & 1, 4, place(write, 4) & ~3, write.value, 2);
  let generation = 0;
  /** A table entry that leads to some other page, and in its bits for software differs from all before. */
  const remapped = (write: DrawnWrite): number => {
    generation += 1;
    const page = (pageOf(write) + (write.value & 3)) % FREE_PAGES;
    return entry(BASE + page * PAGE_SIZE, ALL) | ((generation & 3) << 8);
  };
  const innerThen =
    (act: (address: number, word: number, write: DrawnWrite) => void): Route =>
    (write) => {
      inner(write.value & 1, 2, place(write, 4) & ~3, write.value);
      act(LEAF + 4 * pageOf(write), remapped(write), write);
    };
  const bytes = (word: number): Uint8Array => new Uint8Array(new Uint32Array([word]).buffer);
  routes["inner sw, then sw to the table"] = innerThen((address, word, { value }) =>
    outer(value & 1, 2, address, word),
  );
  routes["inner sw, then sw of the other hart"] = innerThen((address, word, { value }) =>
    outer(~value & 1, 2, address, word),
  );
  routes["inner sw, then sb to the table"] = innerThen((address, word, { value }) =>
    outer(value & 1, 0, address + 1, (word >>> 8) & 0xff),
  );
  routes["inner sw, then amoswap.w to the table"] = innerThen((address, word, { value }) =>
    outer(value & 1, 3, address, word),
  );
  routes["inner sw, then a device's write"] = innerThen((address, word) =>
    memory.dmaWrite(address, bytes(word)),
  );
  routes["inner sw, then the host's write"] = innerThen((address, word) => {
    const page = memory.page(LEAF / PAGE_SIZE).slice();
    page.set(bytes(word), address - LEAF);
    memory.hostWrite(LEAF / PAGE_SIZE, page);
  });
  routes["inner sw, then hfence.gvma"] = (write) => {
    inner(write.value & 1, 2, place(write, 4) & ~3, write.value);
    outer(~write.value & 1, 6, 0, 0);
  };
  return { memory, tracker: track(memory), routes, growths: [() => extra.grow(4)] };
}

describeTracker("slat, stores of inner machines", () =>
  subject((memory) => new SlatTracker(memory)),
);

test("inner tracking: the contract notices that table writes are missed, and stale translations", () => {
  const missed = { interceptTableWrites: false };
  expect(isCaught(() => subject((memory) => new SlatTracker(memory), missed))).toBe(true);
  const stale = () => subject((memory) => new SlatTracker(memory, { invalidate: false }));
  expect(isCaught(stale)).toBe(true);
});

test("inner tracking: the dirty flags of the SLAT do not know of inner stores", () => {
  const rig = new InnerRig().map(1, 3).inner([asm.sw(6, 0, 5), asm.sw(6, 4, 5)]);
  const { slat, composed } = rig.memory;
  slat.collectDirty(new PageSet(), 0, 0x10_0000);
  rig.set({ 5: 0x1000, 6: 9 }).processor.run(2);
  expect(rig.word(BASE + 0x3004)).toBe(9);
  const pages = new PageSet();
  slat.collectDirty(pages, 0, 0x10_0000);
  expect(pages.size).toBe(0);
  composed.collect(pages, 0, 0x10_0000);
  expect(pages.toArray()).toEqual([(BASE >>> 12) + 3]);
});

test("inner tracking: an inner store to the table that it goes through is a table write too", () => {
  // the hypervisor lets the inner machine write its own table
  const rig = new InnerRig()
    .map(1, 3)
    .map(2, 13)
    .inner([asm.sw(6, 0, 5), asm.sw(6, 4, 7)]);
  rig.set({ 5: 0x1000, 6: entry(BASE + 0x4000, ALL) | 0, 7: 0x2000 });
  rig.processor.run(2);
  const pages = new PageSet();
  rig.memory.composed.collect(pages, 0, 0x10_0000);
  expect(pages.toArray().map((page) => page - (BASE >>> 12))).toEqual([3, 13]);
  rig.enter(0).processor.run(1);
  expect(rig.word(BASE + 0x4000)).toBe(entry(BASE + 0x4000, ALL));
});
