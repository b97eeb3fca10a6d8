import type { GuestImage } from "../../src/guest/guest.ts";
import { QUANTUM_NS } from "../../src/host/virtual-machine.ts";
import { Memory } from "../../src/memory/memory.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";

/** Pages that are written in one stretch, and in how many words of 8 bytes each. */
export interface Writes {
  readonly pages: readonly number[];
  /** Default 1. */
  readonly words?: number;
}

/** What a {@link writingMachine} does. */
export interface WritingMachineOptions {
  /** Pages of its memory. */
  readonly pages: number;
  /** So many of them, from the first on, are written as it boots. Default all. */
  readonly bootPages?: number;
  /** What it writes in a stretch of 100 us, by the number of the stretch. */
  readonly writes: (stretch: number) => readonly Writes[];
}

/** A machine that hears nothing and writes to its pages for ever, as a function of its own time. */
export function writingMachine(options: WritingMachineOptions): GuestImage {
  const { pages, bootPages = pages, writes } = options;
  return {
    name: "writer",
    executions: () => new Map(),
    workload: () => ({ request: () => new Uint8Array(0) }),
    create() {
      const memory = new Memory();
      const backing = new SparseBacking(pages);
      memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
      for (let page = 0; page < bootPages; page += 1) memory.store32(page * PAGE_SIZE, 1 + page);
      const stretch = new Uint32Array(1);
      return {
        memory,
        deliver: () => undefined,
        run(budgetNs) {
          stretch[0]! += 1;
          for (const { pages: written, words = 1 } of writes(stretch[0]!)) {
            for (const page of written) {
              for (let word = 0; word < words; word += 1) {
                memory.store32(page * PAGE_SIZE + 8 * word, stretch[0]! * 7 + word);
              }
            }
          }
          return { usedNs: Math.min(budgetNs, QUANTUM_NS), boundary: "budget" };
        },
        saveRegisters: () => new Uint8Array(stretch.buffer.slice(0)),
        loadRegisters(bytes) {
          new Uint8Array(stretch.buffer).set(bytes);
        },
      };
    },
  };
}

/** `count` pages one after the other from `from` on, in a memory whose end is followed by its beginning. */
export function pagesFrom(from: number, count: number, end: number): number[] {
  return Array.from({ length: count }, (_, index) => (from + index) % end);
}
