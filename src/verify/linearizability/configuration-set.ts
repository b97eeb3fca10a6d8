import { assert } from "../../sim/assert.ts";

/** Words that all configurations of a set take, at most (256 MiB). */
const WORDS_MAX = 67_108_864;

const FIRST_WORDS = 256;
const FIRST_BUCKETS = 64;

/** Words in front of the bits: next entry of the bucket, frontier, state. */
const HEADER_WORDS = 3;

/**
 * The configurations that a search has been in: how far the history is explained (frontier), the
 * model's state, which operations under way are executed, and which open ones are.
 *
 * A configuration is as good as known if one is known that differs only in having executed fewer of
 * the open operations: whatever can follow the one can follow the other.
 *
 * A hash table over one growing array of words. When it is full it forgets nothing and takes no more;
 * the search then repeats work, and its verdict stays the same.
 */
export class ConfigurationSet {
  readonly #bitWords: number;
  readonly #openWords: number;
  readonly #entryWords: number;
  /** Entries one after the other; entry 0 is none, so that 0 ends a bucket's list. */
  #words: Uint32Array = new Uint32Array(FIRST_WORDS);
  #used: number;
  #count = 0;
  #buckets: Uint32Array = new Uint32Array(FIRST_BUCKETS);

  /** @param bitWords Words of bits for operations under way. @param openWords Likewise, open ones. */
  constructor(bitWords: number, openWords: number) {
    this.#bitWords = bitWords;
    this.#openWords = openWords;
    this.#entryWords = HEADER_WORDS + bitWords + openWords;
    this.#used = this.#entryWords;
  }

  /** Configurations held. */
  get size(): number {
    return this.#count;
  }

  /**
   * Adds a configuration, unless one as good is known.
   *
   * @param bits Read only; copied.
   * @param openBits Read only; copied.
   * @returns Whether it was new.
   */
  add(frontier: number, state: number, bits: Uint32Array, openBits: Uint32Array): boolean {
    assert(bits.length === this.#bitWords, "configurations: bits fill their words");
    assert(openBits.length === this.#openWords, "configurations: open bits fill their words");
    const bucket = this.#hash(frontier, state, bits) & (this.#buckets.length - 1);
    const words = this.#words;
    for (let entry = this.#buckets[bucket]!; entry !== 0; entry = words[entry]!) {
      if (words[entry + 1] !== frontier || words[entry + 2] !== state) continue;
      if (this.#isAsGood(entry + HEADER_WORDS, bits, openBits)) return false;
    }
    this.#insert(bucket, frontier, state, bits, openBits);
    return true;
  }

  #isAsGood(at: number, bits: Uint32Array, openBits: Uint32Array): boolean {
    const words = this.#words;
    for (let i = 0; i < this.#bitWords; i += 1) {
      if (words[at + i] !== bits[i]) return false;
    }
    const open = at + this.#bitWords;
    for (let i = 0; i < this.#openWords; i += 1) {
      if ((words[open + i]! & ~openBits[i]!) !== 0) return false;
    }
    return true;
  }

  #insert(
    bucket: number,
    frontier: number,
    state: number,
    bits: Uint32Array,
    openBits: Uint32Array,
  ): void {
    const entry = this.#used;
    if (entry + this.#entryWords > this.#words.length && !this.#grow()) return;
    const words = this.#words;
    words[entry] = this.#buckets[bucket]!;
    words[entry + 1] = frontier;
    words[entry + 2] = state;
    words.set(bits, entry + HEADER_WORDS);
    words.set(openBits, entry + HEADER_WORDS + this.#bitWords);
    this.#buckets[bucket] = entry;
    this.#used += this.#entryWords;
    this.#count += 1;
    if (this.#count > this.#buckets.length) this.#rehash();
  }

  #grow(): boolean {
    const length = Math.max(2 * this.#words.length, this.#used + this.#entryWords);
    if (length > WORDS_MAX) return false;
    const words = new Uint32Array(length);
    words.set(this.#words);
    this.#words = words;
    return true;
  }

  #rehash(): void {
    const buckets = new Uint32Array(4 * this.#buckets.length);
    const words = this.#words;
    for (let entry = this.#entryWords; entry < this.#used; entry += this.#entryWords) {
      const at = entry + HEADER_WORDS;
      const bits = words.subarray(at, at + this.#bitWords);
      const bucket = this.#hash(words[entry + 1]!, words[entry + 2]!, bits) & (buckets.length - 1);
      words[entry] = buckets[bucket]!;
      buckets[bucket] = entry;
    }
    this.#buckets = buckets;
  }

  /** Of all but the open operations: configurations that may be as good as another share a bucket. */
  #hash(frontier: number, state: number, bits: Uint32Array): number {
    let hash = Math.imul(frontier, 0x9e3779b1) ^ Math.imul(state, 0x85ebca6b);
    for (let i = 0; i < this.#bitWords; i += 1) {
      hash = Math.imul(hash ^ (hash >>> 15) ^ bits[i]!, 0xc2b2ae35);
    }
    hash = Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}
