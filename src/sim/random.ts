import { assert } from "./assert.ts";
import { StandinRangeError } from "./errors.ts";
import { RunningHash } from "./hash.ts";

const TWO_POW_32 = 4_294_967_296;
const TWO_POW_53 = 9_007_199_254_740_992;

/** Draws thrown away at the start, so that similar seeds have nothing in common any more. */
const WARM_UP_DRAWS = 16;

/**
 * A named stream of random numbers: the same seed and name give the same numbers, whatever other
 * streams draw. Generator: sfc32 (Doty-Humphrey, PractRand), 128 bits of state, integers only.
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /**
   * @param seed A safe integer.
   * @param name Any text; say who draws and what for, such as `"link a-b loss"`.
   * @throws StandinRangeError if the seed is not a safe integer.
   */
  constructor(seed: number, name: string) {
    if (!Number.isSafeInteger(seed)) {
      throw new StandinRangeError("SEED", `seed: expected a safe integer, got ${seed}`);
    }
    const hash = new RunningHash();
    hash.addInteger(seed);
    // Code units one by one: a 32-bit hash of the name would let two of many names share a stream.
    for (let i = 0; i < name.length; i += 1) hash.add32(name.charCodeAt(i));
    const [a, b] = hash.lanes();
    hash.add32(name.length);
    const [c] = hash.lanes();
    this.#a = a;
    this.#b = b;
    this.#c = c;
    for (let i = 0; i < WARM_UP_DRAWS; i += 1) this.#next();
  }

  /** An integer from 0 to 2^32 - 1. */
  u32(): number {
    return this.#next() >>> 0;
  }

  /**
   * An integer from 0 to `limit - 1`, each equally likely.
   *
   * @throws StandinRangeError if `limit` is not a positive safe integer.
   */
  below(limit: number): number {
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new StandinRangeError("LIMIT", `below: expected a positive safe integer, got ${limit}`);
    }
    // Drawing again above the largest multiple of `limit` keeps every result equally likely.
    if (limit <= TWO_POW_32) {
      const end = TWO_POW_32 - (TWO_POW_32 % limit);
      let draw = this.u32();
      while (draw >= end) draw = this.u32();
      return draw % limit;
    }
    const end = TWO_POW_53 - (TWO_POW_53 % limit);
    let draw = this.#u53();
    while (draw >= end) draw = this.#u53();
    return draw % limit;
  }

  /**
   * An integer from `least` to `most`, both included, each equally likely.
   *
   * @throws StandinRangeError if they are not safe integers in this order, or too far apart.
   */
  between(least: number, most: number): number {
    const count = most - least + 1;
    if (!Number.isSafeInteger(least) || !Number.isSafeInteger(most) || least > most) {
      const given = `${least} and ${most}`;
      throw new StandinRangeError(
        "BOUNDS",
        `between: expected ordered safe integers, got ${given}`,
      );
    }
    return least + this.below(count);
  }

  /**
   * True with the given probability. Always takes two draws: a changed probability moves no later
   * draw of the stream.
   *
   * @throws StandinRangeError if the probability is not from 0 to 1.
   */
  chance(probability: number): boolean {
    if (!(probability >= 0 && probability <= 1)) {
      const given = String(probability);
      throw new StandinRangeError("PROBABILITY", `chance: expected 0 to 1, got ${given}`);
    }
    // Scaling by a power of two is exact, so this is an integer comparison in all but name.
    return this.#u53() < probability * TWO_POW_53;
  }

  /**
   * Random bytes, which the caller owns.
   *
   * @throws StandinRangeError if `length` is not a non-negative safe integer.
   */
  bytes(length: number): Uint8Array {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new StandinRangeError("LENGTH", `bytes: expected a length from 0, got ${length}`);
    }
    const bytes = new Uint8Array(length);
    let word = 0;
    for (let i = 0; i < length; i += 1) {
      word = (i & 3) === 0 ? this.#next() : word >>> 8;
      bytes[i] = word;
    }
    return bytes;
  }

  /**
   * One of the items, each equally likely.
   *
   * @throws StandinRangeError if there are none.
   */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) {
      throw new StandinRangeError("EMPTY", "pick: expected at least one item, got none");
    }
    return items[this.below(items.length)] as T;
  }

  /** Puts the items into a random order, in place, and returns them (Fisher and Yates). */
  shuffle<T>(items: T[]): T[] {
    for (let last = items.length - 1; last > 0; last -= 1) {
      const other = this.below(last + 1);
      const item = items[last] as T;
      items[last] = items[other] as T;
      items[other] = item;
    }
    return items;
  }

  #u53(): number {
    const high = this.u32() & 0x1f_ffff;
    const draw = high * TWO_POW_32 + this.u32();
    assert(draw < TWO_POW_53, "a 53-bit draw has 53 bits");
    return draw;
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum;
  }
}
