import type { Process } from "../sim/process.ts";
import type { CommitMessage } from "./message.ts";

/** What a scheme that does more than checkpoints adds to their reception. Each part is optional. */
export interface ReceiverHooks {
  /** A checkpoint is whole and about to replace the one before; whoever is killed here has the one before. */
  readonly beforeCommit?: (commit: CommitMessage) => Process;
  /** The commit point: the checkpoint has replaced the previous one; no time passes here. */
  readonly committed?: (epoch: number) => void;
  /** Nothing of it is in memory yet. Begun again after a kill, it must come to the same. */
  readonly beforeApply?: (commit: CommitMessage) => Process;
  /** Memory holds all of a checkpoint that makes a machine; no time passes here. */
  readonly applied?: (epoch: number) => void;
  /** It is in memory, and its registers are those of the image. */
  readonly afterApply?: (commit: CommitMessage) => Process;
}
