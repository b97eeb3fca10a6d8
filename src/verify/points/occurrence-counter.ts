import { StandinRangeError } from "../../sim/errors.ts";
import type { TraceRecord } from "../../sim/trace.ts";

/** Which records of a kind are meant. */
export interface PointFilter {
  /** Only those about this host: the one that acts, or that sends, for records of a wire. */
  readonly host?: string;
  /** Only those about this machine. */
  readonly machine?: string;
  /** Only the n-th of those that fit, from 1. */
  readonly occurrence?: number;
}

/** Counts the records of one kind that fit a filter. */
export class OccurrenceCounter {
  readonly #filter: PointFilter;
  #count = 0;

  /** @throws StandinRangeError `OCCURRENCE` if the occurrence is not a whole number from 1. */
  constructor(filter: PointFilter) {
    const { occurrence } = filter;
    if (occurrence !== undefined && !(Number.isSafeInteger(occurrence) && occurrence >= 1)) {
      throw new StandinRangeError(
        "OCCURRENCE",
        `occurrence: expected a whole number from 1, got ${occurrence}`,
      );
    }
    this.#filter = filter;
  }

  /** Records that fitted so far. */
  get count(): number {
    return this.#count;
  }

  /** True if no later record can be meant. */
  get isOver(): boolean {
    const { occurrence } = this.#filter;
    return occurrence !== undefined && this.#count >= occurrence;
  }

  /** Counts a record of the kind. @returns Whether it is one of those that are meant. */
  matches(record: TraceRecord): boolean {
    const { host, machine, occurrence } = this.#filter;
    if (host !== undefined && (record["host"] ?? record["from"]) !== host) return false;
    if (machine !== undefined && record["machine"] !== machine) return false;
    this.#count += 1;
    return occurrence === undefined || this.#count === occurrence;
  }
}
