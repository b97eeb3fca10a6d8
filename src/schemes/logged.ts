import { type CheckpointOptions, checkpointSettings } from "../checkpoint/options.ts";
import type { Trigger } from "../checkpoint/trigger/trigger.ts";
import type { Scheme } from "../cluster/scheme.ts";
import { LoggedPrimary } from "../lockstep/logged-primary.ts";
import { LoggedSecondary } from "../lockstep/logged-secondary.ts";
import { type FollowOptions, logSettings } from "../lockstep/options.ts";
import { chooseTracker } from "../memory/choose-tracker.ts";
import type { Nanoseconds } from "../sim/time.ts";

/** Parts of checkpoints that go together with a log. */
export type LoggedCheckpointOptions = Pick<
  CheckpointOptions,
  "track" | "scanWorkers" | "capture" | "encode" | "resends" | "broken"
>;

/** What a scheme of checkpoints and a log is made of. */
export interface LoggedOptions {
  readonly name: string;
  readonly checkpoint: LoggedCheckpointOptions & { readonly trigger?: Trigger };
  readonly log: FollowOptions;
  readonly follows: boolean;
  readonly delayNs?: Nanoseconds;
  readonly isError?: ((packet: Uint8Array) => boolean) | undefined;
}

/**
 * A scheme of checkpoints and a log of what happened since, which has a stream of its own.
 *
 * @throws StandinRangeError when an option is out of range.
 */
export function logged(options: LoggedOptions): Scheme {
  const { name, follows, delayNs, isError } = options;
  const checkpoint = checkpointSettings(options.checkpoint);
  const log = logSettings(options.log);
  return {
    name,
    streams: 2,
    expect(guest) {
      chooseTracker(guest.memory, checkpoint.track);
      checkpoint.capture.expect?.(guest);
    },
    primary: (side) => new LoggedPrimary(side, { checkpoint, log, follows, isError }),
    secondary: (side) => new LoggedSecondary(side, { checkpoint, log, follows, delayNs }),
  };
}
