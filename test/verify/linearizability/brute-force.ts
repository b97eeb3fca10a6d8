import type { HistoryEntry } from "../../../src/verify/history/entry.ts";
import { canonicalText } from "../../../src/verify/history/json-value.ts";
import type { Operation } from "../../../src/verify/history/operation.ts";
import { pairHistory } from "../../../src/verify/history/pair-history.ts";
import type {
  SimulatedObject,
  SimulatedRequest,
} from "../../../src/verify/history/simulate-history.ts";

function requestOf({ f, input, key }: Operation): SimulatedRequest {
  return { f, value: input, ...(key === undefined ? {} : { key }) };
}

/** The state after an operation, unless the object would have answered something else. */
function execute<State>(
  object: SimulatedObject<State>,
  state: State,
  operation: Operation,
): { state: State } | undefined {
  const result = object.apply(state, requestOf(operation));
  const isRight =
    operation.outcome === "open" ||
    canonicalText(result.output) === canonicalText(operation.output);
  return isRight ? { state: result.state } : undefined;
}

/** Whether `first` had returned before `second` was called. */
function precedes(first: Operation, second: Operation): boolean {
  return first.returnIndex !== undefined && first.returnIndex < second.callIndex;
}

function someOrder<State>(
  object: SimulatedObject<State>,
  state: State,
  left: readonly Operation[],
  until: number,
): boolean {
  if (left.every(({ returnIndex = Number.POSITIVE_INFINITY }) => returnIndex > until)) return true;
  return left.some((operation) => {
    if (left.some((other) => precedes(other, operation))) return false;
    const next = execute(object, state, operation);
    const others = left.filter((other) => other !== operation);
    return next !== undefined && someOrder(object, next.state, others, until);
  });
}

/**
 * Whether a history is linearizable, by trying every order of every choice of its operations.
 *
 * @param until Only what returned up to this index has to be explained, by operations that were called
 *   before it; those that returned later may take effect, with the answers that they got.
 */
export function isLinearizable<State>(
  object: SimulatedObject<State>,
  entries: readonly HistoryEntry[],
  until: number = Number.MAX_SAFE_INTEGER,
): boolean {
  const operations = pairHistory(entries).filter(({ callIndex }) => callIndex < until);
  return someOrder(object, object.initial, operations, until);
}

/**
 * What is wrong with an order of operations, given by the indices of their calls; `undefined` if the
 * object gives all the answers and nothing stands behind what was called after its return.
 */
export function orderFault<State>(
  object: SimulatedObject<State>,
  entries: readonly HistoryEntry[],
  order: readonly number[],
): string | undefined {
  const operations = new Map(pairHistory(entries).map((item) => [item.callIndex, item]));
  const left = new Set(operations.values());
  let state = object.initial;
  for (const index of order) {
    const operation = operations.get(index);
    if (operation === undefined || !left.delete(operation))
      return `index ${index} twice or unknown`;
    for (const other of left) {
      if (precedes(other, operation)) return `index ${index} before ${other.callIndex}`;
    }
    const next = execute(object, state, operation);
    if (next === undefined) return `index ${index} has another answer`;
    state = next.state;
  }
  return undefined;
}
