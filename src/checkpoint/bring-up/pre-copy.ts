import { expectWhole } from "../../sim/expect-whole.ts";
import { ROUNDS_MAX, sendInRounds } from "../capture/rounds.ts";
import type { BringUp } from "./bring-up.ts";

/** Settings of {@link preCopy}. */
export interface PreCopyOptions {
  /** Most rounds while the machine runs, 1 to 64. Default 8. */
  readonly rounds?: number;
  /** Stop for the rest when a round leaves at most so many pages. Default 64. */
  readonly pages?: number;
}

/**
 * Copies all of memory while the machine runs, then what was written meanwhile, and so on; the first
 * checkpoint carries the rest.
 *
 * Source: live migration (Clark et al., NSDI'05).
 *
 * @throws StandinRangeError `CAPTURE_OPTION`.
 */
export function preCopy({ rounds = 8, pages = 64 }: PreCopyOptions = {}): BringUp {
  expectWhole("CAPTURE_OPTION", "rounds", rounds, 1, ROUNDS_MAX);
  expectWhole("CAPTURE_OPTION", "pages", pages, 0);
  return {
    name: `pre-copy of at most ${rounds} rounds, stop at ${pages} pages`,
    begin: (side) => ({
      beforeCheckpoints: () =>
        sendInRounds(side, { rounds, pages }, (round) =>
          side.steps.announce("synchronisation.round", round),
        ),
      atStop: () => 0,
    }),
  };
}
