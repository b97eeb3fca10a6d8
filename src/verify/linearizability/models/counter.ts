import { StandinRangeError } from "../../../sim/errors.ts";
import { showValue } from "../../history/json-value.ts";
import type { Operation } from "../../history/operation.ts";
import type { Model } from "../model.ts";
import { malformedCall, malformedReturn, unknownFunction } from "../operation-error.ts";

/** Steps of a counter, at most: a history of any length sums to a safe integer. */
export const INCREMENT_MAX = 4_294_967_296;

/** An increment or a read, with the count that it told. */
export interface CounterCommand {
  readonly f: "increment" | "read";
  readonly by: number;
  /** The count that was told, after an increment; undefined if none was. */
  readonly told?: number | undefined;
}

/** What a counter counts at first. */
export interface CounterOptions {
  /** An integer of at most {@link INCREMENT_MAX} either way; 0 by default. */
  readonly initial?: number;
}

function isStep(value: unknown): value is number {
  return Number.isSafeInteger(value) && Math.abs(value as number) <= INCREMENT_MAX;
}

function readTold(operation: Operation): number | undefined {
  const { f, outcome, output } = operation;
  if (outcome === "open" || (f === "increment" && output === null)) return undefined;
  if (typeof output === "number" && Number.isSafeInteger(output)) return output;
  throw malformedReturn(
    operation,
    f === "read" ? "an integer" : "the new count, or null where that is not told",
  );
}

/**
 * A counter. Entries:
 *
 * | f | value of the call | value of the return |
 * |---|---|---|
 * | `increment` | by how much, null for 1; less than 0 counts down | the new count, or null where that is not told |
 * | `read` | passed over | the count |
 *
 * Increments are integers of at most {@link INCREMENT_MAX} either way.
 *
 * @throws StandinRangeError `COUNTER_INITIAL` for an initial count outside that range.
 */
export function counter(options: CounterOptions = {}): Model<number, CounterCommand> {
  const { initial = 0 } = options;
  if (!isStep(initial)) {
    const expected = `expected an integer of at most ${INCREMENT_MAX} either way`;
    throw new StandinRangeError(
      "COUNTER_INITIAL",
      `initial: ${expected}, got ${showValue(initial)}`,
    );
  }
  return {
    name: "counter",
    initial,
    command(operation) {
      const { f, input } = operation;
      if (f === "read") return { f, by: 0, told: readTold(operation) };
      if (f !== "increment") throw unknownFunction(operation, "counter", ["increment", "read"]);
      const by = input ?? 1;
      if (isStep(by)) return { f, by, told: readTold(operation) };
      throw malformedCall(operation, `null or an integer of at most ${INCREMENT_MAX} either way`);
    },
    step(state, { by, told }) {
      const count = state + by;
      return told === undefined || told === count ? count : undefined;
    },
    stateKey: (state) => state,
    isReadOnly: ({ by }) => by === 0,
    describeState: (state) => `counts ${state}`,
  };
}
