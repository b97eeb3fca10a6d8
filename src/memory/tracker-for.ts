import { CombinedTracker } from "./combined-tracker.ts";
import type { Memory } from "./memory.ts";
import { ShadowTracker } from "./shadow-tracker.ts";
import { SlatTracker, type SlatTrackerOptions } from "./slat-tracker.ts";
import type { DirtyTracker } from "./tracker.ts";

/**
 * The cheapest tracker that can follow a memory: dirty flags for regions whose stores are seen,
 * comparison for the others, both together for a memory with both kinds.
 *
 * @param memory All its regions are there already.
 */
export function trackerFor(
  memory: Memory,
  options: Pick<SlatTrackerOptions, "invalidate"> = {},
): DirtyTracker {
  const seen = memory.regions.filter(({ stores }) => stores === "seen");
  const unseen = memory.regions.filter(({ stores }) => stores === "unseen");
  if (unseen.length === 0) return new SlatTracker(memory, options);
  if (seen.length === 0) return new ShadowTracker(memory);
  return new CombinedTracker([
    new SlatTracker(memory, { ...options, regions: seen }),
    new ShadowTracker(memory, { regions: unseen }),
  ]);
}
