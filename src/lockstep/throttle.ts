import type { Nanoseconds } from "../sim/time.ts";

const PPM = 1_000_000;

/** "A few percent at a time" (VMware FT, 2010). */
const STEP_PPM = 50_000;

/** A primary that gets nothing at all would never be caught up with by halves. */
const SHARE_MIN_PPM = 50_000;

/**
 * Cuts the share that a primary has of its processor while its secondary lags too far behind, a little at
 * each look, and gives it back as it catches up (VMware FT, 2010: beyond about 1 s).
 */
export class Throttle {
  readonly #mostNs: Nanoseconds;
  #sharePpm = PPM;

  /** @param mostNs Lag from which on the share is cut. */
  constructor(mostNs: Nanoseconds) {
    this.#mostNs = mostNs;
  }

  /** The share, in millionths. */
  get sharePpm(): number {
    return this.#sharePpm;
  }

  /** How much longer everything takes with this share, in millionths: for `VirtualMachine.setThrottle`. */
  get slowdownPpm(): number {
    return Math.floor((PPM * PPM) / this.#sharePpm) - PPM;
  }

  /** Looks at the lag; returns whether the share has changed. */
  look(lagNs: Nanoseconds): boolean {
    const before = this.#sharePpm;
    if (lagNs > this.#mostNs) this.#sharePpm = Math.max(SHARE_MIN_PPM, before - STEP_PPM);
    else if (lagNs * 2 <= this.#mostNs) this.#sharePpm = Math.min(PPM, before + STEP_PPM);
    return this.#sharePpm !== before;
  }
}
