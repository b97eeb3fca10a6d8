import { assert } from "../sim/assert.ts";
import type { CachedTranslations } from "./cached-translations.ts";
import type { Region } from "./region.ts";
import type { WriteSource } from "./write-source.ts";

/** Pages of the 4 GiB that a 32-bit processor reaches, one flag byte for each. */
export const DIRECT_PAGES = 1_048_576;

/** Flag of a page: loads of any width go without a walk if they are aligned. */
export const DIRECT_LOAD = 0x01;

/** Flag of a page: aligned stores go without a walk. */
export const DIRECT_STORE = 0x10;

/** Reason to watch a page that the memory has itself: composed translations were made from it. */
export const WATCHED_TABLE = 0x80;

const LOADS = 1;
const STORES = 2;

/** The walk that a cached translation saves: the memory's own. */
export interface Walker {
  /**
   * Walks to a page for a load or a store: sets its flags in the SLAT, takes write faults.
   *
   * @returns Whether stores may go to the page from now on without a walk.
   */
  walk(page: number, isStore: boolean): boolean;
}

/**
 * Told of a write to a watched page, whose bytes may have been written already or not yet.
 *
 * @param lengthBytes At least 1; the range lies within one page.
 */
export type WatchedWriteHandler = (
  address: number,
  lengthBytes: number,
  source: WriteSource,
) => void;

/**
 * Cached translations of one region whose bytes never move, for a processor that looks at them as
 * one typed array: a byte for each page of its address space says whether loads and stores may go
 * there without a walk. It is a part of the memory's `Tlb` and forgets when that forgets.
 *
 * The byte is laid out for one test per access: shifted right by the lowest bits of the address,
 * {@link DIRECT_LOAD} (or {@link DIRECT_STORE}) stays in place only if the access is aligned, since
 * the bits above it are never set.
 *
 * A page can be watched: stores to it then never go directly, so that whoever writes to memory
 * learns of each. What the walk has found is cached all the same ({@link DirectTlb.isStoreCached}).
 */
export class DirectTlb implements CachedTranslations {
  readonly region: Region;
  /** A byte for each page of the address space. Written by this class only. */
  readonly flags: Uint8Array = new Uint8Array(DIRECT_PAGES);
  /** Told of each write to a watched page by anybody but the one who uses the flags. */
  onWrite: WatchedWriteHandler | undefined = undefined;
  readonly #walker: Walker;
  /** For each page of the region what is cached. */
  readonly #cached: Uint8Array;
  /** For each page of the region one bit for each reason to watch it. */
  readonly #watched: Uint8Array;
  /** The pages of which something may be cached. */
  readonly #filled: number[] = [];

  /** Made by `Memory.direct`. */
  constructor(region: Region, walker: Walker) {
    assert(!region.backing.movable, "translations to bytes that move are not cached");
    assert(region.basePage + region.maxPages <= DIRECT_PAGES, "a region of the first 4 GiB");
    this.region = region;
    this.#walker = walker;
    this.#cached = new Uint8Array(region.maxPages);
    this.#watched = new Uint8Array(region.maxPages);
  }

  /** Walks to a page of the region; afterwards loads go without. */
  walkToLoad(page: number): void {
    this.#fill(page, this.#walker.walk(page, false));
    assert((this.flags[page]! & DIRECT_LOAD) !== 0, "a walk lets loads pass");
  }

  /**
   * Walks to a page of the region before a store; afterwards stores go without, if it is not watched.
   *
   * @throws `StandinRangeError` `WRITE_NOT_PERMITTED`.
   */
  walkToStore(page: number): void {
    const writable = this.#walker.walk(page, true);
    assert(writable, "a store to a page is refused or permitted");
    this.#fill(page, writable);
  }

  /** Whether a store needs no walk: what the flag says of a page that is not watched. */
  isStoreCached(page: number): boolean {
    return (this.#cached[page - this.region.basePage]! & STORES) !== 0;
  }

  /** Whether there is a reason to watch a page, which may lie anywhere. */
  isWatched(page: number): boolean {
    return this.region.contains(page) && this.#watched[page - this.region.basePage] !== 0;
  }

  /** The reasons to watch a page of the region. */
  watchesOf(page: number): number {
    return this.#watched[page - this.region.basePage]!;
  }

  /**
   * From now on stores to a page do not go directly. Made complete by `Tlb.watch`.
   *
   * @param reason One bit of eight, of which {@link WATCHED_TABLE} is the memory's; a page is watched
   *   while it has one.
   */
  watch(page: number, reason: number): void {
    assert(this.region.contains(page), "a page of the region is watched");
    this.#watched[page - this.region.basePage]! |= reason;
    this.#show(page);
  }

  /** Takes a reason back. */
  unwatch(page: number, reason: number): void {
    assert(this.region.contains(page), "a page of the region is watched");
    this.#watched[page - this.region.basePage]! &= ~reason;
    this.#show(page);
  }

  /**
   * Forgets everything cached; pages stay watched.
   *
   * @param except Broken on purpose: pages of which what is cached stays.
   */
  invalidate(except?: ReadonlySet<number>): void {
    if (except !== undefined) {
      const filled = this.#filled.splice(0);
      for (const page of filled) {
        if (except.has(page)) this.#filled.push(page);
        else this.drop(page);
      }
      return;
    }
    for (const page of this.#filled) {
      this.#cached[page - this.region.basePage] = 0;
      this.flags[page] = 0;
    }
    this.#filled.length = 0;
  }

  /** Forgets what is cached of one page, which may lie anywhere. */
  drop(page: number): void {
    if (!this.region.contains(page)) return;
    this.#cached[page - this.region.basePage] = 0;
    this.#show(page);
  }

  /** Calls `visit` for each page to which stores go without a walk. */
  forEachWritable(visit: (page: number) => void): void {
    for (const page of this.#filled) if (this.isStoreCached(page)) visit(page);
  }

  #fill(page: number, writable: boolean): void {
    const index = page - this.region.basePage;
    assert(this.region.contains(page), "a page of the region is cached");
    if (this.#cached[index] === 0) this.#filled.push(page);
    this.#cached[index]! |= writable ? LOADS | STORES : LOADS;
    this.#show(page);
  }

  /** Brings the flags of a page up to date. */
  #show(page: number): void {
    const index = page - this.region.basePage;
    const cached = this.#cached[index]!;
    const isOpen = (cached & STORES) !== 0 && this.#watched[index] === 0;
    this.flags[page] = ((cached & LOADS) !== 0 ? DIRECT_LOAD : 0) | (isOpen ? DIRECT_STORE : 0);
  }
}
