import { assert } from "../sim/assert.ts";
import { ByteWriter } from "../sim/byte-writer.ts";
import { xxh32 } from "../sim/hash.ts";
import { writeFeedback } from "./encode/feedback-list.ts";
import type { PageEncoder } from "./encode/page-encoder.ts";
import { WholeEncoder } from "./encode/whole-encoder.ts";
import {
  type AcknowledgeMessage,
  CONTENTS_GROUPS_MAX,
  type CommitMessage,
  type ContentsMessage,
  type GroupMessage,
  type MissingMessage,
  type PrepareMessage,
  type ReadyMessage,
  type RejectMessage,
} from "./message.ts";
import {
  ACKNOWLEDGE,
  ACKNOWLEDGE_WITH_FEEDBACK,
  COMMIT,
  CONTENTS,
  GROUP,
  MISSING,
  PARTIAL_COMMIT,
  PREPARE,
  READY,
  REJECT,
} from "./message-code.ts";
import { type PageCopy, writePages } from "./page-group.ts";

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

function open(code: number, of: { term: number; epoch: number }, capacity: number): ByteWriter {
  return new ByteWriter(capacity).u8(code).u32(of.term).u32(of.epoch);
}

function seal(writer: ByteWriter): { bytes: Uint8Array; check: number } {
  // The writer's bytes so far, hashed before the check value is appended to them.
  const check = xxh32(writer.written());
  return { bytes: writer.u32(check).finish(), check };
}
