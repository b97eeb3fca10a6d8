import { canonicalText, type JsonValue } from "../../history/json-value.ts";
import type { Model } from "../model.ts";
import { unknownFunction } from "../operation-error.ts";

/** A read or a write; the value as canonical JSON. */
export interface RegisterCommand {
  readonly f: "read" | "write";
  readonly value: string;
}

/** What a register holds at first. */
export interface RegisterOptions {
  /** Null by default. */
  readonly initial?: JsonValue;
}

/**
 * A register that holds one JSON value. Entries:
 *
 * | f | value of the call | value of the return |
 * |---|---|---|
 * | `read` | passed over | what was read |
 * | `write` | what to write | passed over |
 *
 * Entries with keys are about as many registers.
 *
 * @throws StandinTypeError `JSON_VALUE` for an initial value that is not plain JSON data.
 */
export function register(options: RegisterOptions = {}): Model<string, RegisterCommand> {
  return {
    name: "register",
    initial: canonicalText(options.initial ?? null),
    command(operation) {
      const { f, input, output } = operation;
      if (f === "read") return { f, value: canonicalText(output) };
      if (f === "write") return { f, value: canonicalText(input) };
      throw unknownFunction(operation, "register", ["read", "write"]);
    },
    step(state, { f, value }) {
      return f === "write" || state === value ? value : undefined;
    },
    stateKey: (state) => state,
    isReadOnly: ({ f }) => f === "read",
    describeState: (state) => `holds ${state}`,
  };
}
