import { StandinRangeError, StandinTypeError } from "../../sim/errors.ts";
import { checkEntries, checkEntryCount } from "./check-entries.ts";
import { findJsonDamage } from "./damaged-json.ts";
import { HISTORY_ENTRIES_MAX, type HistoryEntry } from "./entry.ts";
import { showValue } from "./json-value.ts";
import { pairHistory } from "./pair-history.ts";

/** Characters of a history's text, at most. */
export const HISTORY_CHARS_MAX = 268_435_456;

const BLANK = /^\s*$/;

function badJson(where: string, expected: string, got: string): never {
  throw new StandinRangeError("HISTORY_JSON", `history${where}: expected ${expected}, got ${got}`);
}

function parseArray(text: string): readonly unknown[] {
  try {
    return JSON.parse(text) as readonly unknown[];
  } catch {
    const { elements, truncated } = findJsonDamage(text);
    const got = truncated ? "text that ends too early" : "text that is not JSON";
    badJson(`, entry ${elements}`, 'an entry, then "," or "]"', got);
  }
}

function parseLines(text: string): readonly unknown[] {
  const values: unknown[] = [];
  let lineNumber = 0;
  for (let start = 0; start < text.length; lineNumber += 1) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end);
    start = end + 1;
    if (BLANK.test(line)) continue;
    checkEntryCount(values.length + 1);
    try {
      values.push(JSON.parse(line));
    } catch {
      const got = newline < 0 ? "a last line that ends too early" : "a line that is not JSON";
      badJson(`, entry ${values.length} (line ${lineNumber + 1})`, "one whole entry a line", got);
    }
  }
  return values;
}

/**
 * Reads a history in Jepsen's form: a JSON array of entries, or one entry a line (NDJSON).
 *
 * ```json
 * [{"process": 0, "type": "invoke", "f": "write", "value": 3, "time": 10, "index": 0},
 *  {"process": 0, "type": "ok",     "f": "write", "value": 3, "time": 25, "index": 1}]
 * ```
 *
 * `index`, `time`, `value` and `key` may be left out; other fields are passed over. Calls and returns
 * must match, see `pairHistory`.
 *
 * @param text At most {@link HISTORY_CHARS_MAX} characters.
 * @throws StandinTypeError `HISTORY_SHAPE` for what is no array of entries, `HISTORY_FIELD`.
 * @throws StandinRangeError `HISTORY_JSON` for text that is damaged or ends too early,
 *   `HISTORY_TOO_LONG`, `HISTORY_TYPE`, `HISTORY_INDEX`, `HISTORY_TIME`, `HISTORY_PAIR`. Each message
 *   names the entry, what was expected and what was given.
 */
export function parseHistory(text: string): readonly HistoryEntry[] {
  if (text.length > HISTORY_CHARS_MAX) {
    const expected = `expected at most ${HISTORY_CHARS_MAX} characters`;
    throw new StandinRangeError("HISTORY_TOO_LONG", `history: ${expected}, got ${text.length}`);
  }
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const first = /\S/.exec(body)?.[0];
  const values = first === "[" ? parseArray(body) : first === "{" ? parseLines(body) : undefined;
  if (values === undefined) {
    const got =
      first === undefined ? "nothing" : `text that begins ${showValue(body.slice(0, 20))}`;
    throw new StandinTypeError(
      "HISTORY_SHAPE",
      `history: expected a JSON array of at most ${HISTORY_ENTRIES_MAX} entries or one entry a line, got ${got}`,
    );
  }
  const entries = checkEntries(values);
  // the mistakes in matching belong to the text as well: whoever reads a file hears of all of them here
  pairHistory(entries);
  return entries;
}
