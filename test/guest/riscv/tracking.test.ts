// covers src/guest/riscv/ram.ts, src/memory/direct-tlb.ts
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
import { BASE, END, PAGES, TestMachine } from "./test-machine.ts";

/** Instructions that write, each with the bytes that it writes at x5. */
const WRITES = {
  sb: [asm.sb(6, 0, 5), 1],
  sh: [asm.sh(6, 0, 5), 2],
  sw: [asm.sw(6, 0, 5), 4],
  "amoswap.w": [asm.amoswap(0, 6, 5), 4],
} as const;

/** The page that the instructions are in: the last one, which other writes spare. */
const CODE = END - PAGE_SIZE;

/** Two of the harts' machine, and everything that writes to it, as the tracker contract wants it. */
function subject(track: (memory: Memory) => DirtyTracker, options: MemoryOptions = {}): Subject {
  const machine = new TestMachine({ harts: 2, ...options });
  const { memory, processors, harts } = machine;
  const backing = new SparseBacking(2, 6);
  const extra = memory.addRegion({ name: "extra", basePage: 5, backing, stores: "seen" });
  machine.program([asm.lr(7, 5), asm.sc(8, 6, 5)], CODE);
  const words = Object.values(WRITES).map(([word]) => word);
  machine.program(words, CODE + 64);

  const place = ({ page, offset }: DrawnWrite, size: number): number =>
    Math.min(BASE + (page % (PAGES - 1)) * PAGE_SIZE + offset, CODE - size);
  const execute = (hartId: number, pc: number, ticks: number, address: number, value: number) => {
    const hart = harts[hartId]!;
    hart.pc = pc;
    hart.x[5] = address;
    hart.x[6] = value;
    expect(processors[hartId]!.run(ticks)).toBe("limit");
    expect(hart.pc).toBe(pc + 4 * ticks);
  };
  const routes: Record<string, Route> = {};
  for (const [at, [name, [, size]]] of Object.entries(WRITES).entries()) {
    routes[name] = (write) => {
      const address = place(write, size);
      const isAtomic = name.startsWith("amo");
      execute(
        write.value & 1,
        CODE + 64 + 4 * at,
        1,
        isAtomic ? address & ~3 : address,
        write.value,
      );
    };
  }
  routes["lr.w, sc.w"] = (write) =>
    execute(write.value & 1, CODE, 2, (place(write, 4) & ~3) >>> 0, write.value);
  routes["amoswap.w"] = (write) => {
    execute(0, CODE + 76, 1, (place(write, 4) & ~3) >>> 0, write.value);
  };
  // data that lie beside instructions which were executed
  routes["sw beside instructions"] = (write) => {
    const address = (CODE + 1024 + ((write.offset & 0x3fc) >>> 0)) >>> 0;
    execute(0, CODE + 72, 1, address, write.value);
  };
  routes["dmaWrite"] = (write) =>
    memory.dmaWrite(place(write, 8), new Uint8Array(8).fill(write.value));
  routes["hostWrite"] = (write) =>
    memory.hostWrite(
      (place(write, 1) / PAGE_SIZE) >>> 0,
      new Uint8Array(PAGE_SIZE).fill(write.value),
    );
  routes["store32 of the memory"] = (write) => memory.store32(place(write, 4), write.value);
  return { memory, tracker: track(memory), routes, growths: [() => extra.grow(4)] };
}

test("tracking: a store is found in the epoch in which it happened, and not again", () => {
  const machine = new TestMachine();
  machine.program([asm.sw(6, 0, 5), asm.jal(0, -4)], CODE);
  const { memory, hart, processor } = machine;
  const tracker = new SlatTracker(memory);
  tracker.start();
  hart.pc = CODE;
  for (const page of [0, 3, 3, 1]) {
    hart.x[5] = BASE + page * PAGE_SIZE;
    processor.run(20);
    expect(tracker.collect().toArray()).toEqual([(BASE >>> 12) + page]);
    hart.pc = CODE + 4;
    hart.x[5] = BASE;
    processor.run(1);
    expect(tracker.collect().toArray()).toEqual([]);
  }
});

describeTracker("slat, stores of harts", () => subject((memory) => new SlatTracker(memory)));

test("tracking: the contract notices that translations of harts are not invalidated", () => {
  const broken = () => subject((memory) => new SlatTracker(memory, { invalidate: false }));
  expect(isCaught(broken)).toBe(true);
});

test("tracking: a hart's stores are lost if its translations are not invalidated", () => {
  const machine = new TestMachine();
  machine.program([asm.sw(6, 0, 5), asm.jal(0, -4)], CODE);
  const { memory, hart, processor } = machine;
  const tracker = new SlatTracker(memory, { invalidate: false });
  tracker.start();
  hart.pc = CODE;
  hart.x[5] = BASE;
  processor.run(2);
  expect(tracker.collect().size).toBe(1);
  processor.run(2);
  expect(tracker.collect().size).toBe(0);
});

test("tracking: write marks see stores of harts without a tracker", () => {
  const machine = new TestMachine();
  machine.program([asm.sw(6, 0, 5), asm.jal(0, -4)], CODE);
  const { memory, ram, hart, processor } = machine;
  hart.pc = CODE;
  let generation = memory.collectMarked(ram, 0, new PageSet());
  for (const page of [4, 4, 5]) {
    hart.x[5] = BASE + page * PAGE_SIZE;
    processor.run(2);
    const pages = new PageSet();
    generation = memory.collectMarked(ram, generation, pages);
    expect(pages.has((BASE >>> 12) + page)).toBe(true);
  }
});

test("tracking: what instructions are fetched and loaded from is accessed, not dirty", () => {
  const machine = new TestMachine();
  machine.program([asm.lw(6, 0, 5)], CODE);
  const { slat } = machine.memory;
  slat.collectDirty(new PageSet(), BASE >>> 12, PAGES);
  machine.hart.pc = CODE;
  machine.hart.x[5] = BASE;
  machine.processor.run(1);
  const pages = [CODE >>> 12, BASE >>> 12, (BASE >>> 12) + 1];
  expect(pages.map((page) => slat.isAccessed(page))).toEqual([true, true, false]);
  expect(pages.map((page) => slat.isDirty(page))).toEqual([false, false, false]);
});
