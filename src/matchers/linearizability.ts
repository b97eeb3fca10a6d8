import { StandinTypeError } from "../sim/errors.ts";
import type { GivenEntry } from "../verify/history/entry.ts";
import { type CheckOptions, checkHistory } from "../verify/linearizability/check-history.ts";
import { describeResult } from "../verify/linearizability/describe-result.ts";
import type { Model } from "../verify/linearizability/model.ts";
import { assertYes } from "./expectation-error.ts";
import type { Judgement } from "./judgement.ts";

/**
 * Whether a history is linearizable as a model says; undecided when the steps are used up first.
 *
 * @param history Entries in Jepsen's form; the caller keeps them.
 * @throws StandinTypeError `HISTORY_SHAPE` for what is no array; StandinTypeError, StandinRangeError as
 *   `checkHistory` does for a malformed history.
 */
export function judgeLinearizability<State, Command>(
  history: readonly GivenEntry[],
  model: Model<State, Command>,
  options: CheckOptions = {},
): Judgement {
  checkArray(history);
  const result = checkHistory(history, model, options);
  const report = describeResult(result);
  switch (result.verdict) {
    case "linearizable":
      return { verdict: "yes", report };
    case "not-linearizable":
      return { verdict: "no", report };
    case "unknown":
      return { verdict: "undecided", report: `${report}; maxSteps allows more` };
  }
}

/**
 * Asserts that a history is linearizable, for test runners without matchers of this library.
 *
 * ```ts
 * assertLinearizable(history, models.register);
 * ```
 *
 * @throws ExpectationError with the operation that broke, the orders that get furthest and a picture;
 *   or if the steps were used up before it was decided.
 * @throws StandinTypeError, StandinRangeError as `checkHistory` does for a malformed history.
 */
export function assertLinearizable<State, Command>(
  history: readonly GivenEntry[],
  model: Model<State, Command>,
  options: CheckOptions = {},
): void {
  assertYes(judgeLinearizability(history, model, options));
}

function checkArray(given: unknown): void {
  if (Array.isArray(given)) return;
  throw new StandinTypeError(
    "HISTORY_SHAPE",
    `history: expected an array of entries, got ${given === null ? "null" : typeof given}`,
  );
}
