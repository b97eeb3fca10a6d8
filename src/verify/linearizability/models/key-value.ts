import { canonicalText } from "../../history/json-value.ts";
import type { Operation } from "../../history/operation.ts";
import type { Model } from "../model.ts";
import { malformedCall, malformedReturn, missingKey, unknownFunction } from "../operation-error.ts";
import { readExchanged } from "./cas-register.ts";

/** One access to one key; the values as canonical JSON, `"null"` for no value. */
export interface KeyValueCommand {
  readonly f: "get" | "put" | "delete" | "cas" | "append";
  /** What is read or expected. */
  readonly expected?: string;
  /** What is put or joined to the end. */
  readonly value?: string;
  /** Whether `cas` exchanged, or whether `delete` found something; undefined while nobody knows. */
  readonly done?: boolean | undefined;
}

const ABSENT = "null";

function readPut(operation: Operation): KeyValueCommand {
  if (operation.input === null) throw malformedCall(operation, "a value other than null");
  return { f: "put", value: canonicalText(operation.input) };
}

function readDelete(operation: Operation): KeyValueCommand {
  const { outcome, output } = operation;
  if (outcome === "open" || output === null) return { f: "delete", done: undefined };
  if (typeof output === "boolean") return { f: "delete", done: output };
  throw malformedReturn(operation, "null, or whether there was a value");
}

function readCas(operation: Operation): KeyValueCommand {
  const { input } = operation;
  if (!Array.isArray(input) || input.length !== 2) {
    throw malformedCall(operation, "[expected, new], null for no value");
  }
  const [expected, value] = (input as readonly unknown[]).map((item) => canonicalText(item));
  return { f: "cas", expected: expected!, value: value!, done: readExchanged(operation) };
}

function readAppend(operation: Operation): KeyValueCommand {
  const { input } = operation;
  if (typeof input !== "string") throw malformedCall(operation, "a text");
  return { f: "append", value: canonicalText(input) };
}

function append(state: string, value: string): string | undefined {
  if (state === ABSENT) return value;
  if (!state.startsWith('"')) return undefined;
  // as strings: the halves of a surrogate pair have other texts than the pair
  return JSON.stringify((JSON.parse(state) as string) + (JSON.parse(value) as string));
}

/**
 * A store of values under keys. Every entry has a `key`, and each key is checked by itself. Entries:
 *
 * | f | value of the call | value of the return |
 * |---|---|---|
 * | `get` | passed over | the value, null if there is none |
 * | `put` | the value, not null | passed over |
 * | `delete` | passed over | whether there was a value, or null where that is not told |
 * | `cas` | `[expected, new]`, null for no value | `true`, null or the value of the call: exchanged; `false`: refused |
 * | `append` | a text to join to the end of a text; no value counts as `""` | passed over |
 */
export function keyValue(): Model<string, KeyValueCommand> {
  return {
    name: "key-value",
    initial: ABSENT,
    command(operation) {
      const { f, key, output } = operation;
      if (key === undefined) throw missingKey(operation, "key-value");
      if (f === "get") return { f, expected: canonicalText(output) };
      if (f === "put") return readPut(operation);
      if (f === "delete") return readDelete(operation);
      if (f === "cas") return readCas(operation);
      if (f === "append") return readAppend(operation);
      throw unknownFunction(operation, "key-value", ["get", "put", "delete", "cas", "append"]);
    },
    step(state, { f, expected, value = ABSENT, done }) {
      if (f === "put") return value;
      if (f === "append") return append(state, value);
      if (f === "get") return state === expected ? state : undefined;
      const matches = f === "delete" ? state !== ABSENT : state === expected;
      if (done !== undefined && done !== matches) return undefined;
      if (f === "delete") return ABSENT;
      return matches ? value : state;
    },
    stateKey: (state) => state,
    isReadOnly: ({ f, done }) => f === "get" || done === false,
    describeState: (state) => (state === ABSENT ? "holds nothing" : `holds ${state}`),
  };
}
