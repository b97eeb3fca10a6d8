import type { JsonValue } from "./json-value.ts";

/** Entries in one history, at most. */
export const HISTORY_ENTRIES_MAX = 1_000_000;

/**
 * The process of entries that tell what was done to the system, not by a client. They are kept in a
 * history and are no operations; Jepsen's own name for it.
 */
export const NEMESIS = "nemesis";

/**
 * What an entry tells: `invoke`, a process calls an operation; `ok`, it returned; `fail`, it returned
 * and did not happen; `info`, nobody knows: it may have happened, may happen later, or never.
 */
export type EntryType = "invoke" | "ok" | "fail" | "info";

/** Who calls: usually a number. A process has one call under way at a time. */
export type ProcessName = number | string;

/** Which of several independent objects an operation is about. */
export type EntryKey = number | string;

/** One entry of a history as people and programs write it, after Jepsen (Kingsbury). */
export interface GivenEntry {
  /** Place in the history, strictly increasing; the entry's position, from 0, if it is left out. */
  readonly index?: number;
  readonly process: ProcessName;
  readonly type: EntryType;
  /** Which function of the object is called, such as `"read"`; the model knows them. */
  readonly f: string;
  /** Argument of a call or result of a return, in the model's format; null if left out. */
  readonly value?: JsonValue;
  /** The object; left out where there is only one. A return may leave it out. */
  readonly key?: EntryKey;
  /** When, usually in nanoseconds; never decreases. The order of the entries counts, not this. */
  readonly time?: number;
}

/** One entry of a history that was checked: index and value are always there. */
export interface HistoryEntry extends GivenEntry {
  readonly index: number;
  readonly value: JsonValue;
}
