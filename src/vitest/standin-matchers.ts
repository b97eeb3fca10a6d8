import type { SurvivalOptions } from "../matchers/survival.ts";
import type { CheckOptions } from "../verify/linearizability/check-history.ts";
import type { Model } from "../verify/linearizability/model.ts";
import type { FaultPlan } from "../verify/plan/fault.ts";

/**
 * What an assertion can say about a value beside what the runner brings.
 *
 * @typeParam Result What a call gives: nothing in an assertion, a stand-in for the value in an
 *   asymmetric matcher.
 */
export interface StandinMatchers<Result = void> {
  /**
   * The value is a history, an array of entries in Jepsen's form, and it is linearizable.
   *
   * @param options `maxSteps`: how long to look. When it is used up, the assertion fails with and
   *   without `not`.
   */
  toBeLinearizable<State, Command>(model: Model<State, Command>, options?: CheckOptions): Result;
  /**
   * The value is a `Simulation` that has run, made with `onViolation: "record"`, and every invariant
   * held.
   */
  toHoldInvariants(): Result;
  /**
   * The value is a `Scenario`, and it survives a fault plan.
   *
   * @param plan A plan, or the JSON text of one. One that destroys the last copy of a machine, or of
   *   which a fault never happens, fails with and without `not`, see `everyFault`.
   */
  toSurvive(plan: FaultPlan | string, options?: SurvivalOptions): Result;
}
