import { assert } from "../sim/assert.ts";
import type { Backing, WriteMarks } from "./backing.ts";
import { expectGrowth, expectPage, expectPageCount } from "./bounds.ts";
import { Extent, ZERO_EXTENT } from "./extent.ts";
import { LeafTable } from "./leaf-table.ts";
import { ADDRESS_PAGES_MAX, PAGE_SHIFT, PAGE_SIZE } from "./page.ts";
import { isZeroAt } from "./page-compare.ts";
import type { PageSet } from "./page-set.ts";

/** Frames of one slab, the unit in which host memory is taken: 64 KiB. */
const SLAB_FRAMES = 16;
const SLAB_SHIFT = 4;
const SLAB_MASK = 15;

/** Pages of one leaf of the table from pages to frames. */
const LEAF_SHIFT = 6;
const LEAF_PAGES = 64;
const LEAF_MASK = 63;

/** Room for pages, taken as pages are written for the first time. */
interface Slab {
  readonly extent: Extent;
  /** For each frame the page that is in it. */
  readonly pages: Int32Array;
  /** For each frame the generation in which it was last handed out to be written. */
  readonly generations: Int32Array;
}

/**
 * Memory that takes room only for pages that have been written: an untouched page costs nothing,
 * wherever it lies, and a touched one little more than its 4 KiB.
 *
 * Pages are put into slabs of 16 in the order of their first write, so 64 touched pages take 4
 * slabs however far apart they are. Nobody else holds the slabs: each write passes `claim`.
 */
export class SparseBacking implements Backing {
  readonly movable = false;
  readonly maxPages: number;
  readonly marks: WriteMarks;
  readonly #slabs: Slab[] = [];
  /** For each page its frame plus 1, or 0. */
  readonly #frames = new LeafTable({ leafShift: LEAF_SHIFT, leafWords: LEAF_PAGES });
  #pageCount: number;
  #frameCount = 0;
  #generation = 0;

  /**
   * @param pageCount Pages to begin with, all zero.
   * @param maxPages Pages that it may grow to; by default it does not grow.
   * @throws `StandinRangeError` `PAGE_COUNT_OUT_OF_RANGE`.
   */
  constructor(pageCount: number, maxPages: number = pageCount) {
    expectPageCount(maxPages, ADDRESS_PAGES_MAX);
    expectPageCount(pageCount, maxPages);
    this.#pageCount = pageCount;
    this.maxPages = maxPages;
    this.marks = {
      advance: () => this.#advance(),
      collectSince: (generation, basePage, into) => this.#collect(generation, basePage, into),
    };
  }

  get pageCount(): number {
    return this.#pageCount;
  }

  get residentBytes(): number {
    return this.#slabs.length * SLAB_FRAMES * (PAGE_SIZE + 8) + this.#frames.residentBytes;
  }

  peek(page: number): Uint8Array {
    expectPage(page, this.#pageCount);
    const offset = this.offsetOf(page);
    return this.extentOf(page).bytes.subarray(offset, offset + PAGE_SIZE);
  }

  touch(page: number): Uint8Array {
    expectPage(page, this.#pageCount);
    this.claim(page);
    return this.peek(page);
  }

  isTouched(page: number): boolean {
    return this.#frameOf(page) >= 0;
  }

  collectTouched(basePage: number, into: PageSet): void {
    this.#collect(0, basePage, into);
  }

  claim(page: number): void {
    assert(page >= 0 && page < this.#pageCount, "only a page that exists is written");
    let frame = this.#frameOf(page);
    if (frame < 0) frame = this.#allocate(page);
    this.#slabs[frame >>> SLAB_SHIFT]!.generations[frame & SLAB_MASK] = this.#generation;
  }

  extentOf(page: number): Extent {
    const frame = this.#frameOf(page);
    return frame < 0 ? ZERO_EXTENT : this.#slabs[frame >>> SLAB_SHIFT]!.extent;
  }

  offsetOf(page: number): number {
    const frame = this.#frameOf(page);
    return frame < 0 ? 0 : (frame & SLAB_MASK) << PAGE_SHIFT;
  }

  isZero(page: number): boolean {
    const frame = this.#frameOf(page);
    if (frame < 0) return true;
    return isZeroAt(this.#slabs[frame >>> SLAB_SHIFT]!.extent, (frame & SLAB_MASK) << PAGE_SHIFT);
  }

  grow(pageCount: number): void {
    expectGrowth(this.#pageCount, pageCount, this.maxPages);
    this.#pageCount = pageCount;
    assert(this.#frameCount <= pageCount, "growing takes no frame away");
  }

  #frameOf(page: number): number {
    const leaf = this.#frames.find(page);
    return leaf < 0 ? -1 : this.#frames.words[leaf + (page & LEAF_MASK)]! - 1;
  }

  #allocate(page: number): number {
    const frame = this.#frameCount;
    assert(this.#slabs.length === (frame + SLAB_MASK) >>> SLAB_SHIFT, "slabs are filled in turn");
    if ((frame & SLAB_MASK) === 0) {
      const bytes = SLAB_FRAMES * PAGE_SIZE;
      this.#slabs.push({
        extent: new Extent(new ArrayBuffer(bytes), 0, bytes),
        pages: new Int32Array(SLAB_FRAMES),
        generations: new Int32Array(SLAB_FRAMES),
      });
    }
    this.#slabs[frame >>> SLAB_SHIFT]!.pages[frame & SLAB_MASK] = page;
    const leaf = this.#frames.claim(page);
    this.#frames.words[leaf + (page & LEAF_MASK)] = frame + 1;
    this.#frameCount += 1;
    assert(this.#frameCount <= this.#pageCount, "no page has two frames");
    return frame;
  }

  #advance(): number {
    this.#generation += 1;
    assert(this.#generation < 0x7fff_ffff, "generations fit their 32 bits");
    return this.#generation;
  }

  #collect(generation: number, basePage: number, into: PageSet): void {
    assert(generation <= this.#generation, "a generation is asked for that has begun");
    for (let frame = 0; frame < this.#frameCount; frame += 1) {
      const slab = this.#slabs[frame >>> SLAB_SHIFT]!;
      if (slab.generations[frame & SLAB_MASK]! < generation) continue;
      into.add(basePage + slab.pages[frame & SLAB_MASK]!);
    }
  }
}
