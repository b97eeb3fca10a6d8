import type { Hart } from "../../../src/guest/riscv/hart.ts";
import { BASE, TestMachine, type TestMachineOptions } from "./test-machine.ts";

/** The hypervisor's root table; of its four pages only the first is used. */
export const ROOT: number = BASE + 0xc000;

/** The table below it, for the first 4 MiB of inner addresses. */
export const LEAF: number = BASE + 0xd000;

/** Where traps go. */
export const HANDLER: number = BASE + 0xe000;

/** Pages that tables and the handler leave: those before {@link ROOT}. */
export const FREE_PAGES = 12;

/** Bits of a table entry. */
export const PTE = { V: 1, R: 2, W: 4, X: 8, U: 0x10, A: 0x40, D: 0x80 } as const;

/** All permissions, accessed and dirty. */
export const ALL = 0xdf;

/** Sv32x4 with the root table of the rig. */
export const HGATP: number = 0x8000_0000 | (ROOT >>> 12) | 0;

/** A table entry that leads to a machine address. */
export function entry(address: number, flags: number): number {
  return (((address >>> 12) << 10) | flags) >>> 0;
}

/** Harts whose memory holds the tables of an inner machine. */
export class InnerRig extends TestMachine {
  constructor(options: TestMachineOptions = {}) {
    super(options);
    this.memory.dmaWrite(ROOT, bytes(entry(LEAF, PTE.V)));
    for (const hart of this.harts) hart.mtvec = HANDLER | 0;
  }

  /** Writes a table entry for an inner page, as a device does: where it leads by its place in memory. */
  map(innerPage: number, page: number, flags: number = ALL): this {
    this.memory.dmaWrite(LEAF + 4 * innerPage, bytes(entry(BASE + 4096 * page, flags)));
    return this;
  }

  /** Takes the table entry of an inner page away, as a device does. */
  unmap(innerPage: number): this {
    this.memory.dmaWrite(LEAF + 4 * innerPage, bytes(0));
    return this;
  }

  /** Lets a hart run the inner machine from an inner address. */
  enter(pc: number, hart: Hart = this.hart): this {
    hart.privilege = 0;
    hart.virtual = true;
    hart.hgatp = HGATP;
    hart.pc = pc;
    return this;
  }

  /** Puts instructions to the beginning of a page of memory and runs them as the inner page 0. */
  inner(words: readonly number[], page = 0): this {
    return this.program(words, BASE + 4096 * page)
      .map(0, page)
      .enter(0);
  }
}

function bytes(word: number): Uint8Array {
  return new Uint8Array(new Uint32Array([word]).buffer);
}
