import { assert } from "./assert.ts";
import type { RandomStream } from "./random.ts";
import type { Nanoseconds } from "./time.ts";

const U32_RANGE = 0x1_0000_0000;

/** Most unit lengths of one draw; the probability of more is less than 10^-27. */
const LENGTHS_MAX = 64;

/**
 * Draws a time from the exponential distribution: that from one failure to the next of something that does not
 * age. By comparing uniform numbers only, so that every engine draws the same (von Neumann, 1951: Various
 * techniques used in connection with random digits).
 *
 * @param meanNs A positive whole number; the unit is the caller's.
 * @returns A whole number, from 1.
 */
export function exponential(random: RandomStream, meanNs: Nanoseconds): Nanoseconds {
  assert(Number.isSafeInteger(meanNs) && meanNs > 0, "a mean is a positive whole number");
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
      return Math.max(1, lengths * meanNs + Math.floor((first / U32_RANGE) * meanNs));
    }
  }
  return LENGTHS_MAX * meanNs;
}
