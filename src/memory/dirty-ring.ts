import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";

/** Most entries of a ring. */
export const RING_ENTRIES_MAX = 65_536;

/** Entries of a ring if nothing else is asked for. */
export const RING_ENTRIES = 4_096;

/** Entries that are kept back for writes on the way between the watermark and the machine's stop. */
export const RING_RESERVED_ENTRIES = 64;

/** Size of a {@link DirtyRing}. */
export interface DirtyRingOptions {
  /** Entries that it has room for, 1 to {@link RING_ENTRIES_MAX}. Default {@link RING_ENTRIES}. */
  readonly entries?: number;
  /**
   * Entries from which on it counts as full, 1 to `entries`. Default {@link RING_RESERVED_ENTRIES}
   * below `entries`, or half of them if they are fewer than twice that.
   */
  readonly watermark?: number;
}

/**
 * A bounded list of pages, each as a slot of memory and an offset in it. Its entries are all taken
 * out at once, with the machine stopped, so the next begins at the front again.
 */
export class DirtyRing {
  /** Entries that it has room for. */
  readonly entries: number;
  /** Entries from which on it counts as full. */
  readonly watermark: number;
  readonly #slots: Int32Array;
  readonly #offsets: Int32Array;
  #used = 0;

  /** @throws `StandinRangeError` `RING_ENTRIES`, `RING_WATERMARK`. */
  constructor({ entries = RING_ENTRIES, watermark }: DirtyRingOptions = {}) {
    expectWithin("RING_ENTRIES", "entries of a dirty ring", entries, RING_ENTRIES_MAX);
    const reserved = Math.min(RING_RESERVED_ENTRIES, Math.floor(entries / 2));
    this.entries = entries;
    this.watermark = watermark ?? entries - reserved;
    expectWithin("RING_WATERMARK", "entries as a watermark", this.watermark, entries);
    this.#slots = new Int32Array(entries);
    this.#offsets = new Int32Array(entries);
  }

  /** Entries in it. */
  get used(): number {
    return this.#used;
  }

  /** Whether the watermark is reached. */
  get isFull(): boolean {
    return this.#used >= this.watermark;
  }

  /** Whether there is no room left at all. */
  get isExhausted(): boolean {
    return this.#used === this.entries;
  }

  /** Adds an entry. There must be room. */
  push(slot: number, offset: number): void {
    assert(!this.isExhausted, "an entry is pushed only where there is room");
    this.#slots[this.#used] = slot;
    this.#offsets[this.#used] = offset;
    this.#used += 1;
  }

  /**
   * Takes all entries out, the oldest first. `visit` must not push.
   *
   * @returns Entries taken.
   */
  drain(visit: (slot: number, offset: number) => void): number {
    const taken = this.#used;
    for (let index = 0; index < taken; index += 1) {
      visit(this.#slots[index]!, this.#offsets[index]!);
    }
    assert(this.#used === taken, "nothing is pushed while entries are taken");
    this.#used = 0;
    return taken;
  }
}

function expectWithin(code: string, what: string, value: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  throw new StandinRangeError(code, `expected 1 to ${most} ${what}, got ${value}`);
}
