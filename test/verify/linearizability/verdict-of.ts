import { checkHistory } from "../../../src/verify/linearizability/check-history.ts";
import type {
  CheckResult,
  PartitionFailure,
} from "../../../src/verify/linearizability/check-result.ts";
import type { Model } from "../../../src/verify/linearizability/model.ts";
import { historyText } from "./history-text.ts";

/** The verdict on a history written by hand. */
export function verdictOf(model: Model, text: string): CheckResult["verdict"] {
  return checkHistory(historyText(text), model).verdict;
}

/** What broke in a history written by hand, in which one object broke. */
export function failureOf(model: Model, text: string): PartitionFailure {
  const result = checkHistory(historyText(text), model);
  if (result.verdict !== "not-linearizable")
    throw new Error(`expected a failure, got ${result.verdict}`);
  const [failure, ...others] = result.failures;
  if (failure === undefined || others.length > 0) throw new Error("expected one object that broke");
  return failure;
}
