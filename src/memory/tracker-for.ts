import { chooseTracker } from "./choose-tracker.ts";
import type { Memory } from "./memory.ts";
import type { SlatTrackerOptions } from "./slat-tracker.ts";
import type { DirtyTracker } from "./tracker.ts";

/**
 * The cheapest tracker that can follow a memory: dirty flags for regions whose stores are seen,
 * comparison for the others, both together for a memory with both kinds.
 *
 * @param memory All its regions are there already.
 */
export function trackerFor(
  memory: Memory,
  options: Pick<SlatTrackerOptions, "invalidate" | "scanWorkers"> = {},
): DirtyTracker {
  return chooseTracker(memory, "slat+shadow", options);
}
