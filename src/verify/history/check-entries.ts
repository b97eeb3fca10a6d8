import { StandinRangeError, StandinTypeError } from "../../sim/errors.ts";
import { type EntryType, HISTORY_ENTRIES_MAX, type HistoryEntry } from "./entry.ts";
import { type JsonValue, jsonFault, showValue } from "./json-value.ts";

const TYPES: ReadonlySet<unknown> = new Set(["invoke", "ok", "fail", "info"]);

type Fields = Readonly<Record<string, unknown>>;

/**
 * How messages name an entry: `index 40`, or `index 40 (entry 12)` where its position in the history,
 * from 0, is another one.
 */
export function nameEntry(index: number, position: number): string {
  return index === position ? `index ${index}` : `index ${index} (entry ${position})`;
}

function wrongKind(where: string, field: string, expected: string, given: unknown): never {
  throw new StandinTypeError(
    "HISTORY_FIELD",
    `history, ${where}: ${field}: expected ${expected}, got ${showValue(given)}`,
  );
}

/** A field that JSON may leave out or set to null, which says the same. */
function optional(fields: Fields, name: string): unknown {
  return fields[name] ?? undefined;
}

function readIndex(fields: Fields, position: number, previous: HistoryEntry | undefined): number {
  const index = optional(fields, "index") ?? position;
  const where = `entry ${position}`;
  if (typeof index !== "number" || !Number.isSafeInteger(index) || index < 0) {
    wrongKind(where, "index", "an integer of at least 0", index);
  }
  if (previous === undefined || index > previous.index) return index;
  throw new StandinRangeError(
    "HISTORY_INDEX",
    `history, ${where}: index: expected more than the ${previous.index} before it, got ${index}`,
  );
}

function readTime(fields: Fields, where: string, latest: number): number | undefined {
  const time = optional(fields, "time");
  if (time === undefined) return undefined;
  if (typeof time !== "number" || !Number.isFinite(time)) {
    wrongKind(where, "time", "a finite number", time);
  }
  if (time >= latest) return time;
  throw new StandinRangeError(
    "HISTORY_TIME",
    `history, ${where}: time: expected at least the ${latest} of an earlier entry, got ${time}`,
  );
}

function readType(fields: Fields, where: string): EntryType {
  const type = fields["type"];
  if (TYPES.has(type)) return type as EntryType;
  const expected = '"invoke", "ok", "fail" or "info"';
  if (typeof type !== "string") wrongKind(where, "type", expected, type);
  throw new StandinRangeError(
    "HISTORY_TYPE",
    `history, ${where}: type: expected ${expected}, got ${showValue(type)}`,
  );
}

function isName(value: unknown): value is number | string {
  return typeof value === "string" ? value !== "" : Number.isSafeInteger(value);
}

function readEntry(
  given: unknown,
  position: number,
  previous: HistoryEntry | undefined,
  latest: number,
): HistoryEntry {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new StandinTypeError(
      "HISTORY_FIELD",
      `history, entry ${position}: expected an object such as {"process": 0, "type": "invoke", ` +
        `"f": "read"}, got ${showValue(given)}`,
    );
  }
  const fields = given as Fields;
  const index = readIndex(fields, position, previous);
  const where = nameEntry(index, position);
  const type = readType(fields, where);
  const process = fields["process"];
  if (!isName(process)) wrongKind(where, "process", "an integer or a name", process);
  const f = fields["f"];
  if (typeof f !== "string" || f === "") wrongKind(where, "f", "the name of a function", f);
  const value = fields["value"] === undefined ? null : fields["value"];
  const fault = jsonFault(value);
  if (fault !== undefined) wrongKind(where, "value", "plain JSON data", value);
  const key = optional(fields, "key");
  if (key !== undefined && !isName(key)) wrongKind(where, "key", "an integer or a name", key);
  const time = readTime(fields, where, latest);
  return {
    index,
    process,
    type,
    f,
    value: value as JsonValue,
    ...(key === undefined ? {} : { key }),
    ...(time === undefined ? {} : { time }),
  };
}

/**
 * Checks every entry of a history by itself and its order, and fills in what was left out. Fields
 * that are not known are left out of the result. Calls and returns are matched by `pairHistory`.
 *
 * @param given The caller keeps it; the entries returned are new, their values are not copied.
 * @throws StandinTypeError `HISTORY_FIELD` for a field of the wrong kind.
 * @throws StandinRangeError `HISTORY_TYPE`, `HISTORY_INDEX` or `HISTORY_TIME` for an unknown type, an
 *   index or a time that goes backwards; `HISTORY_TOO_LONG` beyond {@link HISTORY_ENTRIES_MAX}.
 */
export function checkEntries(given: readonly unknown[]): readonly HistoryEntry[] {
  if (!Array.isArray(given)) {
    throw new StandinTypeError(
      "HISTORY_SHAPE",
      `history: expected an array of entries, got ${showValue(given)}`,
    );
  }
  checkEntryCount(given.length);
  const entries: HistoryEntry[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  for (let position = 0; position < given.length; position += 1) {
    const entry = readEntry(given[position], position, entries[position - 1], latest);
    latest = entry.time ?? latest;
    entries.push(entry);
  }
  return entries;
}

/** @throws StandinRangeError `HISTORY_TOO_LONG` for more than {@link HISTORY_ENTRIES_MAX} entries. */
export function checkEntryCount(count: number): void {
  if (count <= HISTORY_ENTRIES_MAX) return;
  throw new StandinRangeError(
    "HISTORY_TOO_LONG",
    `history: expected at most ${HISTORY_ENTRIES_MAX} entries, got ${count}`,
  );
}
