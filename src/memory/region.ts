import { assert } from "../sim/assert.ts";
import type { Backing } from "./backing.ts";
import { ADDRESS_PAGES_MAX } from "./page.ts";

/**
 * Whether the processor's stores to a region pass through the memory (`seen`), or reach its bytes
 * some other way (`unseen`), as those of a WebAssembly guest to its own linear memory do.
 */
export type StoreVisibility = "seen" | "unseen";

/** What a region stands for: memory, or the pages of a disk that are kept like memory. */
export type Medium = "memory" | "disk";

/** A region to add to a memory. */
export interface RegionOptions {
  /** Unlike every other in the memory; for errors and reports. */
  readonly name: string;
  /** Number of its first page in the guest-physical address space. */
  readonly basePage: number;
  /** Its bytes, from now on the memory's own to write. */
  readonly backing: Backing;
  /** Whether its stores pass through the memory. */
  readonly stores: StoreVisibility;
  /** What it stands for; a stand-by machine may keep its disk another way. Default `memory`. */
  readonly medium?: Medium;
}

/**
 * A range of guest-physical pages with one backing, like a memory slot of KVM. It reserves room for
 * `maxPages`, of which the first `pageCount` exist.
 */
export class Region {
  readonly name: string;
  readonly basePage: number;
  /** To look at: its pages are numbered from 0. Writing is up to the memory. */
  readonly backing: Backing;
  readonly stores: StoreVisibility;
  readonly medium: Medium;

  /** Made by `Memory.addRegion`, which has checked the options. */
  constructor({ name, basePage, backing, stores, medium = "memory" }: RegionOptions) {
    assert(basePage >= 0, "a region begins within the address space");
    assert(basePage + backing.maxPages <= ADDRESS_PAGES_MAX, "a region ends within it");
    assert(backing.pageCount <= backing.maxPages, "a region has room for the pages that it has");
    this.name = name;
    this.basePage = basePage;
    this.backing = backing;
    this.stores = stores;
    this.medium = medium;
  }

  /** Pages that exist now. */
  get pageCount(): number {
    return this.backing.pageCount;
  }

  /** Pages that the region may grow to and that nobody else can have. */
  get maxPages(): number {
    return this.backing.maxPages;
  }

  /** Whether a guest-physical page number is that of a page that exists in this region. */
  contains(page: number): boolean {
    return page >= this.basePage && page < this.basePage + this.backing.pageCount;
  }

  /**
   * Adds zero pages at the end, up to `pageCount` in all.
   *
   * @throws `StandinRangeError` `GROWTH_OUT_OF_RANGE`.
   */
  grow(pageCount: number): void {
    this.backing.grow(pageCount);
    assert(this.pageCount === pageCount, "a region has grown to what was asked for");
  }
}
