import { assert } from "./assert.ts";
import type { RandomStream } from "./random.ts";

const U32_RANGE = 0x1_0000_0000;

/** Most unit lengths of one draw; the probability of more is less than 10^-27. */
const LENGTHS_MAX = 64;

/** Largest mean, so that every draw is an exact integer. */
export const EXPONENTIAL_MEAN_MAX: number = Math.floor(Number.MAX_SAFE_INTEGER / LENGTHS_MAX);

/**
 * Draws a time from the exponential distribution: that from one failure to the next of something that does not
 * age. By comparing uniform numbers only, so that every engine draws the same (von Neumann, 1951: Various
 * techniques used in connection with random digits).
 *
 * @param mean A whole number from 1 to {@link EXPONENTIAL_MEAN_MAX}; the unit is the caller's.
 * @returns A whole number, from 1. It is rounded down, so take a unit of which the mean has many.
 */
export function exponential(random: RandomStream, mean: number): number {
  assert(Number.isSafeInteger(mean) && mean > 0, "a mean is a positive whole number");
  assert(mean <= EXPONENTIAL_MEAN_MAX, "the longest draw is an exact integer");
  for (let lengths = 0; lengths < LENGTHS_MAX; lengths += 1) {
    const first = random.u32();
    let last = first;
    // How long do numbers fall? With the probability e^-first they do so an odd number of times.
    let count = 1;
    for (;;) {
      const next = random.u32();
      count += 1;
      if (next > last) break;
      last = next;
    }
    if (count % 2 === 0) {
      return Math.max(1, lengths * mean + Math.floor((first / U32_RANGE) * mean));
    }
  }
  return LENGTHS_MAX * mean;
}
