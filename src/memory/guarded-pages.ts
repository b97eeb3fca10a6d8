import { assert } from "../sim/assert.ts";
import { StandinRangeError, StandinTypeError } from "../sim/errors.ts";
import type { Memory } from "./memory.ts";
import type { PageRange } from "./page-range.ts";
import type { PageSet } from "./page-set.ts";
import type { Region } from "./region.ts";
import type { WriteFaultHandler } from "./translator.ts";
import type { WriteGuard } from "./write-guard.ts";

/** Which pages a tracker protects, and how. */
export interface GuardedPagesOptions {
  /** The regions to follow. Default: all that the memory has at `start`. */
  readonly regions?: readonly Region[];
  /**
   * Parts of them to follow, such as those that a process has mapped; each lies within the room of
   * one region, and no two have a page in common. Default: all of each region.
   */
  readonly ranges?: readonly PageRange[];
  /**
   * Whether protecting pages again invalidates cached translations. Default true. False is a defect
   * for tests to notice.
   */
  readonly invalidate?: boolean;
}

/** Mistakes in protecting pages, for tests to notice. */
export interface GuardedPagesDefects {
  /** The last page of each range is not protected. */
  readonly omitLastPage?: boolean;
  /** Pages that were collected keep their write permission. */
  readonly keepPermission?: boolean;
}

/** The pages that a tracker has protected so that the first write to each faults. */
export class GuardedPages {
  readonly #tracker: string;
  readonly #memory: Memory;
  readonly #options: GuardedPagesOptions & GuardedPagesDefects;
  #guard: WriteGuard | undefined;
  /** All of them, with the room into which regions may grow. */
  #ranges: readonly PageRange[] = [];
  #regionCount = 0;

  /**
   * @param tracker Whose they are, for errors.
   * @throws `StandinTypeError` `STORES_UNSEEN` for regions whose stores do not fault;
   *   `StandinRangeError` `RANGE_OUT_OF_REGION`, `RANGE_OVERLAP`.
   */
  constructor(tracker: string, memory: Memory, options: GuardedPagesOptions & GuardedPagesDefects) {
    this.#tracker = tracker;
    this.#memory = memory;
    this.#options = options;
    this.#place();
  }

  /** Entries of 64 bits in a bitmap of them all. */
  get bitmapWords(): number {
    return this.#ranges.reduce((sum, { pageCount }) => sum + Math.ceil(pageCount / 64), 0);
  }

  /**
   * Protects all pages.
   *
   * @param onFault Asked before the first write to each, and after each `protect` again.
   * @throws As the constructor.
   */
  start(onFault: WriteFaultHandler): void {
    this.stop();
    this.#ranges = this.#place();
    this.#regionCount = this.#memory.regions.length;
    this.#guard = this.#memory.guardWrites(onFault);
    const omitted = this.#options.omitLastPage === true ? 1 : 0;
    for (const { firstPage, pageCount } of this.#ranges) {
      this.#guard.forbid(firstPage, Math.max(pageCount - omitted, 0));
    }
  }

  /** Lets a page be written from now on. */
  permit(page: number): void {
    this.#guard?.permit(page, 1);
  }

  /** Protects pages again; their cached translations go in the same step. */
  protect(pages: PageSet): void {
    assert(this.#guard !== undefined, "a tracker collects between start and stop");
    const { regions, ranges, invalidate, keepPermission } = this.#options;
    assert(
      (regions ?? ranges) !== undefined || this.#regionCount === this.#memory.regions.length,
      "no region is added while a tracker follows all of them",
    );
    if (pages.size === 0 || keepPermission === true) return;
    this.#guard.forbidPages(pages, invalidate);
  }

  /** Lets all pages be written. */
  stop(): void {
    this.#guard?.release();
    this.#guard = undefined;
  }

  #place(): readonly PageRange[] {
    const { regions = [...this.#memory.regions], ranges } = this.#options;
    const whole = regions.map(({ basePage, maxPages }) => ({
      firstPage: basePage,
      pageCount: maxPages,
    }));
    const used = ranges === undefined ? regions : regionsOf(regions, ranges);
    const unseen = used.find(({ stores }) => stores === "unseen");
    if (unseen === undefined) return ranges ?? whole;
    throw new StandinTypeError(
      "STORES_UNSEEN",
      `expected regions whose stores can fault, got tracker "${this.#tracker}" for region "${unseen.name}" whose stores are unseen`,
    );
  }
}

/** The regions in which ranges lie. */
function regionsOf(regions: readonly Region[], ranges: readonly PageRange[]): readonly Region[] {
  const sorted = [...ranges].sort((one, other) => one.firstPage - other.firstPage);
  let end = 0;
  return sorted.map(({ firstPage, pageCount }) => {
    const shown = `${pageCount} pages from page ${firstPage} on`;
    const region = regions.find(
      ({ basePage, maxPages }) =>
        firstPage >= basePage && pageCount >= 0 && firstPage + pageCount <= basePage + maxPages,
    );
    if (region === undefined) {
      throw new StandinRangeError(
        "RANGE_OUT_OF_REGION",
        `expected a range within one region that is followed, got ${shown}`,
      );
    }
    if (firstPage < end) {
      throw new StandinRangeError(
        "RANGE_OVERLAP",
        `expected ranges without a page in common, got ${shown} after one that ends with page ${end - 1}`,
      );
    }
    end = firstPage + pageCount;
    return region;
  });
}
