import type { Host } from "../../host/host.ts";
import { Extent } from "../../memory/extent.ts";
import type { Memory } from "../../memory/memory.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";
import { Condition } from "../../sim/condition.ts";
import type { Engine } from "../../sim/engine.ts";
import { type Process, sleep } from "../../sim/process.ts";
import type { EncodedPage } from "../encode/encoded-page.ts";
import type { PageApplier } from "../encode/page-applier.ts";

/** Most pages that are committed and not on the disk: 16 MiB. Applying waits when there are more. */
export const FLUSH_PAGES_MAX = 4_096;

/** At rest there is room for so many pages of the checkpoint to come. */
export const REST_ROOM_PAGES = 1_024;

/** What a disk cache works with. */
export interface DiskCacheOptions {
  readonly engine: Engine;
  readonly host: Host;
  /** For messages. */
  readonly machine: string;
  readonly memory: Memory;
}

/**
 * The flush cache of a stand-by machine's disk: pages of committed checkpoints on their way to it, the
 * newest contents of each. The active cache before it are the staged groups, which are merged into it
 * at the commit point; so the disk never sees what is not committed.
 *
 * Source: US11263136 (active checkpoint cache and flush cache, merged at the checkpoint).
 */
export class DiskCache {
  readonly #host: Host;
  readonly #memory: Memory;
  /** A page's bytes are not written to any more: newer contents have others. */
  readonly #pages = new Map<number, Extent>();
  readonly #changed: Condition;
  #writtenCount = 0;

  constructor({ engine, host, machine, memory }: DiskCacheOptions) {
    this.#host = host;
    this.#memory = memory;
    this.#changed = new Condition(engine, `${machine} on ${host.name}: flush cache`);
  }

  /** Pages that are not on the disk, each with its newest contents, to look at. */
  get pages(): ReadonlyMap<number, Extent> {
    return this.#pages;
  }

  /** Pages that may still come before somebody has to wait. */
  get roomPages(): number {
    return FLUSH_PAGES_MAX - this.#pages.size;
  }

  /** Pages written to the disk so far. */
  get writtenCount(): number {
    return this.#writtenCount;
  }

  /** Whether a page belongs to a disk. */
  has(page: number): boolean {
    return this.#memory.regions.some((region) => region.medium === "disk" && region.contains(page));
  }

  /** A page of the disk as it is going to be, to read only and at once. */
  page(page: number): Uint8Array {
    return this.#pages.get(page)?.bytes ?? this.#memory.page(page);
  }

  /** Merges a committed page in; its contents follow from what the page has been so far. */
  merge(encoded: EncodedPage, applier: PageApplier): void {
    assert(this.has(encoded.page), "only pages of a disk go through its cache");
    const made = new Extent(new ArrayBuffer(PAGE_SIZE), 0, PAGE_SIZE);
    applier.decode(encoded, this.page(encoded.page), made.bytes);
    this.#pages.set(encoded.page, made);
    this.#changed.notify();
  }

  /** Waits until so many pages may come. */
  *room(pages: number): Process {
    assert(pages <= FLUSH_PAGES_MAX, "nobody waits for more room than there is");
    if (this.roomPages < pages) yield* this.#changed.until(() => this.roomPages >= pages);
  }

  /** Writes to the disk for ever, at its speed. */
  *run(): Process<never> {
    for (;;) {
      if (this.#pages.size === 0) yield* this.#changed.until(() => this.#pages.size > 0);
      yield* this.#writeOldest();
    }
  }

  /** Writes everything to the disk; {@link DiskCache.run} must have been killed. */
  *flush(): Process {
    while (this.#pages.size > 0) yield* this.#writeOldest();
  }

  *#writeOldest(): Process {
    const [page, extent] = this.#pages.entries().next().value!;
    yield* sleep(this.#host.profile.diskWritePageNs);
    this.#memory.hostWrite(page, extent.bytes);
    this.#writtenCount += 1;
    // Newer contents may have come while these were on their way.
    if (this.#pages.get(page) === extent) this.#pages.delete(page);
    this.#changed.notify();
  }
}
