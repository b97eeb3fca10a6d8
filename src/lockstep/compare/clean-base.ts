import type { Host } from "../../host/host.ts";
import type { Memory } from "../../memory/memory.ts";
import { PageSet } from "../../memory/page-set.ts";
import type { Process } from "../../sim/process.ts";

/** Pages copied at a time before they are paid for. */
const PAGES_AT_A_TIME = 256;

/**
 * A second copy of all memory at the stand-by, as the last checkpoint left it. With it the stand-by undoes
 * what its own machine has written, and the primary need not be told of it; it costs the memory twice.
 *
 * Source: COLO, "secondary's RAM cache" (QEMU, docs/COLO-FT.txt).
 */
export class CleanBase {
  readonly #host: Host;
  readonly #memory: Memory;
  /** Pages that are not here are zero. */
  readonly #pages: Map<number, Uint8Array> = new Map();

  constructor(host: Host, memory: Memory) {
    this.#host = host;
    this.#memory = memory;
  }

  /** Bytes that it holds. */
  get residentBytes(): number {
    return [...this.#pages.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Undoes what was written to pages; takes each of them out of the set when it is done. */
  *restore(pages: PageSet): Process {
    for (;;) {
      const some = pages.toArray().slice(0, PAGES_AT_A_TIME);
      if (some.length === 0) return;
      for (const page of some) {
        const bytes = this.#pages.get(page);
        if (bytes === undefined) this.#memory.zeroPage(page);
        else this.#memory.hostWrite(page, bytes);
        pages.delete(page);
      }
      yield* this.#host.compute(some.length * this.#host.profile.copyPageNs);
    }
  }

  /** Takes all of memory, which is as a checkpoint left it. */
  *takeAll(): Process {
    const touched = new PageSet();
    this.#memory.collectTouched(touched);
    yield* this.take(touched.toArray());
  }

  /** Takes pages that a checkpoint has changed. */
  *take(pages: readonly number[]): Process {
    for (const page of pages) this.#pages.set(page, this.#memory.page(page).slice());
    yield* this.#host.compute(pages.length * this.#host.profile.copyPageNs);
  }
}
