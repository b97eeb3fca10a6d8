import { assert } from "../sim/assert.ts";
import { ByteWriter } from "../sim/byte-writer.ts";
import { sealed } from "../sim/sealed-bytes.ts";
import { type Answer, DISK_READ_BYTES_MAX, INPUT_BYTES_MAX, type LogEntry } from "./log-entry.ts";
import { BATCH_ENTRIES_MAX, type BatchMessage, type LogMessage } from "./log-message.ts";
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

/** A message as bytes, its check value at the end. Fields are little endian. */
export function encodeLogMessage(message: LogMessage): Uint8Array {
  const writer = new ByteWriter(64);
  switch (message.type) {
    case "batch":
      writeBatch(writer, message);
      break;
    case "stored":
      head(writer, STORED, message.term, message.position);
      long(writer, message.replayed);
      break;
    case "missing":
      head(writer, MISSING, message.term, message.position);
      break;
    case "diverged":
      head(writer, DIVERGED, message.term, message.position);
      writer.u32(message.pages.length);
      for (const page of message.pages) writer.u32(page);
      break;
    case "error":
      head(writer, ERROR, message.term, message.position);
      break;
  }
  return sealed(writer);
}

function writeBatch(writer: ByteWriter, batch: BatchMessage): void {
  assert(batch.entries.length <= BATCH_ENTRIES_MAX, "a batch keeps its bound");
  head(writer, BATCH, batch.term, batch.first);
  long(writer, batch.released);
  writer.u16(batch.entries.length);
  for (const entry of batch.entries) writeEntry(writer, entry);
}

function writeEntry(writer: ByteWriter, entry: LogEntry): void {
  if (entry.type === "mark") {
    writer.u8(MARK).u32(entry.epoch);
    return;
  }
  const { input, answers, usedNs, boundary, instructions, check } = entry;
  writer.u8(
    STRETCH |
      (boundary === "idle" ? IDLE : 0) |
      (input === undefined ? 0 : WITH_INPUT) |
      (answers.length === 0 ? 0 : WITH_ANSWERS) |
      (instructions === 0 ? 0 : WITH_INSTRUCTIONS),
  );
  writer.u32(usedNs).u32(check);
  if (instructions !== 0) writer.u32(instructions);
  if (input !== undefined) {
    assert(input.length <= INPUT_BYTES_MAX, "a packet keeps its bound");
    writer.u16(input.length).bytes(input);
  }
  if (answers.length === 0) return;
  writer.u32(answers.length);
  for (const answer of answers) writeAnswer(writer, answer);
}

function writeAnswer(writer: ByteWriter, answer: Answer): void {
  switch (answer.service) {
    case "random":
      writer.u8(RANDOM).u32(answer.value);
      break;
    case "clock":
      long(writer.u8(CLOCK), answer.value);
      break;
    case "disk":
      assert(answer.bytes.length <= DISK_READ_BYTES_MAX, "a read keeps its bound");
      writer.u8(DISK).u32(answer.bytes.length).bytes(answer.bytes);
      break;
  }
}

function head(writer: ByteWriter, code: number, term: number, position: number): void {
  long(writer.u8(code).u32(term), position);
}

/** A safe integer in two's complement of 64 bits. */
function long(writer: ByteWriter, value: number): void {
  const high = Math.floor(value / WORD);
  writer.u32(value - high * WORD).u32(high >>> 0);
}
