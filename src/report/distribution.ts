import type { Nanoseconds } from "../sim/time.ts";

/** Exact quantiles by nearest rank; each is one of the measured values, `null` without any. */
export interface Quantiles {
  readonly p50: Nanoseconds | null;
  readonly p99: Nanoseconds | null;
  readonly max: Nanoseconds | null;
}

/** Measured durations. All are kept, so that quantiles are exact. */
export class Distribution {
  readonly #values: Nanoseconds[] = [];

  /** Values added so far. */
  get count(): number {
    return this.#values.length;
  }

  /** Adds a value. */
  add(valueNs: Nanoseconds): void {
    this.#values.push(valueNs);
  }

  /** Median, 99th percentile and largest value of all so far. */
  quantiles(): Quantiles {
    const sorted = Float64Array.from(this.#values).sort();
    const rank = (percent: number): Nanoseconds | null =>
      sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? null;
    return { p50: rank(50), p99: rank(99), max: rank(100) };
  }
}
