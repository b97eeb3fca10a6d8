import { assert } from "../sim/assert.ts";
import { ADDRESS_PAGES_MAX } from "./page.ts";

/** Shape of a {@link LeafTable}. */
export interface LeafTableShape {
  /** Binary logarithm of the pages that one leaf is for. */
  readonly leafShift: number;
  /** 32-bit words in a leaf. */
  readonly leafWords: number;
}

/**
 * A table over page numbers in which only the parts in use take memory: a directory of leaves, and
 * the leaves one after another in one array of 32-bit words, all zero at first.
 *
 * Finding a leaf takes constant time. The directory takes 4 bytes per leaf up to the highest one
 * in use, whatever lies between.
 */
export class LeafTable {
  readonly #leafShift: number;
  readonly #leafWords: number;
  /** For each leaf number the position of the leaf plus 1, or 0 where there is none. */
  #directory = new Int32Array(0);
  #words = new Int32Array(0);
  #leafCount = 0;
  #lowest = ADDRESS_PAGES_MAX;
  #highest = -1;

  constructor({ leafShift, leafWords }: LeafTableShape) {
    assert(leafShift >= 0 && leafShift <= 24, "a leaf is for a power of two of pages");
    assert(leafWords > 0, "a leaf holds something");
    this.#leafShift = leafShift;
    this.#leafWords = leafWords;
  }

  /** The words of all leaves. Another array after any {@link LeafTable.claim} that made a leaf. */
  get words(): Int32Array {
    return this.#words;
  }

  /** Leaves in use. */
  get leafCount(): number {
    return this.#leafCount;
  }

  /** Leaf number of the first leaf in use; iterate from here to {@link LeafTable.highest}. */
  get lowest(): number {
    return this.#lowest;
  }

  /** Leaf number of the last leaf in use, −1 without any. */
  get highest(): number {
    return this.#highest;
  }

  /** Bytes of host memory held. */
  get residentBytes(): number {
    return this.#directory.byteLength + this.#words.byteLength;
  }

  /** Where the leaf of a page begins in {@link LeafTable.words}, −1 if it has none. */
  find(page: number): number {
    return this.findLeaf(page >>> this.#leafShift);
  }

  /** Where the leaf with this number begins in {@link LeafTable.words}, −1 if there is none. */
  findLeaf(leaf: number): number {
    if (leaf >= this.#directory.length) return -1;
    const position = this.#directory[leaf]!;
    return position === 0 ? -1 : (position - 1) * this.#leafWords;
  }

  /** As {@link LeafTable.find}, but makes the leaf if there is none. */
  claim(page: number): number {
    const found = this.find(page);
    return found >= 0 ? found : this.#makeLeaf(page);
  }

  /** Forgets all contents; the room stays for reuse. Takes time for what was in use only. */
  clear(): void {
    this.#words.fill(0, 0, this.#leafCount * this.#leafWords);
    if (this.#highest >= 0) this.#directory.fill(0, this.#lowest, this.#highest + 1);
    this.#leafCount = 0;
    this.#lowest = ADDRESS_PAGES_MAX;
    this.#highest = -1;
    assert(this.#words.length === 0 || this.#words[0] === 0, "a cleared table holds nothing");
  }

  #makeLeaf(page: number): number {
    assert(page >= 0 && page < ADDRESS_PAGES_MAX, "a page number within the address space");
    const leaf = page >>> this.#leafShift;
    assert(this.findLeaf(leaf) < 0, "a leaf is made once");
    if (leaf >= this.#directory.length) {
      const grown = new Int32Array(Math.max(leaf + 1, this.#directory.length * 2));
      grown.set(this.#directory);
      this.#directory = grown;
    }
    const start = this.#leafCount * this.#leafWords;
    if (start === this.#words.length) {
      const grown = new Int32Array(Math.max(this.#leafWords, this.#words.length * 2));
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#leafCount += 1;
    this.#directory[leaf] = this.#leafCount;
    this.#lowest = Math.min(this.#lowest, leaf);
    this.#highest = Math.max(this.#highest, leaf);
    assert(start + this.#leafWords <= this.#words.length, "every leaf lies within the words");
    return start;
  }
}
