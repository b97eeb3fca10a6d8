import { StandinRangeError, StandinTypeError } from "../../sim/errors.ts";
import { showValue } from "../history/json-value.ts";
import type { Operation } from "../history/operation.ts";

/** `"read" or "write"`. */
function listNames(names: readonly string[]): string {
  const quoted = names.map((name) => JSON.stringify(name));
  const last = quoted.pop() ?? "nothing";
  return quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`;
}

/**
 * The error for an operation that a model does not have, to be thrown by its `command`.
 *
 * @param expected The names that it has.
 */
export function unknownFunction(
  operation: Operation,
  model: string,
  expected: readonly string[],
): StandinRangeError {
  const { callIndex, f } = operation;
  return new StandinRangeError(
    "HISTORY_FUNCTION",
    `history, index ${callIndex}: f: expected ${listNames(expected)} for ${model}, got ${showValue(f)}`,
  );
}

/**
 * The error for the value of a call that a model does not take.
 *
 * @param expected Its form, such as `"[expected, new]"`.
 * @param given The value, or the part of it that is wrong; the value of the call by default.
 */
export function malformedCall(
  operation: Operation,
  expected: string,
  given: unknown = operation.input,
): StandinTypeError {
  const { callIndex, f } = operation;
  return new StandinTypeError(
    "HISTORY_VALUE",
    `history, index ${callIndex}: value of a call of ${f}: expected ${expected}, got ${showValue(given)}`,
  );
}

/**
 * The error for the value of a return that a model cannot have given.
 *
 * @param expected Its form.
 */
export function malformedReturn(operation: Operation, expected: string): StandinTypeError {
  const { returnIndex = operation.callIndex, f, output } = operation;
  return new StandinTypeError(
    "HISTORY_VALUE",
    `history, index ${returnIndex}: value of a return of ${f}: expected ${expected}, got ${showValue(output)}`,
  );
}

/** The error for an operation without a key, where the model has many objects. */
export function missingKey(operation: Operation, model: string): StandinTypeError {
  return new StandinTypeError(
    "HISTORY_VALUE",
    `history, index ${operation.callIndex}: key: expected one in every call for ${model}, got none`,
  );
}
