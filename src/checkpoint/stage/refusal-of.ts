import { isLater, isSame } from "../epoch-order.ts";
import type { CommitMessage } from "../message.ts";
import type { Staging } from "../staging.ts";
import type { StandByImage } from "../stand-by-image.ts";
import type { Refusal } from "./refusal.ts";

/** What a checkpoint has to be right for. */
export interface RefusalContext {
  readonly image: StandByImage;
  /** Whether a table of contents belongs to each checkpoint. */
  readonly contents: boolean;
}

/** Why the checkpoint that `commit` ends is refused, if it is. */
export function refusalOf(
  commit: CommitMessage,
  staging: Staging,
  { image, contents }: RefusalContext,
): Refusal | undefined {
  if (!isLater(commit, image)) return "wrong epoch";
  if (commit.complete === false && image.complete) return "partial after complete";
  if (contents) {
    const listed = staging.contents;
    if (listed === undefined || !isSame(listed, commit)) return "missing contents";
    if (listed.checks.length !== commit.groupCount) return "wrong contents";
  }
  return staging.refusal(commit, image.guest.memory);
}
