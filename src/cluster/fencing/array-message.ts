import { PAGE_SIZE } from "../../memory/page.ts";
import { ByteWriter } from "../../sim/byte-writer.ts";
import { sealed, unsealed } from "../../sim/sealed-bytes.ts";

const WRITE = 1;
const ANSWER = 2;

/** The port on which an array takes writes. */
export const ARRAY_PORT = "array";

/** A page of a machine's disk, to be written with the key of a term. */
export interface ArrayWrite {
  readonly machine: string;
  /** With the sender's name, the key that the write carries. */
  readonly term: number;
  /** Counts the writes of a writer, from 1: of repeated and late ones the array makes nothing. */
  readonly order: number;
  /** Number of the page in the machine's address space. */
  readonly page: number;
  /** One page. */
  readonly bytes: Uint8Array;
}

/** What the array says to a write. */
export interface ArrayAnswer {
  readonly machine: string;
  readonly term: number;
  readonly order: number;
  /** False: the key is not the one that holds the reservation (SCSI's RESERVATION CONFLICT). */
  readonly written: boolean;
}

/** A write as bytes. */
export function encodeWrite({ machine, term, order, page, bytes }: ArrayWrite): Uint8Array {
  const writer = new ByteWriter(PAGE_SIZE + 128).u8(WRITE).text(machine).u32(term);
  return sealed(writer.u32(order).u32(page).bytes(bytes));
}

/** An answer as bytes. */
export function encodeAnswer({ machine, term, order, written }: ArrayAnswer): Uint8Array {
  const writer = new ByteWriter().u8(ANSWER).text(machine).u32(term).u32(order);
  return sealed(writer.u8(written ? 1 : 0));
}

/** Reads a write; `undefined` for anything else. */
export function decodeWrite(message: Uint8Array): ArrayWrite | undefined {
  const reader = unsealed(message);
  if (reader?.u8() !== WRITE) return undefined;
  const [machine, term] = [reader.text(), reader.u32()];
  const [order, page, bytes] = [reader.u32(), reader.u32(), reader.bytes(PAGE_SIZE)];
  return reader.complete ? { machine, term, order, page, bytes } : undefined;
}

/** Reads an answer; `undefined` for anything else. */
export function decodeAnswer(message: Uint8Array): ArrayAnswer | undefined {
  const reader = unsealed(message);
  if (reader?.u8() !== ANSWER) return undefined;
  const [machine, term, order] = [reader.text(), reader.u32(), reader.u32()];
  const written = reader.u8() === 1;
  return reader.complete ? { machine, term, order, written } : undefined;
}

/** The port on which a host awaits the array's answers about a machine's disk. */
export function answerPort(machine: string): string {
  return `array ${machine}`;
}
