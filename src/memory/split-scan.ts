import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Region } from "./region.ts";

/** Most workers that share a scan. */
export const SCAN_WORKERS_MAX = 64;

/** Options of {@link SplitScan}. */
export interface SplitScanOptions {
  /** Workers that share it: 1 to {@link SCAN_WORKERS_MAX}. */
  readonly workers: number;
  /** A defect for tests to notice: each part ends one page early. */
  readonly omitLastPage?: boolean;
}

/**
 * A look at all pages of some regions, split into parts of the same number of pages, one for each of
 * several workers. The parts are looked at one after another, always in the same order, and counted
 * apart: the time that the workers would take is that of the part with the most entries.
 *
 * Source: US8533382, the scan of nested page tables split into subtasks for parallel threads.
 */
export class SplitScan {
  /** Entries that each worker looked at in the last scan; zeros before the first. */
  readonly partPages: readonly number[];
  readonly #parts: number[];
  readonly #omitLastPage: boolean;

  /** @throws `StandinRangeError` `SCAN_WORKERS`. */
  constructor({ workers, omitLastPage = false }: SplitScanOptions) {
    if (!Number.isSafeInteger(workers) || workers < 1 || workers > SCAN_WORKERS_MAX) {
      throw new StandinRangeError(
        "SCAN_WORKERS",
        `expected 1 to ${SCAN_WORKERS_MAX} workers that share a scan, got ${workers}`,
      );
    }
    this.#parts = new Array<number>(workers).fill(0);
    this.partPages = this.#parts;
    this.#omitLastPage = omitLastPage;
  }

  /** Entries that all workers together looked at in the last scan. */
  get scannedPages(): number {
    return this.#parts.reduce((sum, pages) => sum + pages, 0);
  }

  /** Entries of the worker that had the most in the last scan. */
  get longestPages(): number {
    return this.#parts.reduce((most, pages) => Math.max(most, pages), 0);
  }

  /**
   * Looks at all pages.
   *
   * @param regions With as many pages as they have now.
   * @param look Looks at a range of pages within one region; returns the entries it looked at.
   */
  scan(regions: readonly Region[], look: (firstPage: number, pageCount: number) => number): void {
    const pages = regions.reduce((sum, { pageCount }) => sum + pageCount, 0);
    const workers = this.#parts.length;
    let from = 0;
    for (let worker = 0; worker < workers; worker += 1) {
      const to = Math.floor((pages * (worker + 1)) / workers);
      const end = this.#omitLastPage ? Math.max(from, to - 1) : to;
      this.#parts[worker] = scanPart(regions, from, end, look);
      from = to;
    }
    assert(from === pages, "the parts together are all pages");
  }
}

/** Looks at the pages numbered `from` to below `to`, counted over all regions. */
function scanPart(
  regions: readonly Region[],
  from: number,
  to: number,
  look: (firstPage: number, pageCount: number) => number,
): number {
  let looked = 0;
  let before = 0;
  for (const { basePage, pageCount } of regions) {
    const first = Math.max(from - before, 0);
    const end = Math.min(to - before, pageCount);
    if (first < end) looked += look(basePage + first, end - first);
    before += pageCount;
  }
  return looked;
}
