import type { Process } from "../sim/process.ts";
import type { CommitMessage } from "./message.ts";

/** What a scheme whose stand-by runs adds to receiving checkpoints. Each part is optional. */
export interface ReceiverHooks {
  /** A checkpoint is whole and about to replace the one before; whoever is killed here has the one before. */
  readonly beforeCommit?: (commit: CommitMessage) => Process;
  /** It has, and nothing of it is in memory yet. Begun again after a kill, it must come to the same. */
  readonly beforeApply?: (commit: CommitMessage) => Process;
  /** It is in memory, and its registers are those of the image. */
  readonly applied?: (commit: CommitMessage) => Process;
}
