import type { Scenario } from "../scenarios/scenario.ts";
import { describeExploration } from "./describe-exploration.ts";
import { type ExploreOptions, type ExploreResult, exploration, explore } from "./explore.ts";
import { shrink } from "./shrink.ts";

/** A scenario does not hold. The message is a report, with one line to paste for the replay. */
export class ExplorationError extends Error {
  readonly code: "EXPLORATION_FAILED" = "EXPLORATION_FAILED" as const;
  readonly result: ExploreResult;

  constructor(message: string, result: ExploreResult) {
    super(message);
    this.name = "ExplorationError";
    this.result = result;
  }
}

/**
 * Explores a scenario and throws unless it holds; a failing run is shrunk first.
 *
 * @throws ExplorationError with what failed, the shrunk run and the line that replays it.
 * @throws StandinRangeError when an option is out of range.
 */
export function assertHolds(scenario: Scenario, options: ExploreOptions): void {
  const result = explore(scenario, options);
  if (result.status === "holds") return;
  const { judge } = exploration(scenario, options);
  const shrunk =
    result.status === "fails"
      ? result.findings.map(({ run, failure }) => shrink(scenario, run, failure, judge))
      : [];
  throw new ExplorationError(describeExploration(result, shrunk), result);
}
