import type { Process } from "../../sim/process.ts";
import type { CaptureSide } from "./capture.ts";

/** Most rounds of anything that is sent in rounds. */
export const ROUNDS_MAX = 64;

/** When sending in rounds ends. */
export interface RoundLimits {
  /** Most rounds. */
  readonly rounds: number;
  /** It ends when at most so many pages are dirty. */
  readonly pages: number;
}

/** One round, for its named point. */
export type Round = { readonly round: number; readonly pages: number };

/**
 * Sends dirty pages while the machine runs, in rounds: until a round leaves few enough, or not fewer
 * than the one before. What was written meanwhile is dirty again (pre-copy, Clark et al., NSDI'05).
 */
export function* sendInRounds(
  { dirty, sendRunning }: CaptureSide,
  { rounds, pages: enough }: RoundLimits,
  announce: (round: Round) => Process,
): Process {
  for (let round = 1; round <= rounds; round += 1) {
    const pages = dirty.pages.size;
    if (pages <= enough) return;
    yield* announce({ round, pages });
    yield* sendRunning(dirty.pages.toArray());
    yield* dirty.collect();
    // A guest that writes faster than the link carries is not caught up with: stop for the rest.
    if (dirty.pages.size >= pages) return;
  }
}
