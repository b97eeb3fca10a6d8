import { judgeInvariants } from "../matchers/invariants.ts";
import type { Judgement } from "../matchers/judgement.ts";
import { judgeLinearizability } from "../matchers/linearizability.ts";
import { judgeSurvival, type SurvivalOptions } from "../matchers/survival.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { GivenEntry } from "../verify/history/entry.ts";
import type { CheckOptions } from "../verify/linearizability/check-history.ts";
import type { Model } from "../verify/linearizability/model.ts";
import type { FaultPlan } from "../verify/plan/fault.ts";

/** What the runner tells a matcher. */
interface Matching {
  readonly isNot: boolean;
}

/** What a matcher tells the runner. */
export interface Match {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * A judgement as the runner wants it. It fails an assertion if `pass` equals `isNot`: what was not
 * decided is made to fail either way.
 */
export function matchOf({ verdict, report }: Judgement, isNot: boolean, negated: string): Match {
  if (verdict === "undecided") return { pass: isNot, message: () => report };
  const pass = verdict === "yes";
  // With `not` it fails because it is so.
  return { pass, message: () => (pass ? `${negated}\n${report}` : report) };
}

/** The matchers, as `expect.extend` takes them. */
export const matchers: {
  toBeLinearizable(
    this: Matching,
    history: readonly GivenEntry[],
    model: Model,
    options?: CheckOptions,
  ): Match;
  toHoldInvariants(this: Matching, simulation: Simulation): Match;
  toSurvive(
    this: Matching,
    scenario: Scenario,
    plan: FaultPlan | string,
    options?: SurvivalOptions,
  ): Match;
} = {
  toBeLinearizable(history, model, options) {
    const judgement = judgeLinearizability(history, model, options);
    return matchOf(judgement, this.isNot, `expected a history that is not linearizable`);
  },
  toHoldInvariants(simulation) {
    const judgement = judgeInvariants(simulation);
    return matchOf(judgement, this.isNot, "expected a run in which an invariant does not hold");
  },
  toSurvive(scenario, plan, options) {
    const judgement = judgeSurvival(scenario, plan, options);
    return matchOf(judgement, this.isNot, `expected ${scenario.name} not to survive the plan`);
  },
};
