import type { Host } from "../../host/host.ts";
import type { Memory } from "../../memory/memory.ts";
import { PageSet } from "../../memory/page-set.ts";
import type { Process } from "../../sim/process.ts";

/** Pages of a machine that belong to the host that it runs on. */
export interface ProtectedRange {
  readonly firstPage: number;
  readonly pageCount: number;
}

/**
 * Protected memory: pages in which a machine keeps what belongs to its host, such as the state of the host's
 * storage adapter. No checkpoint carries them, and what the stand-by receives is patched with its own, so that
 * it fits its own hardware.
 *
 * Source: US11429466 (the composite list without protected memory; the copied image patched from protected
 * memory to match the hardware state of the secondary's storage adapter).
 */
export class ProtectedMemory {
  readonly pages: PageSet = new PageSet();
  readonly #host: Host;
  readonly #memory: Memory;
  readonly #kept: Map<number, Uint8Array> = new Map();

  /** @throws StandinRangeError `PAGE_OUT_OF_RANGE`, `PAGE_COUNT_OUT_OF_RANGE` for what are no pages. */
  constructor(host: Host, memory: Memory, ranges: readonly ProtectedRange[]) {
    this.#host = host;
    this.#memory = memory;
    for (const { firstPage, pageCount } of ranges) this.pages.addRange(firstPage, pageCount);
  }

  /** Takes them out of what is to be sent. */
  leaveOut(dirty: PageSet): void {
    this.pages.forEach((page) => void dirty.delete(page));
  }

  /** Keeps them as they are, before a checkpoint is applied. */
  keep(): void {
    this.pages.forEach((page) => {
      if (this.#memory.regionAt(page) === undefined) return;
      this.#kept.set(page, this.#memory.page(page).slice());
    });
  }

  /** Puts back what was kept. */
  *patch(): Process {
    for (const [page, bytes] of this.#kept) this.#memory.hostWrite(page, bytes);
    yield* this.#host.compute(this.#kept.size * this.#host.profile.copyPageNs);
  }
}
