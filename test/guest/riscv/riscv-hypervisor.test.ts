// covers src/guest/riscv/riscv-hypervisor.ts, src/guest/riscv/images/hypervisor.ts
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { copyGuest } from "../../../src/guest/copy-guest.ts";
import type { Guest } from "../../../src/guest/guest.ts";
import { decodeBase64 } from "../../../src/guest/riscv/images/base64.ts";
import { hypervisorImage } from "../../../src/guest/riscv/images/hypervisor.ts";
import type { MachineDefects } from "../../../src/guest/riscv/machine-options.ts";
import { riscvHypervisor } from "../../../src/guest/riscv/riscv-hypervisor.ts";
import type { RiscvMachine } from "../../../src/guest/riscv/riscv-machine.ts";
import type { Memory } from "../../../src/memory/memory.ts";
import { MemoryDigest } from "../../../src/memory/memory-digest.ts";
import { PageSet } from "../../../src/memory/page-set.ts";
import { SlatTracker } from "../../../src/memory/slat-tracker.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { ms, seconds } from "../../../src/sim/time.ts";
import { changedPages, snapshot } from "../../memory/snapshot.ts";
import { MachineDriver } from "../machine-driver.ts";
import { GuestProgram } from "./images/guest-program.ts";
import { sorterLines, writerLines } from "./inner-programs.ts";

const MEMORY_BYTES = 262_144;

const OFF = { reason: "power-off", code: 0, reset: false };

function hypervisor(rounds: number, broken: MachineDefects = {}, seed = 1): GuestProgram {
  const words = { hypervisor_rounds: rounds, hypervisor_seed: seed };
  return new GuestProgram(hypervisorImage, words, { memoryBytes: MEMORY_BYTES, broken });
}

const linesOf = (text: string, name: string): string[] =>
  text.split("\n").filter((line) => line.includes(name));

test("riscv hypervisor: the module holds the built file", () => {
  const file = new URL("../../../guests/riscv/bin/hypervisor.elf", import.meta.url);
  expect(Buffer.from(decodeBase64(hypervisorImage)).equals(readFileSync(file))).toBe(true);
});

test.each([
  [40, 1],
  [19, 12_345],
])("riscv hypervisor: %d rounds from seed %d come to what they have to", (rounds, seed) => {
  const program = hypervisor(rounds, {}, seed);
  expect(program.run()).toEqual(OFF);
  expect(linesOf(program.printed, "writer")).toEqual(writerLines(rounds, seed));
  expect(linesOf(program.printed, "sorter")).toEqual(sorterLines(rounds, seed + 1));
});

test("riscv hypervisor: its tables change all the time", () => {
  const program = hypervisor(64);
  program.run();
  // the figures of one run; qemu-system-riscv32 prints the same lines
  expect(program.printed).toContain("writer round 64 checksum 0xddb07494");
  expect(program.printed).toContain("sorter round 64 checksum 0xbf464bf3");
  expect(program.word("pages_mapped")).toBe(14);
  expect(program.word("pages_moved")).toBeGreaterThan(50);
  expect(program.word("pages_returned")).toBeGreaterThan(300);
  expect(program.word("pages_dirtied")).toBeGreaterThan(50);
  expect(program.word("hypervisor_turns")).toBeGreaterThan(800);
});

test("riscv hypervisor: as a guest it prints, and never ends", () => {
  const machine = new MachineDriver(riscvHypervisor({ period: 20_000, seed: 5 }));
  machine.guest.run(ms(100));
  const [first, second] = [writerLines(16, 5), sorterLines(16, 6)].map(([line]) => line!);
  const printed = machine.sent.map(({ payload }) => Buffer.from(payload.subarray(4)).toString());
  expect(printed.join("")).toContain(first);
  expect(printed.join("")).toContain(second);
  expect(machine.guest.panic).toBeUndefined();
  const short = new MachineDriver(riscvHypervisor({ rounds: 3, period: 2_000 }));
  short.guest.run(seconds(1));
  expect(short.guest.panic).toBe("powered off with code 0");
});

/** What a tracker has to be able to do here. */
interface Collector {
  start(): void;
  collect(): PageSet;
}

/**
 * Runs the hypervisor to its end, collecting dirty pages at random ticks; each time what was collected is
 * written over a copy, which must then equal the memory. Returns the pages that did not.
 */
function missed(
  track: (memory: Memory) => Collector,
  {
    broken = {},
    seed = 1,
    rounds = 6,
  }: { broken?: MachineDefects; seed?: number; rounds?: number },
): { missed: number[]; collections: number } {
  const random = new RandomStream(seed, "collections");
  const { machine } = hypervisor(rounds, broken);
  const { memory } = machine;
  const tracker = track(memory);
  tracker.start();
  const copy = new Map(snapshot(memory));
  const pages = new Set<number>();
  let collections = 0;
  for (let isOver = false; !isOver; collections += 1) {
    const length = random.chance(0.5) ? random.between(1, 300) : random.between(1, 20_000);
    isOver = machine.run(length).reason !== "limit";
    for (const page of tracker.collect()) copy.set(page, memory.page(page).slice());
    for (const page of changedPages(copy, memory)) {
      pages.add(page);
      copy.set(page, memory.page(page).slice());
    }
  }
  return { missed: [...pages].sort((a, b) => a - b), collections };
}

test("riscv hypervisor: no inner write is lost, whenever dirty pages are collected", () => {
  for (const seed of [1, 2, 3]) {
    const { missed: pages, collections } = missed((memory) => new SlatTracker(memory), { seed });
    expect({ seed, pages }).toEqual({ seed, pages: [] });
    expect(collections).toBeGreaterThan(20);
  }
});

test("riscv hypervisor: writes are lost without interception, without harvest, and with stale translations", () => {
  const broken = { innerTableWriteMissed: true };
  const lost = (track: (memory: Memory) => Collector, defects: MachineDefects = {}): number =>
    missed(track, { broken: defects }).missed.length;
  expect(lost((memory) => new SlatTracker(memory), broken)).toBeGreaterThan(0);
  expect(lost((memory) => new SlatTracker(memory, { invalidate: false }))).toBeGreaterThan(0);
  // who looks at the flags of the SLAT alone
  const outer = ({ slat, tlb }: Memory): Collector => {
    const collect = (): PageSet => {
      const pages = new PageSet();
      slat.collectDirty(pages, 0, 0x10_0000);
      tlb.invalidate();
      return pages;
    };
    return { start: () => void collect(), collect };
  };
  expect(lost(outer)).toBeGreaterThan(10);
});

function asGuest(machine: RiscvMachine): Guest {
  return {
    memory: machine.memory,
    saveRegisters: () => machine.saveRegisters(),
    loadRegisters: (bytes) => machine.loadRegisters(bytes),
    deliver: () => undefined,
    run: () => ({ usedNs: 0, boundary: "idle" }),
  };
}

/** Runs and copies into a machine with a past of its own at a random tick; what both then come to. */
function continued(seed: number, broken: MachineDefects): { states: unknown[]; printed: string[] } {
  const random = new RandomStream(seed, "copies");
  const [first, second] = [hypervisor(6, broken), hypervisor(6, broken, 99)] as const;
  second.machine.run(random.between(1, 300_000));
  first.machine.run(random.between(1, 250_000));
  copyGuest(asGuest(first.machine), asGuest(second.machine));
  const before = [first, second].map(({ printed }) => printed.length);
  // stopped once more on the way, and tracked
  const tracker = new SlatTracker(second.machine.memory);
  tracker.start();
  second.machine.run(random.between(1, 20_000));
  tracker.collect();
  const ends = [first, second].map((program) => program.run());
  const states = [first, second].map(({ machine }, index) => ({
    end: ends[index],
    registers: Buffer.from(machine.saveRegisters()).toString("hex"),
    memory: new MemoryDigest(machine.memory).digest(),
  }));
  const printed = [first, second].map((program, index) => program.printed.slice(before[index]));
  return { states, printed };
}

test("riscv hypervisor: copied at any tick it goes on as if it had not been", () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    const { states, printed } = continued(seed, {});
    expect({ seed, state: states[1] }).toEqual({ seed, state: states[0] });
    expect(printed[1]).toBe(printed[0]);
    expect(states[0]).toMatchObject({ end: OFF });
  }
});

test("riscv hypervisor: a copy over translations that were not given up goes wrong", () => {
  const differs = [1, 2, 3, 4].some((seed) => {
    const { states } = continued(seed, { innerTableWriteMissed: true });
    return JSON.stringify(states[0]) !== JSON.stringify(states[1]);
  });
  expect(differs).toBe(true);
});
