import { type RunCase, type RunOutcome, runCase } from "../explore/run-case.ts";
import { formatRun } from "../explore/run-literal.ts";
import { standardProperties } from "../explore/standard-properties.ts";
import type { Scenario, ScenarioOptions } from "../scenarios/scenario.ts";
import { StandinTypeError } from "../sim/errors.ts";
import { formatTime, type Nanoseconds } from "../sim/time.ts";
import { describeFault } from "../verify/plan/describe-fault.ts";
import type { FaultPlan } from "../verify/plan/fault.ts";
import { parsePlan } from "../verify/plan/parse-plan.ts";
import { assertYes } from "./expectation-error.ts";
import { FaultLog } from "./fault-log.ts";
import type { Judgement } from "./judgement.ts";

/** The run in which a scenario is to survive a plan. */
export interface SurvivalOptions {
  /** Decides everything that is drawn. Default 1. */
  readonly seed?: number;
  /** Options of the scenario. Default none. */
  readonly options?: ScenarioOptions;
  /** Length of the phase in which faults happen. Default the scenario's. */
  readonly untilNs?: Nanoseconds;
  /**
   * Every fault of the plan has to happen: if one would destroy the last copy of a machine, which
   * nothing promises to survive, or its moment never comes, the run has shown nothing. If false, such
   * faults are left out, as explorations do: for plans that were drawn. Default true.
   */
  readonly everyFault?: boolean;
}

/** Most faults that a report describes. */
const DESCRIBED_MAX = 10;

/**
 * Whether a scenario survives a plan: runs it, heals everything, waits for all answers, and judges it
 * by all that an exploration judges by.
 *
 * @param plan A plan, or the JSON text of one.
 * @throws StandinTypeError `NOT_A_SCENARIO` for anything else.
 * @throws StandinTypeError, StandinRangeError as `parsePlan` and `checkPlan` do for a malformed plan, or
 *   one that names what the scenario does not have; as the scenario does for an option out of range.
 */
export function judgeSurvival(
  scenario: Scenario,
  plan: FaultPlan | string,
  { seed = 1, options = {}, untilNs, everyFault = true }: SurvivalOptions = {},
): Judgement {
  checkScenario(scenario);
  const run = { seed, untilNs: untilNs ?? scenario.until, options, plan: parsePlan(plan) };
  const log = new FaultLog();
  // A fault that is left out is seen in the log. As long as none is, this is the run that has them all.
  const properties = [...standardProperties, log.property];
  const outcome = runCase(scenario, run, { properties, spareLastCopy: true });
  if (everyFault && log.skipped.size > 0) {
    return { verdict: "undecided", report: describeUnsurvivable(run, log) };
  }
  if (outcome.failure !== undefined) {
    return { verdict: "no", report: describeFailure(scenario, run, outcome.failure) };
  }
  if (everyFault && log.started.size < run.plan.faults.length) {
    return { verdict: "undecided", report: describeMissed(run, log) };
  }
  const report = [`${scenario.name} survived the plan`, ...runLines(scenario, run)].join("\n");
  return { verdict: "yes", report };
}

/**
 * Asserts that a scenario survives a plan, for test runners without matchers of this library.
 *
 * ```ts
 * assertSurvives(counterScenario, {
 *   version: 1,
 *   faults: [{ kind: "crash", host: "a", at: { atNs: ms(310) } }],
 * });
 * ```
 *
 * @param plan A plan, or the JSON text of one.
 * @throws ExpectationError with what failed, when, and the line that replays it; or if a fault of the
 *   plan would destroy the last copy of a machine, or never happened, see
 *   {@link SurvivalOptions.everyFault}.
 * @throws StandinTypeError, StandinRangeError as `parsePlan` and `checkPlan` do for a malformed plan, or
 *   one that names what the scenario does not have.
 */
export function assertSurvives(
  scenario: Scenario,
  plan: FaultPlan | string,
  options: SurvivalOptions = {},
): void {
  assertYes(judgeSurvival(scenario, plan, options));
}

function checkScenario(given: unknown): void {
  if (typeof given === "object" && given !== null && "build" in given && "until" in given) return;
  throw new StandinTypeError(
    "NOT_A_SCENARIO",
    `expected a Scenario, got ${given === null ? "null" : typeof given}`,
  );
}

/** A fault was left out. */
function describeUnsurvivable({ plan }: RunCase, { skipped }: FaultLog): string {
  const reasons = [...skipped].map(([index, reason]) => `  ${nameOf(plan, index)}: ${reason}`);
  return [
    "the plan is unsurvivable: it would destroy the last copy of a machine",
    ...reasons.slice(0, DESCRIBED_MAX),
    "nothing promises to survive that; everyFault: false leaves such faults out",
  ].join("\n");
}

/** The moment of a fault did not come. */
function describeMissed({ plan, untilNs }: RunCase, { started }: FaultLog): string {
  const missed = plan.faults.flatMap((_, index) =>
    started.has(index) ? [] : [`  ${nameOf(plan, index)}`],
  );
  return [
    `not every fault of the plan happened: what was to set it off did not come within ${formatTime(untilNs)}`,
    ...missed.slice(0, DESCRIBED_MAX),
    "so the run has shown nothing about the plan; everyFault: false allows that",
  ].join("\n");
}

function describeFailure(
  scenario: Scenario,
  run: RunCase,
  { name, atNs, detail }: NonNullable<RunOutcome["failure"]>,
): string {
  return [
    `${scenario.name} did not survive the plan: ${name} at ${formatTime(atNs)}`,
    `  ${detail}`,
    ...runLines(scenario, run),
  ].join("\n");
}

/** Which run it was, and how to see it again. */
function runLines(scenario: Scenario, run: RunCase): string[] {
  const { plan, seed, untilNs } = run;
  const shown = plan.faults.slice(0, DESCRIBED_MAX).map((_, index) => `  ${nameOf(plan, index)}`);
  const more = plan.faults.length - shown.length;
  return [
    plan.faults.length === 0 ? "no faults" : "faults:",
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
    `seed ${seed}, faults until ${formatTime(untilNs)}`,
    `replay: npx standin replay '${formatRun({ scenario: scenario.name, run })}'`,
  ];
}

function nameOf({ faults }: FaultPlan, index: number): string {
  const fault = faults[index];
  return fault === undefined ? `faults[${index}]` : `faults[${index}] (${describeFault(fault)})`;
}
