import type { EntryKey } from "../history/entry.ts";
import { canonicalText, type JsonValue } from "../history/json-value.ts";
import type { Operation } from "../history/operation.ts";

/** Characters of a value in a description, at most. */
const VALUE_CHARS_MAX = 24;

function show(value: JsonValue): string {
  const text = canonicalText(value);
  return text.length <= VALUE_CHARS_MAX ? text : `${text.slice(0, VALUE_CHARS_MAX - 3)}...`;
}

/** A key as it is, in quotes only where it needs them. */
function showKey(key: EntryKey): string {
  return /^[\w./:-]{1,24}$/.test(String(key)) ? String(key) : show(key);
}

/**
 * An operation in a few characters: `write 3`, `read -> 3`, `cas [1,2] -> false`, `put@x 3`, `read ?`
 * while open. A return that repeats the call or says nothing is left out.
 */
export function describeOperation({ f, key, input, outcome, output }: Operation): string {
  const name = key === undefined ? f : `${f}@${showKey(key)}`;
  // what a call without an argument is about is its answer
  if (input === null) return outcome === "open" ? `${name} ?` : `${name} -> ${show(output)}`;
  const call = `${name} ${show(input)}`;
  if (outcome === "open") return `${call} ?`;
  if (output === null || canonicalText(output) === canonicalText(input)) return call;
  return `${call} -> ${show(output)}`;
}
