import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Backing } from "./backing.ts";
import { expectGrowth, expectPage, expectPageCount } from "./bounds.ts";
import { EXTENT_BYTES_MAX, Extent } from "./extent.ts";
import { PageKernel } from "./kernel/page-kernel.ts";
import { ADDRESS_PAGES_MAX, PAGE_SHIFT, PAGE_SIZE } from "./page.ts";
import { isZeroAt } from "./page-compare.ts";
import type { PageSet } from "./page-set.ts";

/** Pages of one extent. */
const EXTENT_SHIFT = 18;
const EXTENT_MASK = 262_143;

/** Pages of 4 KiB in one WebAssembly page, the unit in which such a memory grows. */
const GROWTH_PAGES = 16;

/** Most pages of a 32-bit WebAssembly memory. */
const WEBASSEMBLY_PAGES_MAX = 1_048_576;

/** A memory that may move to another buffer when it grows: the shape of a `WebAssembly.Memory`. */
export interface MovableBytes {
  /** The bytes; another object after each growth. */
  readonly buffer: ArrayBuffer;
  /** Adds `delta` WebAssembly pages of 64 KiB; returns the count before. */
  grow(delta: number): number;
}

/** Options of {@link LinearBacking.over}. */
export interface LinearBackingOptions {
  /**
   * Pages that the memory may grow to, which its region reserves. Default: the present size of an
   * `ArrayBuffer`; for a WebAssembly memory, which does not tell its own maximum, 4 GiB.
   */
  readonly maxPages?: number;
}

/**
 * Pages that lie one after another in memory that is somebody else's, such as the linear memory of
 * a WebAssembly guest: nothing is copied, and what its owner writes is in the pages at once.
 *
 * A WebAssembly memory that grows gets a new buffer and leaves the old one detached. The views here
 * are made anew whenever the buffer is another one; asking which costs a few nanoseconds.
 */
export class LinearBacking implements Backing {
  readonly maxPages: number;
  readonly movable: boolean;
  /** Always `undefined`: the owner of the memory writes to it without asking. */
  readonly marks = undefined;
  readonly residentBytes = 0;
  readonly #source: { readonly buffer: ArrayBuffer };
  readonly #growSource: ((delta: number) => number) | undefined;
  #buffer: ArrayBuffer | undefined;
  #extents: Extent[] = [];
  #pageCount = 0;
  /** Made at its first use; `null` where there can be none. */
  #kernel: PageKernel | null | undefined;

  private constructor(source: ArrayBuffer | MovableBytes, maxPages: number | undefined) {
    if ("byteLength" in source) {
      this.#source = { buffer: source };
      this.movable = false;
      this.maxPages = maxPages ?? Math.floor(source.byteLength / PAGE_SIZE);
    } else {
      this.#source = source;
      this.#growSource = (delta) => source.grow(delta);
      this.movable = true;
      this.maxPages = maxPages ?? WEBASSEMBLY_PAGES_MAX;
    }
    expectPageCount(this.maxPages, ADDRESS_PAGES_MAX);
    this.#refresh();
  }

  /**
   * Backs pages by a `WebAssembly.Memory`, which may grow, or by a plain buffer, which may not.
   *
   * @param source Shared, not copied: its owner goes on using it.
   * @throws `StandinRangeError` `BUFFER_LENGTH` if it is not whole pages long or longer than
   *   `maxPages`; `PAGE_COUNT_OUT_OF_RANGE` for a bad `maxPages`.
   */
  static over(
    source: ArrayBuffer | MovableBytes,
    options: LinearBackingOptions = {},
  ): LinearBacking {
    return new LinearBacking(source, options.maxPages);
  }

  get pageCount(): number {
    this.#refresh();
    return this.#pageCount;
  }

  peek(page: number): Uint8Array {
    expectPage(page, this.pageCount);
    const offset = this.offsetOf(page);
    return this.extentOf(page).bytes.subarray(offset, offset + PAGE_SIZE);
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
    this.#refresh();
    assert(page >= 0 && page < this.#pageCount, "only a page that exists lies anywhere");
    return this.#extents[page >>> EXTENT_SHIFT]!;
  }

  offsetOf(page: number): number {
    return (page & EXTENT_MASK) << PAGE_SHIFT;
  }

  isZero(page: number): boolean {
    assert(page >= 0 && page < this.pageCount, "only a page that exists holds anything");
    const kernel = this.#pageKernel();
    if (kernel !== null) return kernel.isZero(page * PAGE_SIZE);
    return isZeroAt(this.extentOf(page), this.offsetOf(page));
  }

  addHashes(basePage: number, sum: Int32Array): number {
    return this.addHashesFrom(0, basePage, sum);
  }

  /** As {@link LinearBacking.addHashes}, of the pages from `first` on. */
  addHashesFrom(first: number, basePage: number, sum: Int32Array): number {
    const count = this.pageCount - first;
    return this.#pageKernel()?.add(first * PAGE_SIZE, basePage, count, sum) ?? 0;
  }

  grow(pageCount: number): void {
    const from = this.pageCount;
    expectGrowth(from, pageCount, this.maxPages);
    const added = pageCount - from;
    if (added === 0) return;
    if (this.#growSource === undefined || added % GROWTH_PAGES !== 0) {
      throw new StandinRangeError(
        "GROWTH_OUT_OF_RANGE",
        this.#growSource === undefined
          ? `expected a buffer of ${from} pages to stay as it is, got a growth to ${pageCount} pages`
          : `expected to grow from ${from} pages by a multiple of ${GROWTH_PAGES}, got ${pageCount} pages`,
      );
    }
    try {
      this.#growSource(added / GROWTH_PAGES);
    } catch {
      // the memory has a maximum of its own, which only it knows
      throw new StandinRangeError(
        "GROWTH_OUT_OF_RANGE",
        `expected to grow to at most the maximum of the WebAssembly memory, got ${pageCount} pages`,
      );
    }
    this.#refresh();
    assert(this.#pageCount === pageCount, "a memory has grown to what was asked for");
  }

  #pageKernel(): PageKernel | null {
    if (this.#kernel === undefined) this.#kernel = PageKernel.over(this.#source) ?? null;
    return this.#kernel;
  }

  #refresh(): void {
    const { buffer } = this.#source;
    if (buffer === this.#buffer) return;
    const { byteLength } = buffer;
    if (byteLength % PAGE_SIZE !== 0 || byteLength > this.maxPages * PAGE_SIZE) {
      throw new StandinRangeError(
        "BUFFER_LENGTH",
        `expected a multiple of ${PAGE_SIZE} bytes and at most ${this.maxPages} pages, got ${byteLength} bytes`,
      );
    }
    this.#extents = [];
    for (let offset = 0; offset < byteLength; offset += EXTENT_BYTES_MAX) {
      const length = Math.min(EXTENT_BYTES_MAX, byteLength - offset);
      this.#extents.push(new Extent(buffer, offset, length));
    }
    assert(buffer !== this.#buffer && this.#pageCount * PAGE_SIZE <= byteLength, "it only grows");
    this.#pageCount = byteLength / PAGE_SIZE;
    this.#buffer = buffer;
  }
}
