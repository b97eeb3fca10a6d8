import { createTracker } from "../checkpoint/dirty-pages.ts";
import type { Scheme } from "../cluster/scheme.ts";
import { ComparingPrimary } from "../lockstep/compare/comparing-primary.ts";
import { ComparingSecondary } from "../lockstep/compare/comparing-secondary.ts";
import type { CompareSettings } from "../lockstep/compare/options.ts";

/** A scheme in which both machines run and are compared, under the name of its source. */
export function comparing(name: string, settings: CompareSettings): Scheme {
  const { checkpoint } = settings;
  return {
    name,
    // One more than checkpoints need, for what is compared.
    streams: checkpoint.transfer.streams + 1,
    expect(guest) {
      createTracker(guest.memory, checkpoint);
    },
    release: checkpoint.release,
    primary: (side) => new ComparingPrimary(side, settings),
    secondary: (side) => new ComparingSecondary(side, settings),
  };
}
