import { assert } from "./assert.ts";
import { StandinTypeError } from "./errors.ts";
import { RunningHash } from "./hash.ts";
import type { Nanoseconds } from "./time.ts";

/** A value in a record. Numbers are safe integers; fractions have no place in what decides a hash. */
export type TraceValue = string | number | boolean;

/**
 * One thing that happened. Each layer declares its records as a union of type aliases (an interface
 * does not fit an index signature), with `kind` as the tag.
 */
export interface TraceRecord {
  /** What happened, such as `"checkpoint.committed"`. */
  readonly kind: string;
  readonly [field: string]: TraceValue;
}

/** Receives a trace as it is made. A sink sees records; it changes no hash. */
export interface TraceSink {
  /**
   * Called once per record, in order. What a sink emits comes after the record it was called with,
   * for all sinks.
   *
   * @param position How many records there are, this one included: the first has position 1.
   * @param record Not to be changed; it may be kept.
   */
  record(atNs: Nanoseconds, position: number, record: TraceRecord): void;
  /** Called each time the engine resumes a process or runs a callback, before it does. */
  dispatch?(atNs: Nanoseconds, processName: string): void;
}

/** Where a trace reads the time. */
export interface TraceClock {
  readonly now: Nanoseconds;
}

/** Most records that one record may lead sinks to emit; more is a sink that answers itself. */
const CHAIN_LENGTH_MAX = 65_536;

// What precedes each value in the hash, so that 1, "1" and true differ.
const TAG_RECORD = 0x52;
const TAG_DISPATCH = 0x44;
const TAG_NUMBER = 0x4e;
const TAG_STRING = 0x53;
const TAG_TRUE = 0x54;
const TAG_FALSE = 0x46;

interface PendingRecord {
  readonly atNs: Nanoseconds;
  readonly position: number;
  readonly record: TraceRecord;
}

/**
 * What happened in a run, in order. A trace keeps nothing but a count and a running hash: sinks keep
 * what they want. The hash covers the time, fields and values of all records, in the order of the
 * fields, and time and process of every dispatch; it is the identity of the run.
 */
export class Trace {
  readonly #clock: TraceClock;
  readonly #hash: RunningHash = new RunningHash();
  #position = 0;
  #sinks: readonly TraceSink[] = [];
  #dispatchSinks: readonly TraceSink[] = [];
  #isDelivering = false;
  /** Emitted by sinks, waits until all sinks have seen the record before. */
  #pending: PendingRecord[] = [];

  constructor(clock: TraceClock) {
    this.#clock = clock;
  }

  /** Records so far. */
  get position(): number {
    return this.#position;
  }

  /** The hash of everything so far, as 16 hexadecimal digits. */
  hash(): string {
    return this.#hash.digest();
  }

  /**
   * Adds a record, at the current time.
   *
   * @param record The trace and its sinks keep it: build a new one each time.
   * @throws StandinTypeError if a value is neither a string, a safe integer nor a boolean.
   */
  emit<R extends TraceRecord>(record: R): void {
    const atNs = this.#clock.now;
    this.#fold(atNs, record);
    this.#position += 1;
    if (this.#sinks.length !== 0) this.#deliver({ atNs, position: this.#position, record });
  }

  /** Adds a sink, which sees what comes from now on. Adding it twice is an assertion failure. */
  addSink(sink: TraceSink): void {
    assert(!this.#sinks.includes(sink), "a sink is added once");
    this.#sinks = [...this.#sinks, sink];
    this.#dispatchSinks = this.#sinks.filter((each) => each.dispatch !== undefined);
  }

  /** Takes a sink away; it need not be there. */
  removeSink(sink: TraceSink): void {
    this.#sinks = this.#sinks.filter((each) => each !== sink);
    this.#dispatchSinks = this.#dispatchSinks.filter((each) => each !== sink);
  }

  /**
   * Adds a dispatch. Allocates nothing.
   *
   * @param processId 0 for a callback.
   * @returns True if a sink saw it, and so may have done something to the process.
   * @internal
   */
  dispatch(atNs: Nanoseconds, processId: number, processName: string): boolean {
    // One word for tag and process: identifiers count up from 0 and stay far below 2^24.
    this.#hash.add32((processId << 8) | TAG_DISPATCH);
    this.#hash.addInteger(atNs);
    if (this.#dispatchSinks.length === 0) return false;
    for (const sink of this.#dispatchSinks) sink.dispatch?.(atNs, processName);
    return true;
  }

  #fold(atNs: Nanoseconds, record: TraceRecord): void {
    const hash = this.#hash;
    const keys = Object.keys(record);
    hash.add32((keys.length << 8) | TAG_RECORD);
    hash.addInteger(atNs);
    for (const key of keys) {
      hash.addString(key);
      const value: unknown = record[key];
      if (typeof value === "string") {
        hash.add32(TAG_STRING);
        hash.addString(value);
      } else if (Number.isSafeInteger(value)) {
        hash.add32(TAG_NUMBER);
        hash.addInteger(value as number);
      } else if (typeof value === "boolean") {
        hash.add32(value ? TAG_TRUE : TAG_FALSE);
      } else {
        throw new StandinTypeError(
          "RECORD_VALUE",
          `trace record "${record.kind}", field "${key}": expected a string, a safe integer or a boolean, got ${String(value)}`,
        );
      }
    }
  }

  #deliver(first: PendingRecord): void {
    if (this.#isDelivering) {
      this.#pending.push(first);
      return;
    }
    this.#isDelivering = true;
    try {
      this.#show(first);
      for (let i = 0; i < this.#pending.length; i += 1) {
        assert(i < CHAIN_LENGTH_MAX, "sinks do not answer each other for ever");
        this.#show(this.#pending[i] as PendingRecord);
      }
    } finally {
      this.#isDelivering = false;
      if (this.#pending.length !== 0) this.#pending = [];
    }
  }

  #show({ atNs, position, record }: PendingRecord): void {
    for (const sink of this.#sinks) sink.record(atNs, position, record);
  }
}
