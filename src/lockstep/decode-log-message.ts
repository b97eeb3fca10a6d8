import type { ByteReader } from "../sim/byte-reader.ts";
import { unsealed } from "../sim/sealed-bytes.ts";
import { type Answer, DISK_READ_BYTES_MAX, type LogEntry } from "./log-entry.ts";
import { BATCH_ENTRIES_MAX, type LogMessage } from "./log-message.ts";
import {
  BATCH,
  CLOCK,
  DISK,
  DIVERGED,
  ERROR,
  IDLE,
  MARK,
  MISSING,
  RANDOM,
  STORED,
  STRETCH,
  WITH_ANSWERS,
  WITH_INPUT,
  WITH_INSTRUCTIONS,
  WORD,
} from "./log-message-code.ts";

/** All bits that the first byte of a stretch may have. */
const STRETCH_BITS: number = STRETCH | IDLE | WITH_INPUT | WITH_ANSWERS | WITH_INSTRUCTIONS;

/** Least bytes of an answer: what is left bounds how many there can be. */
const ANSWER_BYTES_MIN = 5;

/**
 * Reads a message.
 *
 * @param bytes Taken over: inputs, and what disks have read, are views of them.
 * @returns `undefined` for anything that is not exactly one message with a right check value.
 */
export function decodeLogMessage(bytes: Uint8Array): LogMessage | undefined {
  const reader = unsealed(bytes);
  if (reader === undefined) return undefined;
  const message = readBody(reader);
  return reader.complete ? message : undefined;
}

function readBody(reader: ByteReader): LogMessage | undefined {
  const code = reader.u8();
  const term = reader.u32();
  const position = long(reader);
  if (!(Number.isSafeInteger(position) && position >= 0)) return undefined;
  switch (code) {
    case BATCH:
      return readBatch(reader, term, position);
    case STORED: {
      const replayed = long(reader);
      return replayed >= 0 && replayed <= position
        ? { type: "stored", term, position, replayed }
        : undefined;
    }
    case MISSING:
      return { type: "missing", term, position };
    case DIVERGED: {
      const pages = readPages(reader);
      return pages && { type: "diverged", term, position, pages };
    }
    case ERROR:
      return { type: "error", term, position };
    default:
      return undefined;
  }
}

function readBatch(reader: ByteReader, term: number, first: number): LogMessage | undefined {
  const released = long(reader);
  const count = reader.u16();
  if (!(released >= 0 && first >= 1) || count > BATCH_ENTRIES_MAX) return undefined;
  const entries: LogEntry[] = [];
  for (let index = 0; index < count; index += 1) {
    const entry = readEntry(reader);
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return { type: "batch", term, first, released, entries };
}

function readEntry(reader: ByteReader): LogEntry | undefined {
  const bits = reader.u8();
  if (reader.failed) return undefined;
  if (bits === MARK) return { type: "mark", epoch: reader.u32() };
  if ((bits & STRETCH) === 0 || (bits & ~STRETCH_BITS) !== 0) return undefined;
  const usedNs = reader.u32();
  const check = reader.u32();
  const instructions = (bits & WITH_INSTRUCTIONS) === 0 ? 0 : reader.u32();
  const input = (bits & WITH_INPUT) === 0 ? undefined : reader.bytes(reader.u16());
  const answers = (bits & WITH_ANSWERS) === 0 ? [] : readAnswers(reader);
  const boundary = (bits & IDLE) === 0 ? "budget" : "idle";
  if (answers === undefined) return undefined;
  return { type: "stretch", input, answers, usedNs, boundary, instructions, check };
}

function readAnswers(reader: ByteReader): Answer[] | undefined {
  const count = reader.u32();
  if (count * ANSWER_BYTES_MIN > reader.remaining) return undefined;
  const answers: Answer[] = [];
  for (let index = 0; index < count; index += 1) {
    const answer = readAnswer(reader);
    if (answer === undefined || reader.failed) return undefined;
    answers.push(answer);
  }
  return answers;
}

function readAnswer(reader: ByteReader): Answer | undefined {
  switch (reader.u8()) {
    case CLOCK: {
      const value = long(reader);
      return Number.isSafeInteger(value) ? { service: "clock", value } : undefined;
    }
    case RANDOM:
      return { service: "random", value: reader.u32() };
    case DISK: {
      const sizeBytes = reader.u32();
      if (sizeBytes > DISK_READ_BYTES_MAX) return undefined;
      return { service: "disk", bytes: reader.bytes(sizeBytes) };
    }
    default:
      return undefined;
  }
}

function readPages(reader: ByteReader): number[] | undefined {
  const count = reader.u32();
  if (count * 4 !== reader.remaining) return undefined;
  const pages: number[] = [];
  for (let index = 0; index < count; index += 1) pages.push(reader.u32());
  return pages;
}

/** 64 bits in two's complement. */
function long(reader: ByteReader): number {
  const low = reader.u32();
  return (reader.u32() | 0) * WORD + low;
}
