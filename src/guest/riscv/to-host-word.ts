import type { Memory } from "../../memory/memory.ts";
import { PAGE_MASK, PAGE_SIZE } from "../../memory/page.ts";
import { type AddressRange, type LoadedImage, rangeHolds } from "./loaded-image.ts";

/** Name of the word that a program of the host-target interface (HTIF) reports to. */
const SYMBOL = "tohost";

/** The word in memory by which a test program says how it ended. */
export class ToHostWord {
  /** Physical address, a multiple of 4. */
  readonly address: number;
  readonly #memory: Memory;

  private constructor(memory: Memory, address: number) {
    this.#memory = memory;
    this.address = address;
  }

  /** The word of the first image that has one in RAM. */
  static find(
    images: readonly LoadedImage[],
    memory: Memory,
    ram: AddressRange,
  ): ToHostWord | undefined {
    for (const { symbols } of images) {
      const address = symbols.get(SYMBOL);
      if (address === undefined || address % 4 !== 0) continue;
      if (rangeHolds(ram, { address, sizeBytes: 4 })) return new ToHostWord(memory, address);
    }
    return undefined;
  }

  /** What is in it now, 0 to 2^32 - 1. Looking leaves no mark, as the processor's loads do. */
  read(): number {
    const page = this.#memory.page(Math.floor(this.address / PAGE_SIZE));
    const at = this.address & PAGE_MASK;
    return (page[at]! | (page[at + 1]! << 8) | (page[at + 2]! << 16) | (page[at + 3]! << 24)) >>> 0;
  }
}
