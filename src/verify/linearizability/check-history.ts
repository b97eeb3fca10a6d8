import { StandinRangeError } from "../../sim/errors.ts";
import { checkEntries } from "../history/check-entries.ts";
import type { EntryKey, GivenEntry } from "../history/entry.ts";
import type { Operation } from "../history/operation.ts";
import { pairHistory } from "../history/pair-history.ts";
import type { CheckResult, PartitionFailure } from "./check-result.ts";
import { mergeOrders } from "./merge-orders.ts";
import type { Model } from "./model.ts";
import { type PartitionOutcome, PartitionSearch } from "./partition-search.ts";
import { StateSpace } from "./state-space.ts";
import type { SearchOperation } from "./timeline.ts";

/** Steps of a check where none are given: some seconds, longer only where the states are large. */
export const DEFAULT_MAX_STEPS = 5_000_000;

/** Steps of a check, at most: what it remembers grows with them. */
export const MAX_STEPS_MAX = 1_000_000_000;

/** How long to look. */
export interface CheckOptions {
  /** How often operations may be tried before the verdict is `unknown`; 5,000,000 by default. */
  readonly maxSteps?: number;
}

/** The operations on one object. */
interface Partition {
  readonly key: EntryKey | undefined;
  readonly operations: SearchOperation[];
}

function partitionOperations<State, Command>(
  operations: readonly Operation[],
  model: Model<State, Command>,
  space: StateSpace<State, Command>,
): readonly Partition[] {
  const partitions = new Map<EntryKey | undefined, Partition>();
  for (const operation of operations) {
    const command = space.command(operation);
    const readOnly = space.isReadOnly(command);
    const item = { operation, command, readOnly, required: operation.outcome === "ok" };
    const key = model.partition === undefined ? operation.key : model.partition(operation);
    const partition = partitions.get(key);
    if (partition === undefined) partitions.set(key, { key, operations: [item] });
    else partition.operations.push(item);
  }
  return [...partitions.values()];
}

function failureOf({ key, operations }: Partition, outcome: PartitionOutcome): PartitionFailure[] {
  if (outcome.found !== "none") return [];
  const { stuck, partials } = outcome;
  const all = operations.map(({ operation }) => operation);
  return [{ ...(key === undefined ? {} : { key }), operations: all, stuck, partials }];
}

/**
 * Searches the partitions one after the other. Small ones come first, and each may use an equal share
 * of the steps that are left: a hard one does not keep the others from being looked at, and the
 * largest gets all that the others did not need.
 */
function searchAll(
  partitions: readonly Partition[],
  search: (operations: readonly SearchOperation[], maxSteps: number) => PartitionOutcome,
  maxSteps: number,
): ReadonlyMap<Partition, PartitionOutcome> {
  const outcomes = new Map<Partition, PartitionOutcome>();
  const order = [...partitions].sort((a, b) => a.operations.length - b.operations.length);
  let stepsLeft = maxSteps;
  order.forEach((partition, position) => {
    const share = Math.floor(stepsLeft / (order.length - position));
    const outcome = search(partition.operations, share);
    stepsLeft -= outcome.steps;
    outcomes.set(partition, outcome);
  });
  return outcomes;
}

/**
 * Checks whether a history is linearizable: whether every operation can have taken effect at one
 * moment between its call and its return, so that the model, executing them one after the other,
 * gives all the answers that the clients got (Herlihy and Wing, Linearizability: a correctness
 * condition for concurrent objects, 1990).
 *
 * Operations on different objects (see `Model.partition`) are checked separately. The same history,
 * model and options give the same result; no clock is read.
 *
 * @param history The caller keeps it; results hold new objects, with the values of the entries.
 * @returns `linearizable` with an order; `not-linearizable` with what cannot be explained, for each
 *   object that fails; or `unknown` when `maxSteps` were used up and nothing wrong had been found.
 * @throws StandinTypeError, StandinRangeError for a malformed history as `parseHistory` does, for an
 *   operation that the model does not have (`HISTORY_FUNCTION`) or a value that it does not take
 *   (`HISTORY_VALUE`); `CHECK_STEPS` if `maxSteps` is not an integer from 1 to 1,000,000,000.
 */
export function checkHistory<State, Command>(
  history: readonly GivenEntry[],
  model: Model<State, Command>,
  options: CheckOptions = {},
): CheckResult {
  const { maxSteps = DEFAULT_MAX_STEPS } = options;
  if (!Number.isSafeInteger(maxSteps) || maxSteps < 1 || maxSteps > MAX_STEPS_MAX) {
    const expected = `expected an integer from 1 to ${MAX_STEPS_MAX}`;
    throw new StandinRangeError("CHECK_STEPS", `maxSteps: ${expected}, got ${maxSteps}`);
  }
  const space = new StateSpace(model);
  const search = new PartitionSearch(model, space);
  const operations = pairHistory(checkEntries(history));
  const partitions = partitionOperations(operations, model, space);
  const found = searchAll(partitions, (items, share) => search.run(items, share), maxSteps);
  const outcomes = [...found.values()];
  const steps = outcomes.reduce((sum, outcome) => sum + outcome.steps, 0);
  const failures = partitions.flatMap((partition) => failureOf(partition, found.get(partition)!));
  const { name } = model;
  if (failures.length > 0) return { verdict: "not-linearizable", model: name, steps, failures };
  if (outcomes.some((outcome) => outcome.found === "budget")) {
    return { verdict: "unknown", model: name, steps, maxSteps };
  }
  const orders = outcomes.map((outcome) => (outcome.found === "order" ? outcome.order : []));
  return { verdict: "linearizable", model: name, steps, order: mergeOrders(orders) };
}
