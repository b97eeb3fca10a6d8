import { assert } from "../sim/assert.ts";
import { LeafTable } from "./leaf-table.ts";
import { ADDRESS_PAGES_MAX } from "./page.ts";
import type { PageSet } from "./page-set.ts";
import type { SecondLevel } from "./second-level.ts";

/** Entries of one leaf, as many as a page of a processor's own tables holds. */
const LEAF_SHIFT = 9;
const LEAF_PAGES = 512;
const LEAF_MASK = 511;

/** A leaf holds four bitmaps of this many words, one for each flag. */
const BITMAP_WORDS = 16;
const PRESENT = 0;
const ACCESSED = BITMAP_WORDS;
const DIRTY = 2 * BITMAP_WORDS;
/** Write permission, the other way round: pages may be written unless something forbids it. */
const PROTECTED = 3 * BITMAP_WORDS;

/**
 * Second-level address translation: the flags that a processor with nested paging keeps for each
 * guest-physical page (EPT accessed and dirty flags, Intel SDM volume 3, "Accessed and Dirty Flags
 * for EPT"). Leaves come into being where pages are used. It is what a machine has that is virtual from the
 * beginning, kept beside the host's memory; `NestedTables` are the same within it.
 *
 * Clearing or protecting here does not reach translations that a `Tlb` has cached: whoever does so
 * has to invalidate those too.
 */
export class Slat implements SecondLevel {
  dirtyCollector: object | undefined = undefined;
  readonly #table = new LeafTable({ leafShift: LEAF_SHIFT, leafWords: 4 * BITMAP_WORDS });

  /** Leaves allocated. */
  get leafCount(): number {
    return this.#table.leafCount;
  }

  /** Bytes of host memory held. */
  get residentBytes(): number {
    return this.#table.residentBytes;
  }

  /** Whether the page has been translated since the memory was made. */
  isPresent(page: number): boolean {
    return this.#get(page, PRESENT);
  }

  /** Whether the processor has read or written the page since this flag was last collected. */
  isAccessed(page: number): boolean {
    return this.#get(page, ACCESSED);
  }

  /** Whether a write to the page was noted since this flag was last collected. */
  isDirty(page: number): boolean {
    return this.#get(page, DIRTY);
  }

  /** Whether the page may be written. */
  isWritable(page: number): boolean {
    return !this.#get(page, PROTECTED);
  }

  /** What a walk does for any access. */
  markAccessed(page: number): void {
    assert(page >= 0 && page < ADDRESS_PAGES_MAX, "only a page of the address space is accessed");
    const at = this.#table.claim(page) + ((page & LEAF_MASK) >>> 5);
    const { words } = this.#table;
    const bit = 1 << (page & 31);
    words[at + PRESENT]! |= bit;
    words[at + ACCESSED]! |= bit;
  }

  /** What a walk does for a store, and a device model or hypervisor for a write of its own. */
  markDirty(page: number): void {
    this.#set(page, DIRTY);
  }

  /** Takes write permission from `pageCount` pages. */
  protect(firstPage: number, pageCount: number): void {
    assert(firstPage >= 0 && pageCount >= 0, "a range of pages has no negative part");
    assert(firstPage + pageCount <= ADDRESS_PAGES_MAX, "a range lies within the address space");
    for (let page = firstPage; page < firstPage + pageCount; page += 1) this.#set(page, PROTECTED);
  }

  /** Gives write permission to `pageCount` pages. */
  permit(firstPage: number, pageCount: number): void {
    this.#take(PROTECTED, undefined, firstPage, pageCount);
  }

  /**
   * Adds the dirty pages of a range to `into` and clears their flags.
   *
   * @returns Entries looked at: those of the leaves allocated within the range.
   */
  collectDirty(into: PageSet, firstPage: number, pageCount: number): number {
    return this.#take(DIRTY, into, firstPage, pageCount);
  }

  /** As {@link Slat.collectDirty}, for the accessed flags: the working set since the last time. */
  collectAccessed(into: PageSet, firstPage: number, pageCount: number): number {
    return this.#take(ACCESSED, into, firstPage, pageCount);
  }

  #get(page: number, flag: number): boolean {
    const leaf = this.#table.find(page);
    if (leaf < 0) return false;
    const word = this.#table.words[leaf + flag + ((page & LEAF_MASK) >>> 5)]!;
    return ((word >>> (page & 31)) & 1) === 1;
  }

  #set(page: number, flag: number): void {
    assert(page >= 0, "a page number is not negative");
    const leaf = this.#table.claim(page);
    this.#table.words[leaf + flag + ((page & LEAF_MASK) >>> 5)]! |= 1 << (page & 31);
  }

  /** Clears a flag of all pages of a range; those that had it are added to `into`. */
  #take(flag: number, into: PageSet | undefined, firstPage: number, pageCount: number): number {
    assert(firstPage >= 0 && pageCount >= 0, "a range of pages has no negative part");
    const endPage = firstPage + pageCount;
    assert(endPage <= ADDRESS_PAGES_MAX, "a range of pages lies within the address space");
    const { words } = this.#table;
    let looked = 0;
    for (let leafPage = firstPage & ~LEAF_MASK; leafPage < endPage; leafPage += LEAF_PAGES) {
      const leaf = this.#table.find(leafPage);
      if (leaf < 0) continue;
      looked += Math.min(leafPage + LEAF_PAGES, endPage) - Math.max(leafPage, firstPage);
      for (let index = 0; index < BITMAP_WORDS; index += 1) {
        const at = leaf + flag + index;
        if (words[at]! === 0) continue;
        const wordPage = leafPage + index * 32;
        const bits = words[at]! & within(wordPage, firstPage, endPage);
        if (bits === 0) continue;
        words[at]! ^= bits;
        into?.addWord(wordPage, bits);
      }
    }
    assert(looked <= pageCount, "no entry is looked at that was not asked for");
    return looked;
  }
}

/** The bits of a word of 32 pages that stand for pages from `firstPage` to below `endPage`. */
function within(wordPage: number, firstPage: number, endPage: number): number {
  const skipped = firstPage - wordPage;
  const kept = endPage - wordPage;
  if (skipped >= 32 || kept <= 0) return 0;
  const from = skipped <= 0 ? -1 : -1 << skipped;
  return kept >= 32 ? from : from & ~(-1 << kept);
}
