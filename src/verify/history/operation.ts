import type { EntryKey, ProcessName } from "./entry.ts";
import type { JsonValue } from "./json-value.ts";

/** A call together with what became of it. Plain data. */
export interface Operation {
  readonly process: ProcessName;
  /** Which function of the object was called. */
  readonly f: string;
  /** The object, where there are several. */
  readonly key?: EntryKey;
  /** The value of the call. */
  readonly input: JsonValue;
  /** `ok`: it returned. `open`: it may have taken effect at any time after the call, or never. */
  readonly outcome: "ok" | "open";
  /** The value of the return; null while open. */
  readonly output: JsonValue;
  /** Index of the entry of the call: the operation's name in results. */
  readonly callIndex: number;
  /** Index of the entry of the return; left out while open. */
  readonly returnIndex?: number;
}
