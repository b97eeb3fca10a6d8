import { PageSet } from "../../memory/page-set.ts";
import { assert } from "../../sim/assert.ts";
import type { FeedbackList } from "./feedback-list.ts";

/**
 * The primary's master list: pages that the secondary has seen change little.
 *
 * Source: US8661213 (the primary merges the lists that it gets into a master list).
 */
export class ListedPages {
  readonly #pages = new PageSet();
  readonly #maxPages: number;

  /** @param maxPages Most pages on the list; further ones are left off. */
  constructor(maxPages: number) {
    this.#maxPages = maxPages;
  }

  /** Pages on the list. */
  get size(): number {
    return this.#pages.size;
  }

  /** Whether a page is on the list. */
  has(page: number): boolean {
    return this.#pages.has(page);
  }

  /** Merges a list that the secondary sent. */
  merge({ unlisted, listed }: FeedbackList): void {
    for (const page of unlisted) this.#pages.delete(page);
    for (const page of listed) {
      if (this.#pages.size < this.#maxPages) this.#pages.add(page);
    }
    assert(this.#pages.size <= this.#maxPages, "the list keeps its bound");
  }

  /** Takes all pages off. */
  clear(): void {
    this.#pages.clear();
  }
}
