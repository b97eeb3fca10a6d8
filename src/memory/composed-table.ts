import { assert } from "../sim/assert.ts";
import {
  ComposedEntry,
  type ComposedEntryOptions,
  INNER_PAGES,
  INNER_STORE,
  type InnerAccess,
} from "./composed-entry.ts";
import { PAGE_SHIFT } from "./page.ts";
import { PageSet } from "./page-set.ts";
import type { Translator } from "./translator.ts";

const WORD_BYTES = 4;

/**
 * The composed translations of a memory: for each inner machine that a hypervisor in this memory
 * runs, where its pages are, as far as they have been used. All of it is a cache of what the
 * hypervisor's tables say, but for the dirty flags, which nobody else has.
 *
 * So that no inner write is lost, whatever takes an entry away harvests it first: its dirty flag
 * goes to a set of pages that the next collection returns. The words that an entry was made from are
 * watched, whoever writes them, so entries never say anything else than the tables do.
 *
 * Source: US10216598, tracking the guests of a guest: through the current guest's second-level
 * translation, and by intercepting its writes to that.
 */
export class ComposedTable {
  readonly #translator: Translator;
  readonly #intercepts: boolean;
  readonly #entries = new Map<number, ComposedEntry>();
  /** For each word of the hypervisor's tables the entries made from it. */
  readonly #bySource = new Map<number, Set<ComposedEntry>>();
  /** For each page with such words, how many there are. */
  readonly #sourcesIn = new Map<number, number>();
  /** Pages of entries that were dirty when they were taken away. */
  readonly #pending = new PageSet();

  /**
   * @param intercepts Whether writes to table words are watched and entries harvested before they
   *   go. False is a defect for tests to notice.
   */
  constructor(translator: Translator, intercepts: boolean) {
    this.#translator = translator;
    this.#intercepts = intercepts;
    const { tlb } = translator;
    assert(tlb.onTableWrite === undefined, "a memory has one table of composed translations");
    tlb.onTableWrite = (address, lengthBytes) => {
      this.#noteTableWrite(address, lengthBytes);
    };
  }

  /** Entries in the table. */
  get size(): number {
    return this.#entries.size;
  }

  /** The entry for a page of an inner machine, if it has been made. */
  find(space: number, innerPage: number): ComposedEntry | undefined {
    return this.#entries.get(keyOf(space, innerPage));
  }

  /** Makes an entry, in place of the one there may be for the same page. */
  add(options: ComposedEntryOptions): ComposedEntry {
    const old = this.find(options.space, options.innerPage);
    if (old !== undefined) this.#remove(old);
    const entry = new ComposedEntry(options);
    this.#entries.set(keyOf(entry.space, entry.innerPage), entry);
    for (const source of entry.sources) this.#addSource(source, entry);
    return entry;
  }

  /**
   * What precedes an access through an entry that is not cached: as a walk through the SLAT, but a
   * store sets the entry's dirty flag and leaves that of the SLAT alone.
   *
   * @throws `StandinRangeError` `WRITE_NOT_PERMITTED`.
   */
  walk(entry: ComposedEntry, access: InnerAccess): void {
    assert((entry.permissions & access) !== 0, "an access is permitted by the entry");
    const isStore = access === INNER_STORE;
    this.#translator.walkComposed(entry.page, isStore);
    if (isStore) entry.dirty = true;
  }

  /**
   * Takes entries away, as a fence of the hypervisor asks for.
   *
   * @param innerPage Of all inner machines only the entries for this page. Default all.
   */
  fence(innerPage?: number): void {
    for (const entry of this.#entries.values()) {
      if (innerPage === undefined || entry.innerPage === innerPage) this.#remove(entry);
    }
  }

  /**
   * Adds the machine pages of a range that inner machines have stored to, and clears the notes of
   * them. Whoever calls it invalidates what is cached in the same step.
   *
   * @returns Entries looked at.
   */
  collect(into: PageSet, firstPage: number, pageCount: number): number {
    const endPage = firstPage + pageCount;
    let looked = 0;
    for (const entry of this.#entries.values()) {
      if (entry.page < firstPage || entry.page >= endPage) continue;
      looked += 1;
      if (!entry.dirty) continue;
      into.add(entry.page);
      entry.dirty = false;
    }
    if (this.#pending.size === 0) return looked;
    for (const page of this.#pending) {
      if (page < firstPage || page >= endPage) continue;
      into.add(page);
      this.#pending.delete(page);
    }
    return looked;
  }

  /** A write to words of a page that is watched as a table. */
  #noteTableWrite(address: number, lengthBytes: number): void {
    assert(lengthBytes > 0, "a write writes something");
    const first = address - (address % WORD_BYTES);
    for (let source = first; source < address + lengthBytes; source += WORD_BYTES) {
      for (const entry of this.#bySource.get(source) ?? []) this.#remove(entry);
      assert(!this.#bySource.has(source), "no entry outlives what it was made from");
    }
  }

  #remove(entry: ComposedEntry): void {
    if (entry.dirty && this.#intercepts) this.#pending.add(entry.page);
    assert(
      this.#entries.delete(keyOf(entry.space, entry.innerPage)),
      "an entry is taken away that was there",
    );
    for (const source of entry.sources) this.#removeSource(source, entry);
    this.#translator.tlb.dropInner(entry.page);
  }

  #addSource(source: number, entry: ComposedEntry): void {
    assert(source % WORD_BYTES === 0, "a table is made of words");
    const entries = this.#bySource.get(source);
    if (entries !== undefined) {
      entries.add(entry);
      return;
    }
    this.#bySource.set(source, new Set([entry]));
    const page = pageOf(source);
    const before = this.#sourcesIn.get(page) ?? 0;
    this.#sourcesIn.set(page, before + 1);
    if (before === 0 && this.#intercepts) this.#translator.tlb.watchTable(page);
  }

  #removeSource(source: number, entry: ComposedEntry): void {
    const entries = this.#bySource.get(source)!;
    entries.delete(entry);
    if (entries.size > 0) return;
    this.#bySource.delete(source);
    const page = pageOf(source);
    const left = this.#sourcesIn.get(page)! - 1;
    if (left > 0) {
      this.#sourcesIn.set(page, left);
      return;
    }
    this.#sourcesIn.delete(page);
    if (this.#intercepts) this.#translator.tlb.unwatchTable(page);
  }
}

function keyOf(space: number, innerPage: number): number {
  return space * INNER_PAGES + innerPage;
}

function pageOf(address: number): number {
  return (address - (address % (1 << PAGE_SHIFT))) / (1 << PAGE_SHIFT);
}
