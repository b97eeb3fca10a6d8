import type { EncodedPage } from "./encode/encoded-page.ts";
import type { FeedbackList } from "./encode/feedback-list.ts";

/** Most groups that a table of contents lists, and that a list of missing ones names. */
export const CONTENTS_GROUPS_MAX: number = 1 << 20;

/** Most regions a machine may have, and most register bytes, that a commit record is believed. */
export const REGIONS_MAX = 64;
/** Most bytes of registers and device state in one commit record. */
export const REGISTER_BYTES_MAX: number = 1 << 20;

/** A part of a checkpoint's pages, primary to secondary. */
export interface GroupMessage {
  readonly type: "group";
  readonly term: number;
  readonly epoch: number;
  /** Groups of a checkpoint are numbered from 0 without a gap. */
  readonly group: number;
  readonly pages: readonly EncodedPage[];
  /** Check value of the group's bytes: filled in by both encoding and decoding. */
  readonly check: number;
}

/** Ends a checkpoint: with it the secondary can tell that all has arrived, unharmed. */
export interface CommitMessage {
  readonly type: "commit";
  readonly term: number;
  readonly epoch: number;
  readonly groupCount: number;
  /** {@link chainCheck} over the check values of all groups, in order. */
  readonly check: number;
  /** Pages of each memory region, in the order in which the machine lists them. */
  readonly regionPages: readonly number[];
  /** The guest's registers and device state. */
  readonly registers: Uint8Array;
  /**
   * False while the first copy of memory is still under way, a group of pages with each checkpoint: what
   * the secondary has by then is no machine yet. Default true.
   */
  readonly complete?: boolean;
}

/**
 * The table of contents of a checkpoint whose groups may come in any order: it says for each group,
 * by its number, which check value it must have. The commit record after it is the interrupt.
 *
 * Source: US9251002 (packets, a table of contents, an interrupt, then the commit).
 */
export interface ContentsMessage {
  readonly type: "contents";
  readonly term: number;
  readonly epoch: number;
  readonly checks: readonly number[];
}

/** Which groups of the table of contents have not arrived unharmed; the others are kept. */
export interface MissingMessage {
  readonly type: "missing";
  readonly term: number;
  readonly epoch: number;
  /** Numbers of groups, ascending. */
  readonly groups: readonly number[];
}

/** A checkpoint is about to be taken: come to rest (US11281538). */
export interface PrepareMessage {
  readonly type: "prepare";
  readonly term: number;
  readonly epoch: number;
}

/** The secondary has come to rest: everything committed is applied, nothing is under way. */
export interface ReadyMessage {
  readonly type: "ready";
  readonly term: number;
  readonly epoch: number;
}

/** The secondary has the whole checkpoint and will not lose it while it lives. */
export interface AcknowledgeMessage {
  readonly type: "acknowledge";
  readonly term: number;
  readonly epoch: number;
  /** What the secondary has found out about pages, if it has. */
  readonly feedback?: FeedbackList;
}

/** The secondary refused the checkpoint whole; the one before it stands. */
export interface RejectMessage {
  readonly type: "reject";
  readonly term: number;
  readonly epoch: number;
}

/** All that travels on a replication stream. */
export type Message =
  | GroupMessage
  | ContentsMessage
  | CommitMessage
  | AcknowledgeMessage
  | RejectMessage
  | MissingMessage
  | PrepareMessage
  | ReadyMessage;
