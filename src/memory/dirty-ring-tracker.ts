import { assert } from "../sim/assert.ts";
import { DirtyRing, type DirtyRingOptions } from "./dirty-ring.ts";
import {
  GuardedPages,
  type GuardedPagesDefects,
  type GuardedPagesOptions,
} from "./guarded-pages.ts";
import type { Memory } from "./memory.ts";
import { PageSet } from "./page-set.ts";
import { type DirtyTracker, NO_WORK, type TrackerWork } from "./tracker.ts";

/** Mistakes of a {@link DirtyRingTracker}, for tests to notice. */
export interface DirtyRingDefects extends GuardedPagesDefects {
  /** A page for which the ring has no room is written without an entry. */
  readonly ignoreOverflow?: boolean;
}

/** Options of {@link DirtyRingTracker}. */
export interface DirtyRingTrackerOptions extends DirtyRingOptions, GuardedPagesOptions {
  /**
   * Told when the ring reaches its watermark, once until the next harvest; asks for the machine to
   * stop. It is called within a write that has not taken place, so it neither harvests nor collects.
   */
  readonly onFull?: () => void;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: DirtyRingDefects;
}

/**
 * Protects all pages; the first write to each puts an entry into a bounded ring, the slot (number of
 * the region in its memory) and the page's offset in it. Collecting takes the entries out and
 * protects their pages again: it costs time for what was written, however large the memory is.
 *
 * From the watermark on `isFull` says that the machine has to stop until the ring is harvested. A
 * write that finds no room at all all the same, in a machine that stops only between its steps,
 * waits until the entries are moved aside. Their pages are protected again with the next harvest and
 * not at once: of a store across two pages the first would then be written without a note.
 *
 * Source: KVM's ring-based dirty memory tracking, made by Stratus for checkpoints of machines that
 * are paused after a set number of dirty pages; its reserved entries and full exit.
 */
export class DirtyRingTracker implements DirtyTracker {
  readonly name = "dirty-ring";
  readonly #memory: Memory;
  readonly #ring: DirtyRing;
  readonly #pages: GuardedPages;
  readonly #ignoreOverflow: boolean;
  readonly #onFull: (() => void) | undefined;
  /** Out of the ring and not protected yet. */
  readonly #open = new PageSet();
  /** Harvested and not collected. */
  readonly #harvested = new PageSet();
  #isStarted = false;
  #harvestedEntries = 0;
  #collectedPages = 0;
  #writeFaults = 0;
  #ringStops = 0;

  /**
   * @throws `StandinTypeError` `STORES_UNSEEN` for regions whose stores do not fault;
   *   `StandinRangeError` `RING_ENTRIES`, `RING_WATERMARK`, `RANGE_OUT_OF_REGION`, `RANGE_OVERLAP`.
   */
  constructor(memory: Memory, options: DirtyRingTrackerOptions = {}) {
    const { broken = {}, onFull, entries, watermark, ...guarded } = options;
    this.#memory = memory;
    this.#ring = new DirtyRing({
      ...(entries !== undefined && { entries }),
      ...(watermark !== undefined && { watermark }),
    });
    this.#pages = new GuardedPages(this.name, memory, { ...guarded, ...broken });
    this.#ignoreOverflow = broken.ignoreOverflow === true;
    this.#onFull = onFull;
  }

  get work(): TrackerWork {
    return {
      ...NO_WORK,
      scannedPages: this.#harvestedEntries,
      longestScanPages: this.#harvestedEntries,
      collectedPages: this.#collectedPages,
      writeFaults: this.#writeFaults,
      ringStops: this.#ringStops,
    };
  }

  /** Entries in the ring now. */
  get usedEntries(): number {
    return this.#ring.used;
  }

  get notedPages(): number {
    return this.#ring.used + this.#open.size + this.#harvested.size;
  }

  get isFull(): boolean {
    return this.#ring.isFull || this.#open.size > 0;
  }

  /** @throws As the constructor. */
  start(): void {
    this.#ring.drain(() => {});
    this.#open.clear();
    this.#harvested.clear();
    this.#pages.start((page) => this.#note(page));
    this.#isStarted = true;
  }

  harvest(): void {
    assert(this.#isStarted, "a tracker collects between start and stop");
    this.#drain();
    this.#pages.protect(this.#open);
    this.#collectedPages += this.#open.size;
    this.#harvested.union(this.#open);
    this.#open.clear();
    assert(!this.isFull, "a ring that was harvested has room");
  }

  collect(into: PageSet = new PageSet()): PageSet {
    this.harvest();
    into.union(this.#harvested);
    this.#harvested.clear();
    return into;
  }

  stop(): void {
    this.#pages.stop();
    this.#isStarted = false;
  }

  #note(page: number): void {
    this.#writeFaults += 1;
    if (this.#ring.isExhausted && !this.#ignoreOverflow) {
      this.#drain();
      this.#ringStops += 1;
    }
    if (!this.#ring.isExhausted) this.#push(page);
    this.#pages.permit(page);
  }

  #push(page: number): void {
    const { regions } = this.#memory;
    const region = this.#memory.regionAt(page);
    assert(region !== undefined, "a page that is written exists");
    const wasFull = this.isFull;
    this.#ring.push(regions.indexOf(region), page - region.basePage);
    if (this.isFull && !wasFull) this.#onFull?.();
  }

  /** Makes room in the ring; the pages stay open. */
  #drain(): void {
    const { regions } = this.#memory;
    this.#harvestedEntries += this.#ring.drain((slot, offset) => {
      this.#open.add(regions[slot]!.basePage + offset);
    });
  }
}
