import { assert } from "../sim/assert.ts";
import { type Extent, ZERO_EXTENT } from "./extent.ts";
import { LeafTable } from "./leaf-table.ts";
import type { Memory } from "./memory.ts";
import { isZeroAt } from "./page-compare.ts";
import { hashPage } from "./page-hash.ts";
import { PageSet } from "./page-set.ts";
import type { Region } from "./region.ts";

/** Pages of one leaf of the table of hashes. */
const LEAF_SHIFT = 6;
const LEAF_MASK = 63;

/** A region with write marks and what is known of its pages. */
interface Followed {
  /** The sum of the hashes of its pages, two halves modulo 2³². */
  readonly sum: Int32Array;
  /** For each page the two halves that are in the sum. */
  readonly hashes: LeafTable;
  /** Write marks from here on have not been looked at. */
  generation: number;
}

/**
 * A 64-bit hash of all that a memory holds: the sum, over all pages that are not zero, of a hash of
 * page number and contents. Equal contents give equal digests whatever has been written, touched or
 * grown on the way; zero pages count nothing.
 *
 * For checks, not a mechanism: it depends on no tracker and changes nothing that one could notice.
 * Regions with write marks are hashed again where they were written since the last time; the others
 * in full each time.
 */
export class MemoryDigest {
  readonly #memory: Memory;
  readonly #followed = new Map<Region, Followed>();
  readonly #written = new PageSet();
  readonly #hash = new Int32Array(2);

  /** @param memory Regions may be added later. Any number of digests can follow one memory. */
  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /**
   * The digest of the contents as they are now: 16 hexadecimal digits.
   *
   * @param instead Pages to take instead of those that the memory has, by number: one page each, at the
   *   beginning of its extent; read at once.
   */
  digest(instead?: ReadonlyMap<number, Extent>): string {
    assert(isZeroAt(ZERO_EXTENT, 0), "nobody has written to the shared zero page");
    const sum = new Int32Array(2);
    for (const region of this.#memory.regions) {
      if (region.backing.marks === undefined) this.#addAll(region, sum);
      else add(sum, this.#followedSum(region));
    }
    for (const [page, extent] of instead ?? []) this.#replace(sum, page, extent);
    return hex(sum[1]!) + hex(sum[0]!);
  }

  /** Takes the hash of a page out of the sum and puts that of other contents in. */
  #replace(sum: Int32Array, page: number, extent: Extent): void {
    const region = this.#memory.regionAt(page);
    assert(region !== undefined, "a page that is replaced is one that exists");
    const had = this.#hashOf(region, page - region.basePage);
    sum[0]! -= had[0]!;
    sum[1]! -= had[1]!;
    if (isZeroAt(extent, 0)) return;
    hashPage(extent.words, 0, page, this.#hash);
    add(sum, this.#hash);
  }

  #addAll(region: Region, sum: Int32Array): void {
    const { pageCount, backing, basePage } = region;
    const added = backing.addHashes?.(basePage, sum) ?? 0;
    for (let page = added; page < pageCount; page += 1) add(sum, this.#hashOf(region, page));
  }

  #followedSum(region: Region): Int32Array {
    let followed = this.#followed.get(region);
    if (followed === undefined) {
      const hashes = new LeafTable({ leafShift: LEAF_SHIFT, leafWords: 2 * (LEAF_MASK + 1) });
      followed = { sum: new Int32Array(2), hashes, generation: 0 };
      this.#followed.set(region, followed);
    }
    const { sum, hashes, generation } = followed;
    this.#written.clear();
    followed.generation = this.#memory.collectMarked(region, generation, this.#written);
    this.#written.forEach((page) => {
      const index = page - region.basePage;
      assert(region.contains(page), "a write mark is of a page of its region");
      const at = hashes.claim(index) + 2 * (index & LEAF_MASK);
      const known = hashes.words.subarray(at, at + 2);
      const hash = this.#hashOf(region, index);
      sum[0]! += hash[0]! - known[0]!;
      sum[1]! += hash[1]! - known[1]!;
      known.set(hash);
    });
    return sum;
  }

  /** The hash of a region's page, in an array that the next call overwrites. */
  #hashOf({ backing, basePage }: Region, page: number): Int32Array {
    if (backing.isZero(page)) this.#hash.fill(0);
    else {
      const { words } = backing.extentOf(page);
      hashPage(words, backing.offsetOf(page) >>> 2, basePage + page, this.#hash);
    }
    return this.#hash;
  }
}

/** Adds modulo 2³² in each half: typed arrays keep the low 32 bits. */
function add(sum: Int32Array, term: Int32Array): void {
  sum[0]! += term[0]!;
  sum[1]! += term[1]!;
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, "0");
}
