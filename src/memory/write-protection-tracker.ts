import { assert } from "../sim/assert.ts";
import {
  GuardedPages,
  type GuardedPagesDefects,
  type GuardedPagesOptions,
} from "./guarded-pages.ts";
import type { Memory } from "./memory.ts";
import { PageSet } from "./page-set.ts";
import { type DirtyTracker, NO_WORK, type TrackerWork } from "./tracker.ts";

/** Mistakes of a {@link WriteProtectionTracker}, for tests to notice. */
export interface WriteProtectionDefects extends GuardedPagesDefects {
  /** A fault gives the permission back without a note of the page. */
  readonly permitWithoutNote?: boolean;
}

/** Options of {@link WriteProtectionTracker}. */
export interface WriteProtectionTrackerOptions extends GuardedPagesOptions {
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: WriteProtectionDefects;
}

/**
 * Takes write permission from all pages. The first write to a page faults; the fault is noted in a
 * bitmap and gives the permission back. Collecting goes through the bitmap and protects again what
 * is in it, so it costs little; each first write costs a fault while the machine runs.
 *
 * It needs no dirty flags and follows nothing but its own protection, so several can follow the same
 * pages, beside a tracker of another kind.
 *
 * Source: US11656954 and US11573868, incremental checkpoints of the pages in given ranges; KVM's log
 * of writes on processors without dirty flags in their second-level translation.
 */
export class WriteProtectionTracker implements DirtyTracker {
  readonly name = "write-protection";
  readonly #pages: GuardedPages;
  readonly #permitWithoutNote: boolean;
  readonly #noted = new PageSet();
  #isStarted = false;
  #scannedPages = 0;
  #collectedPages = 0;
  #writeFaults = 0;

  /**
   * @throws `StandinTypeError` `STORES_UNSEEN` for regions whose stores do not fault;
   *   `StandinRangeError` `RANGE_OUT_OF_REGION`, `RANGE_OVERLAP`.
   */
  constructor(memory: Memory, { broken = {}, ...options }: WriteProtectionTrackerOptions = {}) {
    this.#pages = new GuardedPages(this.name, memory, { ...options, ...broken });
    this.#permitWithoutNote = broken.permitWithoutNote === true;
  }

  get work(): TrackerWork {
    return {
      ...NO_WORK,
      scannedPages: this.#scannedPages,
      longestScanPages: this.#scannedPages,
      collectedPages: this.#collectedPages,
      writeFaults: this.#writeFaults,
    };
  }

  get notedPages(): number {
    return this.#noted.size;
  }

  /** @throws As the constructor. */
  start(): void {
    this.#noted.clear();
    this.#pages.start((page) => this.#note(page));
    this.#isStarted = true;
  }

  collect(into: PageSet = new PageSet()): PageSet {
    assert(this.#isStarted, "a tracker collects between start and stop");
    this.#pages.protect(this.#noted);
    this.#scannedPages += this.#pages.bitmapWords;
    this.#collectedPages += this.#noted.size;
    into.union(this.#noted);
    this.#noted.clear();
    assert(this.#noted.size === 0, "what is collected is noted no more");
    return into;
  }

  stop(): void {
    this.#pages.stop();
    this.#isStarted = false;
  }

  #note(page: number): void {
    this.#writeFaults += 1;
    if (!this.#permitWithoutNote) this.#noted.add(page);
    this.#pages.permit(page);
  }
}
