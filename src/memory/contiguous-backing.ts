import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Backing, WriteMarks } from "./backing.ts";
import { expectGrowth, expectPage, expectPageCount } from "./bounds.ts";
import { EXTENT_BYTES_MAX, Extent } from "./extent.ts";
import { ADDRESS_PAGES_MAX, PAGE_SHIFT, PAGE_SIZE } from "./page.ts";
import { isZeroAt } from "./page-compare.ts";
import type { PageSet } from "./page-set.ts";

/** Pages of one extent. */
const EXTENT_SHIFT = 18;
const EXTENT_MASK = 262_143;

/**
 * Pages that lie one after another in one buffer, which never moves and does not grow: a processor
 * can look at all of its memory as one typed array.
 *
 * The buffer is reserved at once, and the operating system finds room for a page when it is first
 * written. `Memory` alone writes to it, or whoever keeps the rules of a `DirectTlb`.
 */
export class ContiguousBacking implements Backing {
  readonly movable = false;
  readonly pageCount: number;
  readonly maxPages: number;
  readonly marks: WriteMarks;
  /** All pages. Whoever writes to it has passed a walk of the page's `DirectTlb`. */
  readonly buffer: ArrayBuffer;
  readonly #extents: Extent[] = [];
  /** For each page the generation in which it was last handed out to be written, plus 1; or 0. */
  readonly #generations: Int32Array;
  /** The touched pages in the order of their first write. */
  readonly #touched: number[] = [];
  #generation = 0;

  /**
   * @param pageCount Pages, all zero.
   * @throws `StandinRangeError` `PAGE_COUNT_OUT_OF_RANGE`; `BUFFER_LENGTH` for more than the engine
   *   or the machine has room for.
   */
  constructor(pageCount: number) {
    expectPageCount(pageCount, ADDRESS_PAGES_MAX);
    this.pageCount = pageCount;
    this.maxPages = pageCount;
    this.buffer = reserve(pageCount);
    this.#generations = new Int32Array(pageCount);
    const { byteLength } = this.buffer;
    for (let offset = 0; offset < byteLength; offset += EXTENT_BYTES_MAX) {
      const length = Math.min(EXTENT_BYTES_MAX, byteLength - offset);
      this.#extents.push(new Extent(this.buffer, offset, length));
    }
    this.marks = {
      advance: () => this.#advance(),
      collectSince: (generation, basePage, into) => this.#collect(generation, basePage, into),
    };
  }

  /** Bytes of the pages touched, and of the notes about them. */
  get residentBytes(): number {
    return this.#touched.length * (PAGE_SIZE + 8);
  }

  peek(page: number): Uint8Array {
    expectPage(page, this.pageCount);
    const offset = this.offsetOf(page);
    return this.extentOf(page).bytes.subarray(offset, offset + PAGE_SIZE);
  }

  touch(page: number): Uint8Array {
    expectPage(page, this.pageCount);
    this.claim(page);
    return this.peek(page);
  }

  isTouched(page: number): boolean {
    return this.#generations[page]! > 0;
  }

  collectTouched(basePage: number, into: PageSet): void {
    this.#collect(0, basePage, into);
  }

  claim(page: number): void {
    assert(page >= 0 && page < this.pageCount, "only a page that exists is written");
    if (!this.isTouched(page)) this.#touched.push(page);
    this.#generations[page] = this.#generation + 1;
  }

  extentOf(page: number): Extent {
    assert(page >= 0 && page < this.pageCount, "only a page that exists lies anywhere");
    return this.#extents[page >>> EXTENT_SHIFT]!;
  }

  offsetOf(page: number): number {
    return (page & EXTENT_MASK) << PAGE_SHIFT;
  }

  isZero(page: number): boolean {
    return !this.isTouched(page) || isZeroAt(this.extentOf(page), this.offsetOf(page));
  }

  /** Only to its present size. */
  grow(pageCount: number): void {
    expectGrowth(this.pageCount, pageCount, this.maxPages);
  }

  #advance(): number {
    this.#generation += 1;
    assert(this.#generation < 0x7fff_fffe, "generations fit their 32 bits");
    return this.#generation;
  }

  #collect(generation: number, basePage: number, into: PageSet): void {
    assert(generation <= this.#generation, "a generation is asked for that has begun");
    for (const page of this.#touched) {
      if (this.#generations[page]! > generation) into.add(basePage + page);
    }
  }
}

function reserve(pageCount: number): ArrayBuffer {
  try {
    return new ArrayBuffer(pageCount * PAGE_SIZE);
  } catch {
    throw new StandinRangeError(
      "BUFFER_LENGTH",
      `expected a size that can be reserved at once, got ${pageCount} pages`,
    );
  }
}
