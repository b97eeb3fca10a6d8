import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { ADDRESS_PAGES_MAX, PAGE_SIZE } from "./page.ts";
import type { PageRange } from "./page-range.ts";
import type { PageSet } from "./page-set.ts";
import type { PhysicalPage } from "./physical-memory.ts";
import type { SecondLevel } from "./second-level.ts";

/** Entries of a table: as many of 8 bytes as fill a page. */
const TABLE_ENTRIES = 512;
const TABLE_SHIFT = 9;
const TABLE_MASK = 511;

/** Levels of tables: the root is of level 4, leaf entries are in tables of level 1. */
export const TABLE_LEVELS = 4;

/** Bits of an entry, as the processor of EPT lays them out (Intel SDM volume 3, "EPT Paging-Structure Entries"). */
export const ENTRY_READ = 0x001;
/** Stores may pass. */
export const ENTRY_WRITE = 0x002;
/** Instructions may be fetched. */
export const ENTRY_EXECUTE = 0x004;
/** Set by a walk. */
export const ENTRY_ACCESSED = 0x100;
/** Set by a walk for a store, in a leaf entry. */
export const ENTRY_DIRTY = 0x200;

const ENTRY_ALL: number = ENTRY_READ | ENTRY_WRITE | ENTRY_EXECUTE;

/** The low word of an entry holds its flags and these bits of the frame's number; the high word the rest. */
const FRAME_LOW_SHIFT = 12;
const FRAME_HIGH_SHIFT = 20;

/** Where the tables of {@link NestedTables} are put. */
export interface TableRoom {
  /** The next page for a table, all zero. */
  next(): PhysicalPage;
  /** The words of a page by its number: what a walk finds behind an entry. */
  at(page: number): PhysicalPage;
}

/** Pages that tables for these ranges of memory take: the root, and a table for each part in use of each level. */
export function tablePagesFor(ranges: readonly PageRange[]): number {
  let count = 1;
  for (let level = 1; level < TABLE_LEVELS; level += 1) {
    const shift = level * TABLE_SHIFT;
    const tables = new Set<number>();
    for (const { firstPage, pageCount } of ranges) {
      if (pageCount === 0) continue;
      const last = (firstPage + pageCount - 1) >>> shift;
      for (let table = firstPage >>> shift; table <= last; table += 1) tables.add(table);
    }
    count += tables.size;
  }
  return count;
}

/**
 * Second-level translation whose entries are bytes in pages of the host's memory: four levels of tables
 * of 512 entries of 8 bytes, as nested paging has them. Every page of the machine is mapped to itself, so
 * that a machine which has run on the bare host finds its memory where it was.
 *
 * Where a leaf table lies is remembered from the walk that made it, as a processor's paging-structure
 * caches do: no entry above a leaf changes as long as the tables are used.
 *
 * Source: US10216598, translation tables of the virtual-machine monitor in reserved memory.
 */
export class NestedTables implements SecondLevel {
  dirtyCollector: object | undefined = undefined;
  /** The page that holds the root table. */
  readonly rootPage: number;
  readonly #room: TableRoom;
  /** By the number of the 512 pages that it is for. */
  readonly #leaves = new Map<number, PhysicalPage>();
  #tablePages = 0;

  /** Writes tables that map the ranges, each page to itself, with no accessed or dirty flag set. */
  constructor(ranges: readonly PageRange[], room: TableRoom) {
    this.#room = room;
    this.rootPage = this.#newTable().page;
    for (const { firstPage, pageCount } of ranges) {
      assert(firstPage + pageCount <= ADDRESS_PAGES_MAX, "what is mapped can be addressed");
      for (let page = firstPage; page < firstPage + pageCount; page += 1) this.#map(page);
    }
    assert(this.#tablePages === tablePagesFor(ranges), "tables take the room that was reckoned");
  }

  /** Pages that the tables take. */
  get tablePages(): number {
    return this.#tablePages;
  }

  get residentBytes(): number {
    return this.#tablePages * PAGE_SIZE;
  }

  /**
   * Walks through the tables, from the root, as the processor does.
   *
   * @returns The page that the entry leads to and its flags; `undefined` where there is none.
   */
  walk(page: number): { readonly frame: number; readonly flags: number } | undefined {
    let table = this.#room.at(this.rootPage);
    for (let level = TABLE_LEVELS; level > 1; level -= 1) {
      const at = entryAt(table, page, level);
      if ((table.words[at]! & ENTRY_READ) === 0) return undefined;
      table = this.#room.at(frameOf(table, at));
    }
    const at = entryAt(table, page, 1);
    if ((table.words[at]! & ENTRY_READ) === 0) return undefined;
    return { frame: frameOf(table, at), flags: table.words[at]! & (PAGE_SIZE - 1) };
  }

  isPresent(page: number): boolean {
    return this.#has(page, ENTRY_READ);
  }

  isAccessed(page: number): boolean {
    return this.#has(page, ENTRY_ACCESSED);
  }

  isDirty(page: number): boolean {
    return this.#has(page, ENTRY_DIRTY);
  }

  isWritable(page: number): boolean {
    return this.#has(page, ENTRY_WRITE);
  }

  markAccessed(page: number): void {
    this.#set(page, ENTRY_ACCESSED);
  }

  markDirty(page: number): void {
    this.#set(page, ENTRY_DIRTY);
  }

  protect(firstPage: number, pageCount: number): void {
    this.#take(ENTRY_WRITE, undefined, firstPage, pageCount);
  }

  permit(firstPage: number, pageCount: number): void {
    for (let page = firstPage; page < firstPage + pageCount; page += 1)
      this.#set(page, ENTRY_WRITE);
  }

  collectDirty(into: PageSet, firstPage: number, pageCount: number): number {
    return this.#take(ENTRY_DIRTY, into, firstPage, pageCount);
  }

  collectAccessed(into: PageSet, firstPage: number, pageCount: number): number {
    return this.#take(ENTRY_ACCESSED, into, firstPage, pageCount);
  }

  /** Makes the leaf entry of a page, and what leads to it. */
  #map(page: number): void {
    const number = page >>> TABLE_SHIFT;
    let leaf = this.#leaves.get(number);
    if (leaf === undefined) {
      leaf = this.#makeLeaf(page);
      this.#leaves.set(number, leaf);
    }
    setEntry(leaf, entryAt(leaf, page, 1), page);
  }

  /** Walks to the table for a page, making the tables that are not there yet. */
  #makeLeaf(page: number): PhysicalPage {
    let table = this.#room.at(this.rootPage);
    for (let level = TABLE_LEVELS; level > 1; level -= 1) {
      const at = entryAt(table, page, level);
      const isThere = (table.words[at]! & ENTRY_READ) !== 0;
      const next = isThere ? this.#room.at(frameOf(table, at)) : this.#newTable();
      if (!isThere) setEntry(table, at, next.page);
      table = next;
    }
    return table;
  }

  #newTable(): PhysicalPage {
    this.#tablePages += 1;
    const table = this.#room.next();
    assert(table.at % 2 === 0, "an entry does not lie across two pages");
    table.words.fill(0, table.at, table.at + 2 * TABLE_ENTRIES);
    return table;
  }

  #has(page: number, flag: number): boolean {
    const leaf = this.#leafOf(page);
    return (leaf.words[entryAt(leaf, page, 1)]! & flag) !== 0;
  }

  #set(page: number, flag: number): void {
    const leaf = this.#leafOf(page);
    leaf.words[entryAt(leaf, page, 1)]! |= flag;
  }

  #leafOf(page: number): PhysicalPage {
    const leaf = this.#leaves.get(page >>> TABLE_SHIFT);
    if (leaf !== undefined) return leaf;
    throw new StandinRangeError(
      "PAGE_OUT_OF_RANGE",
      `expected a page that the translation tables map, got page ${page}`,
    );
  }

  /** Clears a flag of all pages of a range; those that had it are added to `into`. */
  #take(flag: number, into: PageSet | undefined, firstPage: number, pageCount: number): number {
    for (let page = firstPage; page < firstPage + pageCount; page += 1) {
      const leaf = this.#leafOf(page);
      const at = entryAt(leaf, page, 1);
      const entry = leaf.words[at]!;
      if ((entry & flag) === 0) continue;
      leaf.words[at] = entry & ~flag;
      into?.add(page);
    }
    return pageCount;
  }
}

/** Where the entry for a page lies among the words of a table of a level. */
function entryAt({ at }: PhysicalPage, page: number, level: number): number {
  const index = (page >>> ((level - 1) * TABLE_SHIFT)) & TABLE_MASK;
  return at + 2 * index;
}

/** Makes an entry that leads to a page, with every permission. */
function setEntry({ words }: PhysicalPage, at: number, frame: number): void {
  words[at] = (frame << FRAME_LOW_SHIFT) | ENTRY_ALL;
  words[at + 1] = frame >>> FRAME_HIGH_SHIFT;
  assert(frameOf({ words }, at) === frame, "an entry says where it leads");
}

function frameOf({ words }: Pick<PhysicalPage, "words">, at: number): number {
  return (words[at]! >>> FRAME_LOW_SHIFT) + (words[at + 1]! << FRAME_HIGH_SHIFT);
}
