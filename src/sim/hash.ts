/** Strings whose hash is kept; beyond it all are forgotten, which changes the speed and no hash. */
const CACHED_STRINGS_MAX = 16_384;

/**
 * Longer strings are hashed each time. Names are shorter; what is longer is mostly a digest, which is seen once or
 * twice and costs more to look up and keep than to hash.
 */
const CACHED_STRING_LENGTH_MAX = 24;

const TWO_POW_32 = 4_294_967_296;

/**
 * A hash that grows with what is added, 64 bits in two 32-bit lanes. The same additions in the same
 * order give the same digest on every engine; it is for telling runs apart, not for secrets.
 *
 * Each lane takes a word as MurmurHash3 does (Appleby, public domain), and each then takes in the
 * other one, as in its 128-bit form: for a given word the step is a bijection of the 64-bit state.
 */
export class RunningHash {
  #a = 0x2f0b4a37;
  #b = 0x6d1c83f5;
  readonly #strings: Map<string, number> = new Map();

  /** Adds the low 32 bits of an integer. */
  add32(word: number): void {
    const k = Math.imul(word, 0xcc9e2d51);
    const l = Math.imul(word, 0x239b961b);
    let a = this.#a ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    a = (((a << 13) | (a >>> 19)) + this.#b) | 0;
    a = (Math.imul(a, 5) + 0xe6546b64) | 0;
    let b = this.#b ^ Math.imul((l << 16) | (l >>> 16), 0xab0e9789);
    b = (((b << 17) | (b >>> 15)) + a) | 0;
    this.#a = a;
    this.#b = (Math.imul(b, 5) + 0x0bcaa747) | 0;
  }

  /** Adds a safe integer, negative ones too, as two words. */
  addInteger(value: number): void {
    this.add32(value | 0);
    this.add32(Math.floor(value / TWO_POW_32) | 0);
  }

  /** Adds a string: its length and a 32-bit hash of it, which is kept for the next time. */
  addString(text: string): void {
    this.add32(text.length);
    if (text.length > CACHED_STRING_LENGTH_MAX) {
      this.add32(hashText(text));
      return;
    }
    let hash = this.#strings.get(text);
    if (hash === undefined) {
      hash = hashText(text);
      if (this.#strings.size >= CACHED_STRINGS_MAX) this.#strings.clear();
      this.#strings.set(text, hash);
    }
    this.add32(hash);
  }

  /** The hash of all additions so far, as 16 hexadecimal digits. Adding may go on afterwards. */
  digest(): string {
    const a = avalanche(this.#a ^ avalanche(this.#b));
    const b = avalanche(this.#b ^ a);
    return hex32(a) + hex32(b);
  }

  /** The two lanes after mixing, for use as a seed: two signed 32-bit integers. */
  lanes(): readonly [number, number] {
    const a = avalanche(this.#a ^ avalanche(this.#b));
    return [a, avalanche(this.#b ^ a)];
  }
}

function hex32(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}

/** Final mix of MurmurHash3: every input bit reaches every output bit. */
function avalanche(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** FNV-1a over UTF-16 code units, then mixed. */
function hashText(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return avalanche(hash);
}

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1);
}

/**
 * xxHash32 (Collet; algorithm description 0.1.1): a check value against damage, not against intent.
 *
 * @param bytes Read only; the caller keeps them.
 * @param seed Low 32 bits are used; 0 by default.
 * @returns An integer from 0 to 2^32 - 1.
 */
export function xxh32(bytes: Uint8Array, seed = 0): number {
  return xxh32From(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, seed);
}

/** As {@link xxh32}, of what a view shows from byte `start` to its end: makes no object. */
export function xxh32From(view: DataView, start: number, seed = 0): number {
  const end = view.byteLength;
  const length = end - start;
  let at = start;
  let hash: number;
  if (length >= 16) {
    let v1 = (seed + PRIME_1 + PRIME_2) | 0;
    let v2 = (seed + PRIME_2) | 0;
    let v3 = seed | 0;
    let v4 = (seed - PRIME_1) | 0;
    for (; at + 16 <= end; at += 16) {
      v1 = round(v1, view.getInt32(at, true));
      v2 = round(v2, view.getInt32(at + 4, true));
      v3 = round(v3, view.getInt32(at + 8, true));
      v4 = round(v4, view.getInt32(at + 12, true));
    }
    hash = (rotate(v1, 1) + rotate(v2, 7) + rotate(v3, 12) + rotate(v4, 18)) | 0;
  } else {
    hash = (seed + PRIME_5) | 0;
  }
  hash = (hash + length) | 0;
  for (; at + 4 <= end; at += 4) {
    hash = (hash + Math.imul(view.getInt32(at, true), PRIME_3)) | 0;
    hash = Math.imul(rotate(hash, 17), PRIME_4);
  }
  for (; at < end; at += 1) {
    hash = (hash + Math.imul(view.getUint8(at), PRIME_5)) | 0;
    hash = Math.imul(rotate(hash, 11), PRIME_1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
