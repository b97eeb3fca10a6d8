import { assert } from "./assert.ts";
import { StandinRangeError } from "./errors.ts";
import { Ring } from "./ring.ts";
import type { Nanoseconds } from "./time.ts";
import type { TraceRecord, TraceSink } from "./trace.ts";

/** A record with its place in the trace. */
export interface PlacedRecord {
  readonly atNs: Nanoseconds;
  /** 1 for the first record of the run. */
  readonly position: number;
  readonly record: TraceRecord;
}

/** Records that a {@link MemorySink} keeps unless told otherwise. */
const CAPACITY_DEFAULT = 65_536;

/** Keeps the newest records in memory. When full it drops the oldest, and counts what it dropped. */
export class MemorySink implements TraceSink {
  readonly #records: Ring<PlacedRecord>;
  #dropped = 0;

  /**
   * @param capacity Most records kept; 65,536 by default.
   * @throws StandinRangeError if it is not a positive safe integer.
   */
  constructor(capacity: number = CAPACITY_DEFAULT) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new StandinRangeError(
        "CAPACITY",
        `MemorySink: expected a positive capacity, got ${capacity}`,
      );
    }
    this.#records = new Ring(capacity);
  }

  /** The records kept, oldest first, in a new array. */
  get records(): readonly PlacedRecord[] {
    return this.#records.toArray();
  }

  /** Records kept. */
  get length(): number {
    return this.#records.length;
  }

  /** Records that were dropped to make room. */
  get dropped(): number {
    return this.#dropped;
  }

  record(atNs: Nanoseconds, position: number, record: TraceRecord): void {
    if (this.#records.isFull) {
      this.#records.shift();
      this.#dropped += 1;
    }
    this.#records.push({ atNs, position, record });
    assert(this.#records.length + this.#dropped <= position, "a sink sees each record once");
  }

  /** Forgets everything kept; the count of dropped records starts again. */
  clear(): void {
    this.#records.clear();
    this.#dropped = 0;
  }
}
