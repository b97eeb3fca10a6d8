import { assert } from "../sim/assert.ts";
import { ADDRESS_PAGES_MAX } from "./page.ts";

/** Permission of an entry: the inner machine may load from the page. */
export const INNER_LOAD = 1;

/** Permission of an entry: it may store to the page. */
export const INNER_STORE = 2;

/** Permission of an entry: it may fetch instructions from the page. */
export const INNER_FETCH = 4;

/** One of the permissions of an entry. */
export type InnerAccess = typeof INNER_LOAD | typeof INNER_STORE | typeof INNER_FETCH;

/** Pages that an inner machine has addresses for: 4 GiB. */
export const INNER_PAGES = 1_048_576;

/** What a {@link ComposedEntry} is made of. */
export interface ComposedEntryOptions {
  /** Which inner machine, by a number from 0 that tells its tables from all others, up to 2^32. */
  readonly space: number;
  /** The page as the inner machine numbers it, below {@link INNER_PAGES}. */
  readonly innerPage: number;
  /** The page of the machine that it leads to. */
  readonly page: number;
  /** {@link INNER_LOAD}, {@link INNER_STORE} and {@link INNER_FETCH}, added. */
  readonly permissions: number;
  /** Addresses of the words of the hypervisor's tables that it was made from, multiples of 4. */
  readonly sources: readonly number[];
}

/**
 * A translation from an inner machine's page right to a page of the machine: the hypervisor's table
 * and the one below it, composed. It has a dirty flag of its own, as an entry of a shadow table has:
 * inner stores set this one and no other.
 */
export class ComposedEntry {
  readonly space: number;
  readonly innerPage: number;
  readonly page: number;
  readonly permissions: number;
  readonly sources: readonly number[];
  /** Whether an inner store went through it since this flag was last collected. */
  dirty = false;

  /** Made by `ComposedTable.add`. */
  constructor({ space, innerPage, page, permissions, sources }: ComposedEntryOptions) {
    assert(innerPage >= 0 && innerPage < INNER_PAGES, "an inner page lies within 4 GiB");
    assert(page >= 0 && page < ADDRESS_PAGES_MAX, "it leads to a page of the address space");
    assert(sources.length > 0, "a translation was made from something");
    this.space = space;
    this.innerPage = innerPage;
    this.page = page;
    this.permissions = permissions;
    this.sources = sources;
  }
}
