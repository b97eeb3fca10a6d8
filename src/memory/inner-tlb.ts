import { assert } from "../sim/assert.ts";
import type { CachedTranslations } from "./cached-translations.ts";
import { INNER_PAGES, INNER_STORE, type InnerAccess } from "./composed-entry.ts";
import type { ComposedTable } from "./composed-table.ts";

/** Translations that the cache holds at once. */
export const INNER_TLB_SLOTS = 64;

const SLOT_MASK = 63;

/** No inner page has this tag, no inner machine this number. */
const NONE = -1;

/**
 * A processor's cache of composed translations of the inner machine that it runs, direct-mapped. As
 * in the `Tlb`, that stores are permitted here is the cached dirty state: it is so only after a walk
 * that has set the entry's dirty flag, and a store that finds it so touches no flag at all.
 */
export class InnerTlb implements CachedTranslations {
  readonly #table: ComposedTable;
  #space = NONE;
  readonly #tags = new Int32Array(INNER_TLB_SLOTS).fill(NONE);
  /** For each slot the accesses that need no walk. */
  readonly #permitted = new Uint8Array(INNER_TLB_SLOTS);
  /** For each slot the machine page. */
  readonly #pages = new Int32Array(INNER_TLB_SLOTS);

  /** Made by `Memory.innerTlb`. */
  constructor(table: ComposedTable) {
    this.#table = table;
  }

  /** Says which inner machine the processor runs from now on. */
  select(space: number): void {
    if (space === this.#space) return;
    this.invalidate();
    this.#space = space;
  }

  /**
   * The machine page for an access of the inner machine that is selected, with all that precedes the
   * access done; or −1 if no entry of the table permits it.
   *
   * @throws `StandinRangeError` `WRITE_NOT_PERMITTED`.
   */
  find(innerPage: number, access: InnerAccess): number {
    const slot = innerPage & SLOT_MASK;
    if (this.#tags[slot] === innerPage && (this.#permitted[slot]! & access) !== 0) {
      return this.#pages[slot]!;
    }
    assert(this.#space !== NONE, "an inner machine is selected");
    assert(innerPage >= 0 && innerPage < INNER_PAGES, "an inner page lies within 4 GiB");
    const entry = this.#table.find(this.#space, innerPage);
    if (entry === undefined || (entry.permissions & access) === 0) return NONE;
    this.#table.walk(entry, access);
    if (this.#tags[slot] !== innerPage) {
      this.#tags[slot] = innerPage;
      this.#permitted[slot] = 0;
      this.#pages[slot] = entry.page;
    }
    assert(this.#pages[slot] === entry.page, "what is cached is what the table says");
    this.#permitted[slot]! |= access;
    return entry.page;
  }

  invalidate(): void {
    this.#tags.fill(NONE);
  }

  drop(page: number): void {
    for (let slot = 0; slot < INNER_TLB_SLOTS; slot += 1) {
      if (this.#pages[slot] === page) this.#tags[slot] = NONE;
    }
  }

  forEachWritable(visit: (page: number) => void): void {
    for (let slot = 0; slot < INNER_TLB_SLOTS; slot += 1) {
      const isStored = (this.#permitted[slot]! & INNER_STORE) !== 0;
      if (this.#tags[slot] !== NONE && isStored) visit(this.#pages[slot]!);
    }
  }
}
