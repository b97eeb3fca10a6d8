import { fenceNamed } from "../cluster/fencing/fences.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads what `--fence` was given.
 *
 * @throws StandinRangeError `FENCE_NAME` for a fence that there is not.
 */
export function parseFence(name: string | undefined): string | undefined {
  if (name !== undefined) fenceNamed(name);
  return name;
}

/**
 * Makes sure that a scenario does something with the fence that was chosen.
 *
 * @throws UsageError if it does not.
 */
export function checkTakesFence(fence: string | undefined, scenario: Scenario): void {
  if (fence === undefined || scenario.takesFence === true) return;
  throw new UsageError(
    `--fence: expected with a scenario that takes one, got it with ${scenario.name}, which has its own`,
  );
}
