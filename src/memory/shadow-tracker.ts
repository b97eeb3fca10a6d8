import { assert } from "../sim/assert.ts";
import type { Memory } from "./memory.ts";
import { isSamePage } from "./page-compare.ts";
import { PageSet } from "./page-set.ts";
import type { Region } from "./region.ts";
import { SparseBacking } from "./sparse-backing.ts";
import { type DirtyTracker, NO_WORK, type TrackerWork } from "./tracker.ts";

/** Options of {@link ShadowTracker}. */
export interface ShadowTrackerOptions {
  /** The regions to follow. Default: all that the memory has at `start`. */
  readonly regions?: readonly Region[];
}

/** A region and what its pages held when last looked at. */
interface Shadowed {
  readonly region: Region;
  /** Takes room only for pages that were not zero. */
  readonly shadow: SparseBacking;
}

/**
 * Compares every page with a copy, and updates the copy. It needs nothing of the guest, so it can
 * follow stores that nobody sees; it costs a look at all memory each time and room for the copy.
 * Its set is exact: a page written without a change, or changed back, is not in it.
 */
export class ShadowTracker implements DirtyTracker {
  readonly name = "shadow";
  readonly #memory: Memory;
  readonly #chosen: readonly Region[] | undefined;
  #shadowed: readonly Shadowed[] | undefined;
  #comparedPages = 0;
  #collectedPages = 0;

  constructor(memory: Memory, { regions }: ShadowTrackerOptions = {}) {
    this.#memory = memory;
    this.#chosen = regions;
  }

  get work(): TrackerWork {
    return {
      ...NO_WORK,
      comparedPages: this.#comparedPages,
      collectedPages: this.#collectedPages,
    };
  }

  /** Bytes of host memory that the copies take. */
  get residentBytes(): number {
    return (this.#shadowed ?? []).reduce((sum, { shadow }) => sum + shadow.residentBytes, 0);
  }

  start(): void {
    const regions = this.#chosen ?? this.#memory.regions;
    this.#shadowed = regions.map((region) => ({
      region,
      shadow: new SparseBacking(region.maxPages),
    }));
    const unchanged = new PageSet();
    for (const shadowed of this.#shadowed) this.#update(shadowed, unchanged);
  }

  collect(into: PageSet = new PageSet()): PageSet {
    assert(this.#shadowed !== undefined, "a tracker collects between start and stop");
    assert(
      this.#chosen !== undefined || this.#shadowed.length === this.#memory.regions.length,
      "no region is added while a tracker follows all of them",
    );
    const before = into.size;
    for (const shadowed of this.#shadowed) this.#update(shadowed, into);
    this.#collectedPages += into.size - before;
    return into;
  }

  copied(page: number): void {
    assert(this.#shadowed !== undefined, "pages are copied between start and stop");
    for (const { region, shadow } of this.#shadowed) {
      if (!region.contains(page)) continue;
      const { backing } = region;
      const index = page - region.basePage;
      // A first copy takes every page, and most are zero: they stay without a copy, so that they take
      // no room, and a later look reads one page instead of two.
      if (!shadow.isTouched(index) && backing.isZero(index)) continue;
      shadow.touch(index).set(backing.peek(index));
    }
  }

  stop(): void {
    this.#shadowed = undefined;
  }

  #update({ region, shadow }: Shadowed, into: PageSet): void {
    const { backing, basePage, pageCount } = region;
    assert(pageCount <= shadow.pageCount, "a copy has room for all that its region grows to");
    for (let page = 0; page < pageCount; page += 1) {
      const isCopied = shadow.isTouched(page);
      if (!isCopied && !backing.isTouched(page)) continue;
      this.#comparedPages += 1;
      // A page without a copy was zero: as all pages are that a region has grown by.
      const isSame = isCopied ? isSamePage(backing, shadow, page) : backing.isZero(page);
      if (isSame) continue;
      shadow.touch(page).set(backing.peek(page));
      into.add(basePage + page);
    }
  }
}
