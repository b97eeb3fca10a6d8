import type { Extent } from "./extent.ts";
import type { PageSet } from "./page-set.ts";
import type { StoreMarks } from "./store-marks.ts";

/**
 * Where the bytes of a region's pages are. Pages are numbered from 0 within the backing.
 *
 * A backing belongs to the memory whose region it backs: from then on only that memory calls
 * `touch`, `claim` and `grow`.
 */
export interface Backing {
  /** Pages that exist now. */
  readonly pageCount: number;
  /** Pages that it may grow to. */
  readonly maxPages: number;
  /** Bytes of host memory that the backing holds for itself; memory that it was given counts none. */
  readonly residentBytes: number;
  /**
   * True if the bytes may move to another buffer at any time, as those of a WebAssembly memory do
   * when its guest grows it: translations to such a backing are never cached.
   */
  readonly movable: boolean;
  /** Write marks, or `undefined` where writes may pass the backing by. */
  readonly marks: WriteMarks | undefined;
  /** Marks of the stores that pass the memory by, for a tracker; absent where nobody sets any. */
  readonly storeMarks?: StoreMarks;

  /**
   * The page's bytes, to read only and at once: a view that is stale after the backing has grown or
   * the page has been written for the first time.
   *
   * @throws `StandinRangeError` `PAGE_OUT_OF_RANGE`.
   */
  peek(page: number): Uint8Array;

  /**
   * The page's bytes to write, in place and at once; a page untouched so far gets memory of its own.
   *
   * @throws `StandinRangeError` `PAGE_OUT_OF_RANGE`.
   */
  touch(page: number): Uint8Array;

  /** Whether the page has bytes of its own; an untouched page is all zero. */
  isTouched(page: number): boolean;

  /** Adds `basePage + page` to `into` for each touched page. */
  collectTouched(basePage: number, into: PageSet): void;

  /** As `touch`, without making a view: the page is about to be written. The page must exist. */
  claim(page: number): void;

  /** The extent in which the page lies now. The page must exist. */
  extentOf(page: number): Extent;

  /** Where in its extent the page begins, in bytes. The page must exist. */
  offsetOf(page: number): number;

  /** Whether the page holds only zeros. The page must exist. */
  isZero(page: number): boolean;

  /**
   * Adds the hashes of pages from the first one on to a sum of two halves, as `hashPage` one by one would;
   * pages of zeros count nothing. Absent where nothing is faster than that.
   *
   * @param basePage The number that the first page goes by.
   * @returns How many were added; the rest is left to be hashed one by one.
   */
  addHashes?(basePage: number, sum: Int32Array): number;

  /**
   * Adds zero pages at the end, up to `pageCount` in all.
   *
   * @throws `StandinRangeError` `GROWTH_OUT_OF_RANGE` if `pageCount` is below the present count,
   *   above `maxPages`, or not a multiple of what the backing can grow by.
   */
  grow(pageCount: number): void;
}

/**
 * Notes of when each page was last handed out to be written, independent of every dirty tracker:
 * what a checker needs to look again only at what may have changed. Several checkers can use one,
 * each with a generation of its own.
 */
export interface WriteMarks {
  /** Begins a new generation and returns its number: what is written from now on carries it. */
  advance(): number;
  /** Adds `basePage + page` to `into` for each page written in `generation` or later. */
  collectSince(generation: number, basePage: number, into: PageSet): void;
}
