import { assert } from "../sim/assert.ts";

/** A mean and how far from it the true one may be. */
export interface Estimate {
  readonly mean: number;
  /** Half the width of the 95 % confidence interval. */
  readonly half: number;
}

/** Blocks of a simulation from which a mean is estimated. */
export const BLOCKS = 30;

/** 97.5 % quantile of Student's distribution with {@link BLOCKS} - 1 degrees of freedom. */
const STUDENT = 2.045;

/**
 * The mean of independent blocks with its 95 % confidence interval (method of batch means).
 *
 * @param blocks One value for each of {@link BLOCKS} blocks.
 */
export function estimate(blocks: readonly number[]): Estimate {
  assert(blocks.length === BLOCKS, "the quantile is for this many blocks");
  const mean = blocks.reduce((sum, value) => sum + value, 0) / BLOCKS;
  const squares = blocks.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const deviation = Math.sqrt(squares / (BLOCKS - 1));
  return { mean, half: (STUDENT * deviation) / Math.sqrt(BLOCKS) };
}

/** How many nines an availability has: 3 for 99.9 % and more, up to 99.99 %. At most 15. */
export function ninesOf(unavailability: number): number {
  let nines = 0;
  for (let limit = 0.1; unavailability <= limit && nines < 15; limit /= 10) nines += 1;
  return nines;
}
