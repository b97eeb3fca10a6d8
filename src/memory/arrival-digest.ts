import type { Memory } from "./memory.ts";
import { isZeroAt } from "./page-compare.ts";
import { hashPage } from "./page-hash.ts";

/**
 * A digest of pages as they come into a memory one by one, which is written to meanwhile: equal to that of a
 * `MemoryDigest` of the memory that they come from, when all have come that are not zero. For checks only.
 */
export class ArrivalDigest {
  readonly #memory: Memory;
  readonly #sum = new Int32Array(2);
  readonly #hash = new Int32Array(2);

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Takes a page in as the memory holds it now. */
  add(page: number): void {
    const region = this.#memory.regionAt(page);
    if (region === undefined) return;
    const { backing, basePage } = region;
    const extent = backing.extentOf(page - basePage);
    const offset = backing.offsetOf(page - basePage);
    if (isZeroAt(extent, offset)) return;
    hashPage(extent.words, offset >>> 2, page, this.#hash);
    this.#sum[0]! += this.#hash[0]!;
    this.#sum[1]! += this.#hash[1]!;
  }

  /** The digest of all pages so far: 16 hexadecimal digits. */
  digest(): string {
    return hex(this.#sum[1]!) + hex(this.#sum[0]!);
  }
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, "0");
}
