import { assert } from "../sim/assert.ts";
import { StandinTypeError } from "../sim/errors.ts";
import type { Memory } from "./memory.ts";
import { PageSet } from "./page-set.ts";
import type { Region } from "./region.ts";
import { SplitScan } from "./split-scan.ts";
import { type DirtyTracker, NO_WORK, type TrackerWork } from "./tracker.ts";

/** Options of {@link SlatTracker}. */
export interface SlatTrackerOptions {
  /**
   * Whether collecting invalidates cached translations. Default true. False is a defect for tests to
   * notice: a page whose translation stays cached is written again without its dirty flag being set.
   */
  readonly invalidate?: boolean;
  /** The regions to follow. Default: all that the memory has at `start`. */
  readonly regions?: readonly Region[];
  /** Workers that share the scan of the tables, 1 to 64. Default 1. */
  readonly scanWorkers?: number;
  /** True is a defect for tests to notice: the last page of each worker's part is left out. */
  readonly omitLastPage?: boolean;
}

/**
 * Collects the dirty flags of the SLAT and of all composed translations, clears them and invalidates
 * cached translations, as one step.
 *
 * Source: US10216598, tracking through the dirty bits of the second-level address translation, and of
 * the guests of a guest; US8533382, the scan split into parts that parallel workers collect.
 */
export class SlatTracker implements DirtyTracker {
  readonly name = "slat";
  readonly #memory: Memory;
  readonly #invalidate: boolean;
  readonly #chosen: readonly Region[] | undefined;
  #regions: readonly Region[] | undefined;
  readonly #scan: SplitScan;
  #scannedPages = 0;
  #longestScanPages = 0;
  #collectedPages = 0;

  /**
   * @throws `StandinTypeError` `STORES_UNSEEN` for regions whose stores pass the SLAT by;
   *   `StandinRangeError` `SCAN_WORKERS`.
   */
  constructor(memory: Memory, options: SlatTrackerOptions = {}) {
    const { invalidate = true, regions, scanWorkers = 1, omitLastPage = false } = options;
    this.#memory = memory;
    this.#invalidate = invalidate;
    this.#chosen = regions;
    this.#scan = new SplitScan({ workers: scanWorkers, omitLastPage });
    expectSeen(regions ?? memory.regions);
  }

  get work(): TrackerWork {
    return {
      ...NO_WORK,
      scannedPages: this.#scannedPages,
      longestScanPages: this.#longestScanPages,
      collectedPages: this.#collectedPages,
    };
  }

  /** Entries that each worker looked at when pages were last collected; zeros before. */
  get scanParts(): readonly number[] {
    return this.#scan.partPages;
  }

  /** @throws `StandinTypeError` `STORES_UNSEEN`. */
  start(): void {
    this.#regions = this.#chosen ?? [...this.#memory.regions];
    expectSeen(this.#regions);
    this.#memory.slat.dirtyCollector = this;
    this.#take(new PageSet(), this.#regions);
    this.#memory.tlb.invalidate();
  }

  collect(into: PageSet = new PageSet()): PageSet {
    const regions = this.#regions;
    assert(regions !== undefined, "a tracker collects between start and stop");
    const { slat, tlb } = this.#memory;
    assert(slat.dirtyCollector === this, "one tracker at a time collects the dirty flags");
    assert(
      this.#chosen !== undefined || regions.length === this.#memory.regions.length,
      "no region is added while a tracker follows all of them",
    );
    const before = into.size;
    this.#take(into, regions);
    assert(into.size >= before, "collecting takes no page out of the set");
    this.#collectedPages += into.size - before;
    if (this.#invalidate) tlb.invalidate();
    return into;
  }

  stop(): void {
    this.#regions = undefined;
  }

  #take(into: PageSet, regions: readonly Region[]): void {
    const { slat, composed } = this.#memory;
    this.#scan.scan(
      regions,
      (firstPage, pageCount) =>
        slat.collectDirty(into, firstPage, pageCount) +
        composed.collect(into, firstPage, pageCount),
    );
    this.#scannedPages += this.#scan.scannedPages;
    this.#longestScanPages += this.#scan.longestPages;
  }
}

function expectSeen(regions: readonly Region[]): void {
  const unseen = regions.find(({ stores }) => stores === "unseen");
  if (unseen === undefined) return;
  throw new StandinTypeError(
    "STORES_UNSEEN",
    `expected regions whose stores set dirty flags, got "${unseen.name}" whose stores are unseen: follow it by comparison`,
  );
}
