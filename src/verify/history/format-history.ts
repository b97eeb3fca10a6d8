import { checkEntries } from "./check-entries.ts";
import type { GivenEntry, HistoryEntry } from "./entry.ts";

function formatEntry({ process, type, f, value, key, time, index }: HistoryEntry): string {
  // undefined fields are left out by JSON
  return JSON.stringify({ process, type, f, value, key, time, index });
}

/**
 * Writes a history in the form that `parseHistory` and Jepsen's tools read.
 *
 * @param form `array`: one JSON array, an entry a line; `lines`: NDJSON. Both end in a newline.
 * @throws StandinTypeError, StandinRangeError as `checkEntries` does.
 */
export function formatHistory(
  history: readonly GivenEntry[],
  form: "array" | "lines" = "array",
): string {
  const lines = checkEntries(history).map(formatEntry);
  if (form === "lines") return lines.map((line) => `${line}\n`).join("");
  return lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`;
}
