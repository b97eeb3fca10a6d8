import type { EntryType, GivenEntry } from "../../../src/verify/history/entry.ts";
import type { JsonValue } from "../../../src/verify/history/json-value.ts";

/**
 * A history written by hand, an entry a line: process, type, f, value as JSON, all after the process
 * separated by spaces; the value may be left out. `@` and a name behind f is the key.
 *
 * ```text
 * 0 invoke write 1
 * 0 ok     write 1
 * 1 invoke get@x
 * ```
 */
export function historyText(text: string): readonly GivenEntry[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter(Boolean).map((line) => {
    const [process = "", type = "", name = "", ...value] = line.split(/\s+/);
    const [f = "", key] = name.split("@");
    return {
      process: Number(process),
      type: type as EntryType,
      f,
      ...(value.length === 0 ? {} : { value: JSON.parse(value.join(" ")) as JsonValue }),
      ...(key === undefined ? {} : { key }),
    };
  });
}
