import { assert } from "../sim/assert.ts";
import { ByteReader } from "../sim/byte-reader.ts";
import { ByteWriter } from "../sim/byte-writer.ts";
import { xxh32 } from "../sim/hash.ts";
import type { EncodedPage } from "./encode/encoded-page.ts";
import { type FeedbackList, readFeedback, writeFeedback } from "./encode/feedback-list.ts";
import type { PageEncoder } from "./encode/page-encoder.ts";
import { WholeEncoder } from "./encode/whole-encoder.ts";
import { type PageCopy, readPages, writePages } from "./page-group.ts";

const GROUP = 1;
const COMMIT = 2;
const ACKNOWLEDGE = 3;
const REJECT = 4;
const ACKNOWLEDGE_WITH_FEEDBACK = 5;
const PARTIAL_COMMIT = 6;
const PREPARE = 7;
const READY = 8;
const CONTENTS = 9;
const MISSING = 10;

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

/** Check value of a sequence of check values: depends on each and on their order. */
export function chainCheck(checks: readonly number[]): number {
  const writer = new ByteWriter(4 + checks.length * 4);
  for (const check of checks) writer.u32(check);
  return xxh32(writer.finish());
}

/** A group whose pages are yet to be encoded. */
export interface PageGroup extends Omit<GroupMessage, "type" | "check" | "pages"> {
  readonly pages: readonly PageCopy[];
}

/** A group as bytes, its pages as `encoder` makes them, with the check value it carries at its end. */
export function encodeGroup(
  message: PageGroup,
  encoder: PageEncoder = new WholeEncoder(),
): { readonly bytes: Uint8Array; readonly check: number } {
  const writer = open(GROUP, message, 64 + message.pages.length * 4104);
  writer.u32(message.group);
  writePages(writer, message.pages, encoder);
  return seal(writer);
}

/** A commit record as bytes. */
export function encodeCommit(message: Omit<CommitMessage, "type">): Uint8Array {
  const code = message.complete === false ? PARTIAL_COMMIT : COMMIT;
  const writer = open(code, message, 64 + message.registers.length);
  writer.u32(message.groupCount).u32(message.check).u16(message.regionPages.length);
  for (const pages of message.regionPages) writer.u32(pages);
  writer.u32(message.registers.length).bytes(message.registers);
  return seal(writer).bytes;
}

/** An acknowledgement or a refusal as bytes. */
export function encodeAnswer(message: AcknowledgeMessage | RejectMessage): Uint8Array {
  if (message.type === "reject") return seal(open(REJECT, message, 16)).bytes;
  const { feedback } = message;
  if (feedback === undefined) return seal(open(ACKNOWLEDGE, message, 16)).bytes;
  const writer = open(ACKNOWLEDGE_WITH_FEEDBACK, message, 64);
  writeFeedback(writer, feedback);
  return seal(writer).bytes;
}

/** A table of contents as bytes. */
export function encodeContents(message: Omit<ContentsMessage, "type">): Uint8Array {
  return encodeList(CONTENTS, message, message.checks);
}

/** The list of missing groups as bytes. */
export function encodeMissing(message: Omit<MissingMessage, "type">): Uint8Array {
  return encodeList(MISSING, message, message.groups);
}

/** A warning before a checkpoint, or the answer to it, as bytes. */
export function encodeNotice(message: PrepareMessage | ReadyMessage): Uint8Array {
  return seal(open(message.type === "prepare" ? PREPARE : READY, message, 16)).bytes;
}

/**
 * Reads a message.
 *
 * @param bytes Taken over: the message is made of views of them.
 * @returns `undefined` for anything that is not exactly one message with a right check value. With
 *   `verify` false the check value is not looked at (a broken variant that tests must notice).
 */
export function decodeMessage(bytes: Uint8Array, verify = true): Message | undefined {
  if (bytes.length < 4) return undefined;
  const body = bytes.subarray(0, bytes.length - 4);
  const check = new ByteReader(bytes.subarray(bytes.length - 4)).u32();
  if (verify && xxh32(body) !== check) return undefined;
  const reader = new ByteReader(body);
  const message = readBody(reader, check);
  return reader.complete ? message : undefined;
}

function readBody(reader: ByteReader, check: number): Message | undefined {
  const code = reader.u8();
  const term = reader.u32();
  const epoch = reader.u32();
  switch (code) {
    case GROUP: {
      const group = reader.u32();
      const pages = readPages(reader);
      return pages && { type: "group", term, epoch, group, pages, check };
    }
    case COMMIT:
      return readCommit(reader, term, epoch);
    case PARTIAL_COMMIT: {
      const commit = readCommit(reader, term, epoch);
      return commit && { ...commit, complete: false };
    }
    case CONTENTS: {
      const checks = readList(reader);
      return checks && { type: "contents", term, epoch, checks };
    }
    case MISSING: {
      const groups = readList(reader);
      return groups && { type: "missing", term, epoch, groups };
    }
    case PREPARE:
      return { type: "prepare", term, epoch };
    case READY:
      return { type: "ready", term, epoch };
    case ACKNOWLEDGE:
      return { type: "acknowledge", term, epoch };
    case ACKNOWLEDGE_WITH_FEEDBACK: {
      const feedback = readFeedback(reader);
      return feedback && { type: "acknowledge", term, epoch, feedback };
    }
    case REJECT:
      return { type: "reject", term, epoch };
    default:
      return undefined;
  }
}

function readCommit(reader: ByteReader, term: number, epoch: number): CommitMessage | undefined {
  const groupCount = reader.u32();
  const check = reader.u32();
  const regions = reader.u16();
  if (regions > REGIONS_MAX) return undefined;
  const regionPages: number[] = [];
  for (let region = 0; region < regions; region += 1) regionPages.push(reader.u32());
  const length = reader.u32();
  if (length > REGISTER_BYTES_MAX) return undefined;
  const registers = reader.bytes(length);
  return { type: "commit", term, epoch, groupCount, check, regionPages, registers };
}

function encodeList(
  code: number,
  of: { term: number; epoch: number },
  values: readonly number[],
): Uint8Array {
  assert(values.length <= CONTENTS_GROUPS_MAX, "a list keeps its bound");
  const writer = open(code, of, 16 + values.length * 4);
  writer.u32(values.length);
  for (const value of values) writer.u32(value);
  return seal(writer).bytes;
}

function readList(reader: ByteReader): number[] | undefined {
  const count = reader.u32();
  if (count > CONTENTS_GROUPS_MAX || count * 4 !== reader.remaining) return undefined;
  const values: number[] = [];
  for (let index = 0; index < count; index += 1) values.push(reader.u32());
  return values;
}

function open(code: number, of: { term: number; epoch: number }, capacity: number): ByteWriter {
  return new ByteWriter(capacity).u8(code).u32(of.term).u32(of.epoch);
}

function seal(writer: ByteWriter): { bytes: Uint8Array; check: number } {
  // The writer's bytes so far, hashed before the check value is appended to them.
  const check = xxh32(writer.written());
  return { bytes: writer.u32(check).finish(), check };
}
