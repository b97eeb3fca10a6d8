import { assert } from "../sim/assert.ts";
import { StandinTypeError } from "../sim/errors.ts";
import type { Memory } from "./memory.ts";
import { PageSet } from "./page-set.ts";
import type { Region } from "./region.ts";
import type { DirtyTracker, TrackerWork } from "./tracker.ts";

/** Options of {@link SlatTracker}. */
export interface SlatTrackerOptions {
  /**
   * Whether collecting invalidates cached translations. Default true. False is a defect for tests to
   * notice: a page whose translation stays cached is written again without its dirty flag being set.
   */
  readonly invalidate?: boolean;
  /** The regions to follow. Default: all that the memory has at `start`. */
  readonly regions?: readonly Region[];
}

/**
 * Collects the dirty flags of the SLAT, clears them and invalidates cached translations, as one step.
 *
 * Source: US10216598, tracking through the dirty bits of the second-level address translation.
 */
export class SlatTracker implements DirtyTracker {
  readonly name = "slat";
  readonly #memory: Memory;
  readonly #invalidate: boolean;
  readonly #chosen: readonly Region[] | undefined;
  #regions: readonly Region[] | undefined;
  #scannedPages = 0;
  #collectedPages = 0;

  /** @throws `StandinTypeError` `STORES_UNSEEN` for regions whose stores pass the SLAT by. */
  constructor(memory: Memory, { invalidate = true, regions }: SlatTrackerOptions = {}) {
    this.#memory = memory;
    this.#invalidate = invalidate;
    this.#chosen = regions;
    expectSeen(regions ?? memory.regions);
  }

  get work(): TrackerWork {
    return {
      scannedPages: this.#scannedPages,
      comparedPages: 0,
      collectedPages: this.#collectedPages,
    };
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
    for (const { basePage, pageCount } of regions) {
      this.#scannedPages += this.#memory.slat.collectDirty(into, basePage, pageCount);
    }
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
