import type { Nanoseconds } from "./time.ts";
import type { TraceRecord, TraceSink } from "./trace.ts";

/**
 * Writes each record as one line of JSON, `{"atNs":…,"position":…,"kind":…,…}` without the line end,
 * to a function. A record's own `atNs` or `position` would take the place of the trace's: avoid them.
 */
export class NdjsonSink implements TraceSink {
  readonly #write: (line: string) => void;

  /** @param write Takes a line; what it does with it, and how fast, is its own affair. */
  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  record(atNs: Nanoseconds, position: number, record: TraceRecord): void {
    this.#write(JSON.stringify({ atNs, position, ...record }));
  }
}
