import { canonicalText } from "../../history/json-value.ts";
import type { Operation } from "../../history/operation.ts";
import type { Model } from "../model.ts";
import { malformedCall, malformedReturn, unknownFunction } from "../operation-error.ts";
import type { RegisterOptions } from "./register.ts";

/** A read, a write or a comparison and exchange; the values as canonical JSON. */
export interface CasRegisterCommand {
  readonly f: "read" | "write" | "cas";
  /** What is read or expected. */
  readonly expected?: string;
  /** What is written. */
  readonly value?: string;
  /** Whether `cas` exchanged; undefined while nobody knows. */
  readonly exchanged?: boolean | undefined;
}

/** Whether a `cas` says that it exchanged; Jepsen's clients return the value of the call if it did. */
export function readExchanged(operation: Operation): boolean | undefined {
  const { outcome, output, input } = operation;
  if (outcome === "open") return undefined;
  if (typeof output === "boolean") return output;
  if (output === null || canonicalText(output) === canonicalText(input)) return true;
  throw malformedReturn(operation, "true, false, or the value of the call for true");
}

function readCas(operation: Operation): CasRegisterCommand {
  const { input } = operation;
  if (!Array.isArray(input) || input.length !== 2) {
    throw malformedCall(operation, "[expected, new]");
  }
  const [expected, value] = (input as readonly unknown[]).map((item) => canonicalText(item));
  return { f: "cas", expected: expected!, value: value!, exchanged: readExchanged(operation) };
}

/**
 * A register with compare-and-set. Entries as for `register`, and:
 *
 * | f | value of the call | value of the return |
 * |---|---|---|
 * | `cas` | `[expected, new]` | `true`, null or the value of the call: exchanged; `false`: refused, it held another value |
 *
 * A `cas` that ends in `fail` tells nothing about the register.
 *
 * @throws StandinTypeError `JSON_VALUE` for an initial value that is not plain JSON data.
 */
export function casRegister(options: RegisterOptions = {}): Model<string, CasRegisterCommand> {
  return {
    name: "cas-register",
    initial: canonicalText(options.initial ?? null),
    command(operation) {
      const { f, input, output } = operation;
      if (f === "read") return { f, expected: canonicalText(output) };
      if (f === "write") return { f, value: canonicalText(input) };
      if (f === "cas") return readCas(operation);
      throw unknownFunction(operation, "cas-register", ["read", "write", "cas"]);
    },
    step(state, { f, expected, value, exchanged }) {
      if (f === "write") return value;
      const matches = state === expected;
      if (f === "read") return matches ? state : undefined;
      if (exchanged !== undefined && exchanged !== matches) return undefined;
      return matches ? value : state;
    },
    stateKey: (state) => state,
    isReadOnly: ({ f, exchanged }) => f === "read" || (f === "cas" && exchanged === false),
    describeState: (state) => `holds ${state}`,
  };
}
