import type { LogEntry } from "./log-entry.ts";

/** Most entries of one batch. */
export const BATCH_ENTRIES_MAX = 4_096;

/**
 * Bytes of entries after which a batch takes no more of them: what disks have read would make messages that
 * take long to arrive, and a message has a bound of its own.
 */
export const BATCH_BYTES: number = 1_024 * 1_024;

/** Entries of a log, primary to secondary. */
export interface BatchMessage {
  readonly type: "batch";
  readonly term: number;
  /** Position of the first entry. */
  readonly first: number;
  /** Output up to this position has left: a machine that stands in sends what comes later, again. */
  readonly released: number;
  readonly entries: readonly LogEntry[];
}

/** How far the secondary is: sent for each batch, and while it follows. */
export interface StoredMessage {
  readonly type: "stored";
  readonly term: number;
  /** Everything up to here is stored and will not be lost while the secondary lives. */
  readonly position: number;
  /** Everything up to here is replayed; 0 for a secondary that replays nothing before it stands in. */
  readonly replayed: number;
}

/** Entries after this position have not arrived unharmed; they are to be sent again. */
export interface MissingEntriesMessage {
  readonly type: "missing";
  readonly term: number;
  readonly position: number;
}

/** The replay has come to something else than the primary; only a checkpoint can mend it. */
export interface DivergedMessage {
  readonly type: "diverged";
  readonly term: number;
  /** The entry whose replay differed. */
  readonly position: number;
  /** Pages that the replaying machine has written since its last checkpoint, ascending. */
  readonly pages: readonly number[];
}

/** The output of the entry at this position shows an error: nothing is to be replayed any more. */
export interface ErrorMessage {
  readonly type: "error";
  readonly term: number;
  readonly position: number;
}

/** All that travels on the stream of a log. */
export type LogMessage =
  | BatchMessage
  | StoredMessage
  | MissingEntriesMessage
  | DivergedMessage
  | ErrorMessage;
