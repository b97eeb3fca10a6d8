import { RunningHash } from "../../../src/sim/hash.ts";
import type { RandomSource } from "../../../src/verify/history/simulate-history.ts";

/**
 * Draws from a list, as long as it lasts, then from a seed: a list that shrinks makes draws that
 * shrink, and the draws never end.
 */
export function drawsFrom(list: readonly number[], seed: number): RandomSource {
  const hash = new RunningHash();
  hash.addInteger(seed);
  let drawn = 0;
  return {
    below(limit) {
      const listed = list[drawn];
      drawn += 1;
      if (listed !== undefined) return listed % limit;
      hash.add32(drawn);
      return (hash.lanes()[0] >>> 0) % limit;
    },
  };
}
