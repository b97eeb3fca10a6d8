import { ByteReader } from "../sim/byte-reader.ts";
import { xxh32 } from "../sim/hash.ts";
import { readFeedback } from "./encode/feedback-list.ts";
import {
  CONTENTS_GROUPS_MAX,
  type CommitMessage,
  type Message,
  REGIONS_MAX,
  REGISTER_BYTES_MAX,
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
import { readPages } from "./page-group.ts";

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

function readList(reader: ByteReader): number[] | undefined {
  const count = reader.u32();
  if (count > CONTENTS_GROUPS_MAX || count * 4 !== reader.remaining) return undefined;
  const values: number[] = [];
  for (let index = 0; index < count; index += 1) values.push(reader.u32());
  return values;
}
