import { assert } from "../sim/assert.ts";
import { ms, type Nanoseconds } from "../sim/time.ts";

/** Time-out as long as nothing was measured. */
export const TIMEOUT_INITIAL_NS: Nanoseconds = ms(10);

/** Shortest time-out: below this a receiver that was merely busy would look like a loss. */
export const TIMEOUT_MIN_NS: Nanoseconds = ms(1);

/** Where doubling ends, unless the way itself is longer. */
export const TIMEOUT_MAX_NS: Nanoseconds = ms(200);

/** More doublings than this change nothing. */
const DOUBLINGS_MAX = 30;

/**
 * How long to wait for an acknowledgement: the smoothed round trip and four times its deviation
 * (Jacobson, SIGCOMM'88; RFC 6298), in integers, doubled for each time-out in a row.
 */
export class RoundTrip {
  /** Smoothed round trip, eight times; and deviation, four times; so that shifts lose nothing. */
  #smoothed8 = 0;
  #deviation4 = 0;
  #isMeasured = false;
  #doublings = 0;

  /** How long to wait now. */
  get timeoutNs(): Nanoseconds {
    const measuredNs = this.#isMeasured
      ? Math.max(Math.floor(this.#smoothed8 / 8) + this.#deviation4, TIMEOUT_MIN_NS)
      : TIMEOUT_INITIAL_NS;
    let timeoutNs = measuredNs;
    for (let i = 0; i < this.#doublings && timeoutNs < TIMEOUT_MAX_NS; i += 1) timeoutNs *= 2;
    // A way longer than the cap is waited for: resending into it would only make it longer.
    return Math.max(Math.min(timeoutNs, TIMEOUT_MAX_NS), measuredNs);
  }

  /** An answer came after so long. */
  measure(roundTripNs: Nanoseconds): void {
    assert(Number.isSafeInteger(roundTripNs) && roundTripNs >= 0, "a round trip takes time");
    if (!this.#isMeasured) {
      this.#isMeasured = true;
      this.#smoothed8 = roundTripNs * 8;
      this.#deviation4 = roundTripNs * 2;
      return;
    }
    const error = roundTripNs - Math.floor(this.#smoothed8 / 8);
    this.#smoothed8 += error;
    this.#deviation4 += Math.abs(error) - Math.floor(this.#deviation4 / 4);
  }

  /** Nothing came in time. */
  doubleTimeout(): void {
    this.#doublings = Math.min(this.#doublings + 1, DOUBLINGS_MAX);
  }

  /** Something new came. */
  endDoubling(): void {
    this.#doublings = 0;
  }
}
