import { StandinRangeError } from "../sim/errors.ts";

/** How the pages of a checkpoint are captured. */
export interface Capture {
  /** What it is, with its settings, for reports. */
  readonly name: string;
  /**
   * Most rounds in which dirty pages are collected and sent while the machine runs, before it is
   * stopped for those left.
   */
  readonly rounds: number;
  /** The machine is stopped when a round leaves at most so many pages. */
  readonly pages: number;
}

/** Settings of {@link brownout}. */
export interface BrownoutOptions {
  /** Most rounds while the machine runs, 1 to 64. Default 4. */
  readonly rounds?: number;
  /** Stop when at most so many pages are left. Default 16. */
  readonly pages?: number;
}

const ROUNDS_MAX = 64;

/** Stop the machine, copy its dirty pages, let it go on (Remus, NSDI'08). */
export function stopAndCopy(): Capture {
  return { name: "stop and copy", rounds: 0, pages: 0 };
}

/**
 * Send dirty pages while the machine runs, again and again, until few are left or they stop becoming
 * fewer; then stop it for the last ones. The stop is short if what the machine writes in one round is
 * less than what it wrote in the whole interval.
 *
 * Source: US10216598, brownout and blackout.
 *
 * @throws StandinRangeError `CAPTURE_OPTION`.
 */
export function brownout({ rounds = 4, pages = 16 }: BrownoutOptions = {}): Capture {
  expect("rounds", rounds, 1, ROUNDS_MAX);
  expect("pages", pages, 0, Number.MAX_SAFE_INTEGER);
  return {
    name: `brownout of at most ${rounds} rounds, blackout at ${pages} pages`,
    rounds,
    pages,
  };
}

function expect(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new StandinRangeError(
    "CAPTURE_OPTION",
    `${name}: expected a whole number from ${least} to ${most}, got ${value}`,
  );
}
