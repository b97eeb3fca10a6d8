import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Memory } from "./memory.ts";
import { ADDRESS_PAGES_MAX, PAGE_SIZE, PAGE_WORDS } from "./page.ts";

/** A page of the host's memory, as words in the byte order of the machine. */
export interface PhysicalPage {
  /** Its number. */
  readonly page: number;
  /** Words among which it lies; the memory's own, to be written in place. */
  readonly words: Int32Array;
  /** Where among them it begins. */
  readonly at: number;
}

/**
 * The memory of a host that a machine runs on bare: the machine's own pages, which its operating system
 * uses, and a range that firmware has kept from it. Both lie in one address space, that of the host, and
 * only who runs below the operating system reaches the range.
 *
 * It goes when the host loses power, as all memory does.
 */
export class PhysicalMemory {
  /** What the operating system uses. */
  readonly memory: Memory;
  /** First page of the reserved range. */
  readonly reservedPage: number;
  /** Pages of the reserved range. */
  readonly reservedPages: number;
  readonly #reserved: Int32Array;

  /**
   * @param reservedPage First page of a range in which the memory has no region.
   * @throws StandinRangeError `REGION_OVERLAP` where it has one, `PAGE_OUT_OF_RANGE` past the address space.
   */
  constructor(memory: Memory, reservedPage: number, reservedPages: number) {
    const endPage = reservedPage + reservedPages;
    if (!(reservedPage >= 0 && endPage <= ADDRESS_PAGES_MAX)) {
      throw new StandinRangeError(
        "PAGE_OUT_OF_RANGE",
        `expected a reserved range within ${ADDRESS_PAGES_MAX} pages, got one that ends at page ${endPage}`,
      );
    }
    for (const { name, basePage, maxPages } of memory.regions) {
      if (reservedPage >= basePage + maxPages || endPage <= basePage) continue;
      throw new StandinRangeError(
        "REGION_OVERLAP",
        `expected a reserved range apart from region "${name}", got pages ${reservedPage} to ${endPage - 1}`,
      );
    }
    this.memory = memory;
    this.reservedPage = reservedPage;
    this.reservedPages = reservedPages;
    this.#reserved = new Int32Array(reservedPages * PAGE_WORDS);
  }

  /** Whether a page lies in the reserved range. */
  isReserved(page: number): boolean {
    return page >= this.reservedPage && page < this.reservedPage + this.reservedPages;
  }

  /**
   * A page to be written by whoever runs below the operating system, whichever it is: below it nothing
   * keeps a page of the machine from being overwritten.
   *
   * @throws StandinRangeError `PAGE_OUT_OF_RANGE` for a page that the host does not have.
   */
  page(page: number): PhysicalPage {
    if (this.isReserved(page)) {
      return { page, words: this.#reserved, at: (page - this.reservedPage) * PAGE_WORDS };
    }
    const region = this.memory.regionAt(page);
    if (region === undefined) {
      throw new StandinRangeError("PAGE_OUT_OF_RANGE", `expected a page of the host, got ${page}`);
    }
    const { backing, basePage } = region;
    assert(!backing.movable, "what lies below an operating system does not move");
    backing.claim(page - basePage);
    // What is cached of a page that had none leads to the shared zeros.
    this.memory.tlb.drop(page);
    const { words } = backing.extentOf(page - basePage);
    return { page, words, at: backing.offsetOf(page - basePage) >>> 2 };
  }

  /** A copy of a page's bytes, which the caller keeps. */
  copy(page: number): Uint8Array {
    if (!this.isReserved(page)) return this.memory.page(page).slice();
    const offset = (page - this.reservedPage) * PAGE_SIZE;
    return new Uint8Array(this.#reserved.buffer, offset, PAGE_SIZE).slice();
  }

  /** Fills the reserved range with zeros: nobody runs in it any more. */
  clearReserved(): void {
    this.#reserved.fill(0);
  }
}
