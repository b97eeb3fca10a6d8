import { assert } from "../sim/assert.ts";
import type { Backing } from "./backing.ts";
import { expectGrowth, expectPage } from "./bounds.ts";
import { Extent } from "./extent.ts";
import { LinearBacking, type MovableBytes } from "./linear-backing.ts";
import { PAGE_SHIFT } from "./page.ts";
import type { PageSet } from "./page-set.ts";
import type { StoreMarks } from "./store-marks.ts";

/** Options of {@link MarkedBacking}. */
export interface MarkedBackingOptions {
  /** Bytes of the marks, one for each of `maxPages` at least; whole pages. */
  readonly mapBytes: number;
  /** Pages that may be behind the marks. */
  readonly maxPages: number;
}

/**
 * Pages behind their marks in a memory that is somebody else's, such as the linear memory of a
 * WebAssembly program that was rewritten to mark what it stores. The marks are not among the pages.
 */
export class MarkedBacking implements Backing {
  readonly maxPages: number;
  readonly movable = true;
  readonly residentBytes = 0;
  /** Always `undefined`: the owner of the memory writes to it without asking. */
  readonly marks = undefined;
  readonly storeMarks: StoreMarks;
  readonly #linear: LinearBacking;
  readonly #mapPages: number;

  /**
   * @param memory Shared, not copied: its owner goes on using it.
   * @throws `StandinRangeError` `BUFFER_LENGTH` for more pages than `maxPages`.
   */
  constructor(memory: MovableBytes, { mapBytes, maxPages }: MarkedBackingOptions) {
    assert(mapBytes >= maxPages, "there is a mark for each page");
    this.maxPages = maxPages;
    this.#mapPages = mapBytes >>> PAGE_SHIFT;
    this.#linear = LinearBacking.over(memory, { maxPages: this.#mapPages + maxPages });
    assert(this.#linear.pageCount >= this.#mapPages, "the marks are there from the beginning");
    this.storeMarks = new MarkMap(memory, mapBytes);
  }

  get pageCount(): number {
    return this.#linear.pageCount - this.#mapPages;
  }

  peek(page: number): Uint8Array {
    expectPage(page, this.pageCount);
    return this.#linear.peek(this.#mapPages + page);
  }

  touch(page: number): Uint8Array {
    return this.peek(page);
  }

  /** Always true: whether a page was ever written cannot be told. */
  isTouched(_page: number): boolean {
    return true;
  }

  collectTouched(basePage: number, into: PageSet): void {
    into.addRange(basePage, this.pageCount);
  }

  claim(_page: number): void {
    // every page has its bytes already
  }

  extentOf(page: number): Extent {
    assert(page >= 0, "only a page that exists lies anywhere");
    return this.#linear.extentOf(this.#mapPages + page);
  }

  offsetOf(page: number): number {
    return this.#linear.offsetOf(this.#mapPages + page);
  }

  isZero(page: number): boolean {
    assert(page >= 0, "only a page that exists holds anything");
    return this.#linear.isZero(this.#mapPages + page);
  }

  addHashes(basePage: number, sum: Int32Array): number {
    return this.#linear.addHashesFrom(this.#mapPages, basePage, sum);
  }

  grow(pageCount: number): void {
    expectGrowth(this.pageCount, pageCount, this.maxPages);
    this.#linear.grow(this.#mapPages + pageCount);
  }
}

class MarkMap implements StoreMarks {
  collector: object | undefined = undefined;
  readonly #memory: MovableBytes;
  readonly #mapBytes: number;
  #buffer: ArrayBuffer | undefined;
  #map: Extent | undefined;

  constructor(memory: MovableBytes, mapBytes: number) {
    this.#memory = memory;
    this.#mapBytes = mapBytes;
  }

  get map(): Extent {
    const { buffer } = this.#memory;
    if (this.#map === undefined || buffer !== this.#buffer) {
      this.#map = new Extent(buffer, 0, this.#mapBytes);
      this.#buffer = buffer;
    }
    return this.#map;
  }
}
