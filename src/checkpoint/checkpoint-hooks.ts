import type { PageSet } from "../memory/page-set.ts";
import type { Process } from "../sim/process.ts";

/** What a scheme that does more than checkpoints adds to them. Each part is optional. */
export interface CheckpointHooks {
  /**
   * False if the scheme itself says which output belongs to which epoch and when it leaves. Default true:
   * output belongs to the epoch of its checkpoint and leaves when that is committed.
   */
  readonly holdsOutput?: boolean;
  /**
   * True if the machine stands still until the secondary has the checkpoint. Default false: it goes on as soon
   * as all that is to be sent is copied.
   */
  readonly standsUntilCommitted?: boolean;
  /** The machine stands still and its dirty pages are known; may add pages to be sent with them. */
  readonly addPages?: (dirty: PageSet, epoch: number) => Process;
  /** The machine stands still in the state of this checkpoint, which is copied; no time passes here. */
  readonly taken?: (epoch: number) => void;
  /** The secondary has the checkpoint. */
  readonly committed?: (epoch: number) => void;
}
