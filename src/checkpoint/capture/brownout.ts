import { expectWhole } from "../../sim/expect-whole.ts";
import type { Capture } from "./capture.ts";
import { ROUNDS_MAX, sendInRounds } from "./rounds.ts";

/** Settings of {@link brownout}. */
export interface BrownoutOptions {
  /** Most rounds while the machine runs, 1 to 64. Default 4. */
  readonly rounds?: number;
  /** Stop when at most so many pages are left. Default 16. */
  readonly pages?: number;
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
  expectWhole("CAPTURE_OPTION", "rounds", rounds, 1, ROUNDS_MAX);
  expectWhole("CAPTURE_OPTION", "pages", pages, 0);
  return {
    name: `brownout of at most ${rounds} rounds, blackout at ${pages} pages`,
    begin: (side) => ({
      *beforeStop() {
        yield* side.dirty.collect();
        yield* sendInRounds(side, { rounds, pages }, (round) =>
          side.steps.announce("brownout.round", round),
        );
      },
    }),
  };
}
