import type { Scheme } from "../cluster/scheme.ts";
import type { FollowOptions } from "../lockstep/options.ts";
import { type LoggedCheckpointOptions, logged } from "./logged.ts";

/** Settings of {@link vmwareFt}. */
export interface VmwareFtOptions extends FollowOptions {
  /**
   * How the first copy is made, and another one when the replay has diverged. Pages travel whole: the
   * secondary's are not what was sent of them.
   */
  readonly checkpoint?: Omit<LoggedCheckpointOptions, "encode">;
}

/**
 * Record and replay: the secondary begins with a copy of the machine and does, a moment later, all that the
 * primary does; output leaves when the secondary has the log that leads to it. There are no checkpoints
 * unless the replay turns out to have diverged.
 *
 * For machines with one processor: how two of them take turns cannot be logged, and the replay diverges.
 *
 * Source: Scales, Nelson, Venkitachalam, "The design of a practical system for fault-tolerant virtual
 * machines" (VMware FT), 2010.
 *
 * @throws StandinRangeError when an option is out of range.
 */
export function vmwareFt(options: VmwareFtOptions = {}): Scheme {
  const { checkpoint = {}, ...log } = options;
  return logged({ name: "vmware-ft", checkpoint, log, follows: true });
}
