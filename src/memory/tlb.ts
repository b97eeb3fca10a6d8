import { assert } from "../sim/assert.ts";
import type { CachedTranslations } from "./cached-translations.ts";
import { type DirectTlb, WATCHED_TABLE } from "./direct-tlb.ts";
import type { Extent } from "./extent.ts";
import { ZERO_EXTENT } from "./extent.ts";
import { ADDRESS_PAGES_MAX, PAGE_MASK, PAGE_SIZE } from "./page.ts";
import type { WriteSource } from "./write-source.ts";

/** Translations that the cache holds at once. */
export const TLB_SLOTS = 64;

/** The bits of a page number that choose its slot. */
export const TLB_SLOT_MASK = 63;

/** No address has this tag. */
const NONE = -1;

const HITS = 0;
const WALKS = 1;
const INVALIDATIONS = 2;

/**
 * The processor's cache of translations, direct-mapped, in the form in which `Memory` uses it: for
 * each slot where the page's bytes are, and two tags that say for which page a load and a store may
 * go there without a walk.
 *
 * The store tag is the cached dirty state: it is set only by a walk that has seen, or set, the dirty
 * flag in the SLAT. As in a processor, nothing else than an invalidation makes it go away, so a dirty
 * flag cleared behind its back stays clear while the page is written (trap of US10216598: collecting
 * dirty bits without invalidating the cached translations loses writes).
 *
 * A tag is the address of the page's first byte. As a floating-point number it takes one comparison
 * to tell that an address is the right page's, not negative, and a whole number.
 */
export class Tlb {
  /** For each slot the page that loads may use it for. Written by this class only, as all arrays. */
  readonly readTags: Float64Array = new Float64Array(TLB_SLOTS).fill(NONE);
  /** For each slot the page that stores may use it for. */
  readonly writeTags: Float64Array = new Float64Array(TLB_SLOTS).fill(NONE);
  /** For each slot the extent's bytes, for accesses of a width. */
  readonly views: DataView[] = new Array<DataView>(TLB_SLOTS).fill(ZERO_EXTENT.view);
  /** For each slot the extent's bytes, for copies of ranges. */
  readonly bytes: Uint8Array[] = new Array<Uint8Array>(TLB_SLOTS).fill(ZERO_EXTENT.bytes);
  /** For each slot where in its extent the page begins. */
  readonly offsets: Int32Array = new Int32Array(TLB_SLOTS);
  /** Hits, walks, invalidations. */
  readonly #counts = new Float64Array(3);
  /** Further translations, of processors that look at a region's bytes themselves. */
  readonly #direct: DirectTlb[] = [];
  /** And those of processors that run inner machines. */
  readonly #inner: CachedTranslations[] = [];
  /** Broken on purpose: pages whose translations outlive every invalidation, until others take their place. */
  #unmarked: Set<number> | undefined;
  /** Told of each write to a page that is watched as a table; the range lies within one page. */
  onTableWrite: ((address: number, lengthBytes: number) => void) | undefined = undefined;

  /** Accesses that needed no walk. An access across two pages counts for each part. */
  get hits(): number {
    return this.#counts[HITS]!;
  }

  /** Walks through the SLAT: for a page not cached, or to set the dirty flag before a first store. */
  get walks(): number {
    return this.#counts[WALKS]!;
  }

  /** Times that all translations were invalidated. */
  get invalidations(): number {
    return this.#counts[INVALIDATIONS]!;
  }

  /** Makes further translations a part of this: they are forgotten, dropped and visited with it. */
  attach(direct: DirectTlb): void {
    assert(!this.#direct.includes(direct), "translations are attached once");
    this.#direct.push(direct);
  }

  /** As {@link Tlb.attach}, for composed translations. */
  attachInner(inner: CachedTranslations): void {
    assert(!this.#inner.includes(inner), "translations are attached once");
    this.#inner.push(inner);
  }

  /** Counts a walk for translations that were attached; the others count theirs. */
  countWalk(): void {
    this.#counts[WALKS]! += 1;
  }

  /** Counts a hit. */
  countHit(): void {
    this.#counts[HITS]! += 1;
  }

  /**
   * Caches what a walk has found, over what was in the slot.
   *
   * @param page Its low bits choose the slot.
   * @param extent Where the page's bytes are.
   * @param offset Where in it the page begins.
   * @param readable False for a page whose bytes may move: the slot then serves one access.
   * @param writable Whether the page may be written and its dirty flag is set.
   * @returns The slot.
   */
  fill(page: number, extent: Extent, offset: number, readable: boolean, writable: boolean): number {
    assert(page >= 0 && page < ADDRESS_PAGES_MAX, "only a page of the address space is cached");
    assert(offset >= 0 && offset < extent.bytes.length, "a page lies in its extent");
    assert((offset & PAGE_MASK) === 0, "a page begins where pages begin");
    assert(readable || !writable, "what is not cached for loads is not cached for stores");
    const slot = page & TLB_SLOT_MASK;
    this.readTags[slot] = readable ? page * PAGE_SIZE : NONE;
    this.writeTags[slot] = writable ? page * PAGE_SIZE : NONE;
    this.views[slot] = extent.view;
    this.bytes[slot] = extent.bytes;
    this.offsets[slot] = offset;
    this.#counts[WALKS]! += 1;
    this.#unmarked?.delete(page);
    return slot;
  }

  /** Forgets every translation, and with them every cached dirty state. */
  invalidate(): void {
    if (this.#unmarked !== undefined) {
      this.#invalidateMarked(this.#unmarked);
      return;
    }
    this.readTags.fill(NONE);
    this.writeTags.fill(NONE);
    for (const direct of this.#direct) direct.invalidate();
    for (const inner of this.#inner) inner.invalidate();
    this.#counts[INVALIDATIONS]! += 1;
    assert(this.writeTags[0] === NONE, "no dirty state outlives an invalidation");
  }

  /**
   * Broken on purpose: what is cached now carries no mark of the tables that are used from now on, and
   * whoever invalidates what comes from those leaves it alone.
   */
  keepUnmarked(): void {
    const pages = new Set<number>();
    this.forEachWritable((page) => pages.add(page));
    this.#unmarked = pages;
  }

  /** Forgets the translation of one page, which got other bytes. Not counted as an invalidation. */
  drop(page: number): void {
    for (const direct of this.#direct) direct.drop(page);
    this.dropInner(page);
    this.#dropSlot(page);
  }

  /** Forgets the composed translations that lead to a page. */
  dropInner(page: number): void {
    for (const inner of this.#inner) inner.drop(page);
  }

  /**
   * Stores to a page of attached translations do not go directly from now on: each comes to
   * {@link DirectTlb.onWrite}, or is made by the one who watches.
   */
  watch(direct: DirectTlb, page: number, reason: number): void {
    assert(this.#direct.includes(direct), "a page of attached translations is watched");
    direct.watch(page, reason);
    this.#dropSlot(page);
  }

  /** From now on each write to a page comes to {@link Tlb.onTableWrite}, before or after it is made. */
  watchTable(page: number): void {
    this.watch(this.#directOf(page), page, WATCHED_TABLE);
  }

  /** Takes that back. */
  unwatchTable(page: number): void {
    this.#directOf(page).unwatch(page, WATCHED_TABLE);
  }

  /** Whether stores to a page are watched: they are then not cached. */
  isWatched(page: number): boolean {
    for (const direct of this.#direct) if (direct.isWatched(page)) return true;
    return false;
  }

  /** Tells who watches a page of a write to it; the range lies within one page. */
  noteWrite(address: number, lengthBytes: number, source: WriteSource): void {
    const page = Math.floor(address / PAGE_SIZE);
    for (const direct of this.#direct) {
      if (!direct.isWatched(page)) continue;
      const watches = direct.watchesOf(page);
      if ((watches & WATCHED_TABLE) !== 0) this.onTableWrite?.(address, lengthBytes);
      if ((watches & ~WATCHED_TABLE) !== 0) direct.onWrite?.(address, lengthBytes, source);
    }
  }

  /** Calls `visit` for each page to which stores go without a walk. */
  forEachWritable(visit: (page: number) => void): void {
    for (let slot = 0; slot < TLB_SLOTS; slot += 1) {
      const tag = this.writeTags[slot]!;
      if (tag === NONE) continue;
      const page = tag / PAGE_SIZE;
      assert((page & TLB_SLOT_MASK) === slot, "a page is cached in its own slot");
      assert(this.readTags[slot] === tag, "what stores may use loads may use");
      visit(page);
    }
    for (const direct of this.#direct) direct.forEachWritable(visit);
    for (const inner of this.#inner) inner.forEachWritable(visit);
  }

  #invalidateMarked(unmarked: ReadonlySet<number>): void {
    for (let slot = 0; slot < TLB_SLOTS; slot += 1) {
      const tag = this.readTags[slot]!;
      if (tag !== NONE && !unmarked.has(tag / PAGE_SIZE)) this.drop(tag / PAGE_SIZE);
    }
    for (const direct of this.#direct) direct.invalidate(unmarked);
    for (const inner of this.#inner) inner.invalidate();
    this.#counts[INVALIDATIONS]! += 1;
  }

  #directOf(page: number): DirectTlb {
    const direct = this.#direct.find(({ region }) => region.contains(page));
    assert(direct !== undefined, "a page is watched where a processor's own translations lead");
    return direct;
  }

  #dropSlot(page: number): void {
    const slot = page & TLB_SLOT_MASK;
    if (this.readTags[slot] !== page * PAGE_SIZE) return;
    this.readTags[slot] = NONE;
    this.writeTags[slot] = NONE;
  }
}
