import type { HostClock } from "../../host/host-clock.ts";
import { assert } from "../../sim/assert.ts";
import type { Nanoseconds } from "../../sim/time.ts";

const PPM = 1_000_000;

/** What a lease is made of. */
export interface WriteLeaseOptions {
  readonly clock: HostClock;
  /** How long the pool lets it run, on the pool's clock. */
  readonly leaseNs: Nanoseconds;
  /** How much faster than this clock the pool's may run, in millionths. */
  readonly driftMarginPpm: number;
}

/**
 * How long a holder may go on without having been heard, by its own clock. It counts from when the access
 * was asked for, which was before the pool heard it, and is shorter than the pool's by the margin for drift:
 * so while neither clock is off by more than the margin the holder stops before anybody can take over.
 *
 * Nothing is safe because of it. A holder that is paused, or whose clock is slow, finds out at its next
 * access that it was replaced.
 */
export class WriteLease {
  readonly #options: WriteLeaseOptions;
  #untilNs: Nanoseconds;

  /** It runs from now. */
  constructor(options: WriteLeaseOptions) {
    const { driftMarginPpm } = options;
    assert(driftMarginPpm >= 0 && driftMarginPpm < PPM, "a margin leaves something of the lease");
    this.#options = options;
    this.#untilNs = options.clock.monotonic() + this.lengthNs;
  }

  /** Its length on the holder's clock. */
  get lengthNs(): Nanoseconds {
    const { leaseNs, driftMarginPpm } = this.#options;
    return Math.floor((leaseNs * (PPM - driftMarginPpm)) / PPM);
  }

  /** What is left of it; 0 when it is over. */
  get leftNs(): Nanoseconds {
    return Math.max(0, this.#untilNs - this.#options.clock.monotonic());
  }

  /** The pool has answered something that was asked at this time of the clock. */
  extend(askedAtNs: Nanoseconds): void {
    assert(askedAtNs <= this.#options.clock.monotonic(), "an answer comes after its question");
    this.#untilNs = Math.max(this.#untilNs, askedAtNs + this.lengthNs);
  }
}
