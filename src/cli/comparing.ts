import type { ComparisonStep } from "../compare/part-comparison.ts";
import type { Style } from "../report/style.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { CompareOptions } from "./compare-options.ts";

/** A scenario as it was asked for. */
export interface ComparedSource {
  /** As it was given: a name, or the path of a module. */
  readonly source: string;
  readonly untilNs: Nanoseconds;
}

/** What `standin compare` does with what it is asked to compare; `R` is what one scenario comes to. */
export interface Comparing<R> {
  /** Makes the runs, giving way before each. */
  readonly steps: (
    scenario: Scenario,
    untilNs: Nanoseconds,
    options: CompareOptions,
  ) => Generator<ComparisonStep, R>;
  readonly table: (result: R, style: Style) => string[];
  readonly markdown: (result: R) => string[];
  /** Plain data for JSON, in the order of its keys. */
  readonly report: (result: R, untilNs: Nanoseconds) => object;
  /** The commands that repeat the runs in which an invariant was violated, as arguments. */
  readonly replays: (result: R, from: ComparedSource, options: CompareOptions) => string[][];
}

/** Arguments that all runs of a comparison have in common. */
export function runArguments(
  { source, untilNs }: ComparedSource,
  { seed, profile }: CompareOptions,
  interval: Nanoseconds | undefined,
): string[] {
  const times = interval === undefined ? [] : ["--interval", `${interval}ns`];
  const given = ["--seed", `${seed}`, "--until", `${untilNs}ns`, ...times];
  return ["run", source, ...given, "--profile", profile.name];
}
