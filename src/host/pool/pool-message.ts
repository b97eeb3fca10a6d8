import { ByteWriter } from "../../sim/byte-writer.ts";
import { sealed, unsealed } from "../../sim/sealed-bytes.ts";
import type { Nanoseconds } from "../../sim/time.ts";

const REQUEST = 1;
const REPLY = 2;

const OPERATIONS = ["take", "look", "renew", "appoint", "commit"] as const;
const VERDICTS = ["done", "held", "refused", "unknown"] as const;

const U32 = 0x1_0000_0000;

/** What a host asks of a pool's controller. Nothing of it is the machine's memory. */
export interface PoolRequest {
  /**
   * - `take`: write access in `term`, which must be one more than the term in force;
   * - `look`: whether it has write access in `term` still, and nothing more;
   * - `renew`: to be heard as the holder in `term`;
   * - `appoint`: that `reader` maps the partition read-only;
   * - `commit`: that what was written is the committed version, as the end of `epoch`.
   */
  readonly operation: (typeof OPERATIONS)[number];
  readonly machine: string;
  readonly term: number;
  /** 0 for what is not about an epoch. */
  readonly epoch: number;
  /** Empty for what is not about a reader. */
  readonly reader: string;
}

/** What the controller says: the verdict, and how the entry is after it. */
export interface PoolReply {
  readonly machine: string;
  /**
   * `held`: not now, ask again. `refused`: the term is over, or not the next one. `unknown`: the pool has no
   * such machine, or has lost it.
   */
  readonly verdict: (typeof VERDICTS)[number];
  readonly holder: string;
  readonly term: number;
  /** Empty if nobody is appointed. */
  readonly reader: string;
  /** How long the holder before had not been heard, when access was given; 0 otherwise. */
  readonly silentNs: Nanoseconds;
  /** Whom the access was taken from, when it was given; empty otherwise. */
  readonly from: string;
  /** Hosts that the pool has heard of late, without the holder. */
  readonly present: readonly string[];
}

/** Which request, of which port: so that an answer to an older one is known for what it is. */
export interface Numbered {
  readonly session: number;
  readonly number: number;
}

/** A request as bytes. */
export function encodeRequest(request: PoolRequest & Numbered): Uint8Array {
  const { session, number, operation, machine, term, epoch, reader } = request;
  const writer = new ByteWriter().u8(REQUEST).u32(session).u32(number);
  writer.u8(OPERATIONS.indexOf(operation)).text(machine).u32(term).u32(epoch).text(reader);
  return sealed(writer);
}

/** A reply as bytes. */
export function encodeReply(reply: PoolReply & Numbered): Uint8Array {
  const { session, number, machine, verdict, holder, term, reader } = reply;
  const { silentNs, from, present } = reply;
  const writer = new ByteWriter().u8(REPLY).u32(session).u32(number).text(machine);
  writer.u8(VERDICTS.indexOf(verdict)).text(holder).u32(term).text(reader);
  writer
    .u32(Math.floor(silentNs / U32))
    .u32(silentNs % U32)
    .text(from)
    .u16(present.length);
  for (const host of present) writer.text(host);
  return sealed(writer);
}

/** Reads a request; `undefined` for anything else. */
export function decodeRequest(bytes: Uint8Array): (PoolRequest & Numbered) | undefined {
  const reader = unsealed(bytes);
  if (reader?.u8() !== REQUEST) return undefined;
  const numbered = { session: reader.u32(), number: reader.u32() };
  const operation = OPERATIONS[reader.u8()];
  const of = { machine: reader.text(), term: reader.u32(), epoch: reader.u32() };
  const request = { ...numbered, ...of, reader: reader.text() };
  return reader.complete && operation !== undefined ? { operation, ...request } : undefined;
}

/** Reads a reply; `undefined` for anything else. */
export function decodeReply(bytes: Uint8Array): (PoolReply & Numbered) | undefined {
  const reader = unsealed(bytes);
  if (reader?.u8() !== REPLY) return undefined;
  const numbered = { session: reader.u32(), number: reader.u32(), machine: reader.text() };
  const verdict = VERDICTS[reader.u8()];
  const entry = { holder: reader.text(), term: reader.u32(), reader: reader.text() };
  const silentNs = reader.u32() * U32 + reader.u32();
  const from = reader.text();
  const count = reader.u16();
  const present: string[] = [];
  for (let at = 0; at < count && !reader.failed; at += 1) present.push(reader.text());
  if (!reader.complete || verdict === undefined) return undefined;
  return { ...numbered, verdict, ...entry, silentNs, from, present };
}
