import { type Extent, ZERO_EXTENT } from "../../memory/extent.ts";
import type { Memory } from "../../memory/memory.ts";
import { MemoryDigest } from "../../memory/memory-digest.ts";
import type { PageSet } from "../../memory/page-set.ts";

/** A digest of what two machines share: all of memory but the pages that are each host's own. */
export class SharedDigest extends MemoryDigest {
  readonly #own: PageSet;

  /** @param own Pages that count as zero. */
  constructor(memory: Memory, own: PageSet) {
    super(memory);
    this.#own = own;
  }

  override digest(instead?: ReadonlyMap<number, Extent>): string {
    if (this.#own.size === 0) return super.digest(instead);
    const shared = new Map(instead);
    this.#own.forEach((page) => void shared.set(page, ZERO_EXTENT));
    return super.digest(shared);
  }
}
