import { Checkpointer } from "../checkpoint/checkpointer.ts";
import { createTracker } from "../checkpoint/dirty-pages.ts";
import { type CheckpointOptions, checkpointSettings } from "../checkpoint/options.ts";
import { Receiver } from "../checkpoint/receiver.ts";
import type { Scheme } from "../cluster/scheme.ts";

/**
 * Periodic checkpoints of the whole machine, output held until the secondary has them.
 *
 * Source: Remus (Cully et al., NSDI'08). Defaults: every 25 ms, as in the paper's evaluation.
 *
 * @throws StandinRangeError when an option is out of range.
 */
export function checkpoint(options: CheckpointOptions = {}): Scheme {
  const settings = checkpointSettings(options);
  return {
    name: "checkpoint",
    streams: settings.transfer.streams,
    expect(guest, image) {
      createTracker(guest.memory, settings);
      settings.capture.expect?.(guest);
      settings.quiesce.expect?.(guest, image);
    },
    release: settings.release,
    primary: (side) => new Checkpointer(side, settings),
    secondary: (side) => new Receiver(side, settings),
  };
}
