import { assert } from "../sim/assert.ts";
import { expectPage, expectPageCount } from "./bounds.ts";
import { LeafTable } from "./leaf-table.ts";
import { ADDRESS_PAGES_MAX } from "./page.ts";

/** Pages of one leaf, 512, and the words of its bitmap. */
const LEAF_SHIFT = 9;
const LEAF_MASK = 511;
const LEAF_WORDS = 16;

/**
 * A set of page numbers, kept as bitmaps of 512 pages that are allocated where pages are.
 *
 * `add`, `delete` and `has` take constant time; going through the set, `union` and `clear` take time
 * for the bitmaps in use, and go through the pages in ascending order. A set that is cleared and
 * filled again allocates nothing.
 */
export class PageSet implements Iterable<number> {
  readonly #table = new LeafTable({ leafShift: LEAF_SHIFT, leafWords: LEAF_WORDS });
  #size = 0;

  /** @param pages Pages to begin with, in any order; none by default. */
  constructor(pages: Iterable<number> = []) {
    for (const page of pages) this.add(page);
  }

  /** Pages in the set. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds a page; does nothing if it is in the set.
   *
   * @throws `StandinRangeError` `PAGE_OUT_OF_RANGE`.
   */
  add(page: number): this {
    expectPage(page, ADDRESS_PAGES_MAX);
    this.addWord(page & ~31, 1 << (page & 31));
    return this;
  }

  /**
   * Adds `pageCount` pages from `firstPage` on.
   *
   * @throws `StandinRangeError` `PAGE_OUT_OF_RANGE`, `PAGE_COUNT_OUT_OF_RANGE`.
   */
  addRange(firstPage: number, pageCount: number): this {
    expectPage(firstPage, ADDRESS_PAGES_MAX);
    expectPageCount(pageCount, ADDRESS_PAGES_MAX - firstPage);
    for (let page = firstPage, end = firstPage + pageCount; page < end; page += 1) this.add(page);
    return this;
  }

  /**
   * Adds up to 32 pages: `firstPage + i` for each set bit i of `bits`.
   *
   * @param firstPage A multiple of 32 within the address space; not checked.
   */
  addWord(firstPage: number, bits: number): void {
    const at = this.#table.claim(firstPage) + ((firstPage & LEAF_MASK) >>> 5);
    const { words } = this.#table;
    const added = bits & ~words[at]!;
    words[at]! |= added;
    this.#size += bitCount(added);
    assert((firstPage & 31) === 0, "a word of a bitmap begins at a multiple of 32");
  }

  /** Takes a page out; returns whether it was in the set. */
  delete(page: number): boolean {
    if (!this.has(page)) return false;
    this.#table.words[this.#table.find(page) + ((page & LEAF_MASK) >>> 5)]! &= ~(1 << (page & 31));
    this.#size -= 1;
    assert(this.#size >= 0, "no page is taken out twice");
    return true;
  }

  /** Whether a page is in the set; false for what is no page number. */
  has(page: number): boolean {
    if (!Number.isSafeInteger(page) || page < 0 || page >= ADDRESS_PAGES_MAX) return false;
    const leaf = this.#table.find(page);
    if (leaf < 0) return false;
    return ((this.#table.words[leaf + ((page & LEAF_MASK) >>> 5)]! >>> (page & 31)) & 1) === 1;
  }

  /** Adds every page of `other`, in place; `other` stays as it is. */
  union(other: PageSet): this {
    const { words, lowest, highest } = other.#table;
    for (let leaf = lowest; leaf <= highest; leaf += 1) {
      const start = other.#table.findLeaf(leaf);
      if (start < 0) continue;
      for (let word = 0; word < LEAF_WORDS; word += 1) {
        const bits = words[start + word]!;
        if (bits !== 0) this.addWord((leaf << LEAF_SHIFT) + word * 32, bits);
      }
    }
    return this;
  }

  /** Takes all pages out; the room stays for reuse. */
  clear(): void {
    this.#table.clear();
    this.#size = 0;
  }

  /** Calls `visit` with each page, ascending. The set must not change meanwhile. */
  forEach(visit: (page: number) => void): void {
    const { words, lowest, highest } = this.#table;
    for (let leaf = lowest; leaf <= highest; leaf += 1) {
      const start = this.#table.findLeaf(leaf);
      if (start < 0) continue;
      for (let word = 0; word < LEAF_WORDS; word += 1) {
        let bits = words[start + word]!;
        for (; bits !== 0; bits &= bits - 1) {
          visit((leaf << LEAF_SHIFT) + word * 32 + 31 - Math.clz32(bits & -bits));
        }
      }
    }
  }

  /** The pages, ascending, in an array that the caller keeps. */
  toArray(): number[] {
    const pages: number[] = [];
    this.forEach((page) => {
      pages.push(page);
    });
    assert(pages.length === this.#size, "every page was counted once");
    return pages;
  }

  /** The pages, ascending, as they are at the time of the call: later changes are not seen. */
  [Symbol.iterator](): IterableIterator<number> {
    return this.toArray().values();
  }
}

function bitCount(word: number): number {
  let count = word - ((word >>> 1) & 0x5555_5555);
  count = (count & 0x3333_3333) + ((count >>> 2) & 0x3333_3333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
