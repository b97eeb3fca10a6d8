import { ByteReader } from "../sim/byte-reader.ts";
import { ByteWriter } from "../sim/byte-writer.ts";
import { StandinRangeError } from "../sim/errors.ts";

/** Longest key in bytes; the shortest has one. */
export const KEY_BYTES_MAX = 64;

/** Longest value in bytes; the shortest is empty. */
export const VALUE_BYTES_MAX = 256;

/** What a client asks of the key-value machine. The bytes are the caller's. */
export type KeyValueRequest =
  | { readonly op: "get"; readonly key: Uint8Array }
  | { readonly op: "put"; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly op: "delete"; readonly key: Uint8Array }
  | {
      readonly op: "cas";
      readonly key: Uint8Array;
      /** The value that must be there; `undefined`: the key must be absent. */
      readonly expected: Uint8Array | undefined;
      readonly value: Uint8Array;
    };

/**
 * What the machine answers: `mismatch` to a cas that found something else, `full` to a new key without
 * room for it, `malformed` to a request that is none.
 */
export type KeyValueReply =
  | { readonly status: "ok"; readonly value?: Uint8Array }
  | { readonly status: "not-found" | "mismatch" | "full" | "malformed" };

const OPS = ["get", "put", "delete", "cas"] as const;
const STATUSES = ["ok", "not-found", "mismatch", "full", "malformed"] as const;

/** Bytes of the largest reply: status, length of the value and the value. */
export const KEY_VALUE_REPLY_BYTES_MAX: number = 3 + VALUE_BYTES_MAX;

function checkLength(what: string, length: number, least: number, most: number): void {
  if (length >= least && length <= most) return;
  throw new StandinRangeError(
    "KEY_VALUE_LENGTH",
    `expected a ${what} of ${least} to ${most} bytes, got ${length}`,
  );
}

function writeValue(writer: ByteWriter, value: Uint8Array): void {
  checkLength("value", value.length, 0, VALUE_BYTES_MAX);
  writer.u16(value.length).bytes(value);
}

/**
 * A request's payload: operation u8, length of the key u8, the key; then for put the value (length
 * u16, bytes), for cas whether there is an expected value u8, that value, the new value.
 *
 * @returns New bytes that the caller keeps.
 * @throws StandinRangeError `KEY_VALUE_LENGTH` for a key or value out of bounds.
 */
export function encodeKeyValueRequest(request: KeyValueRequest): Uint8Array {
  checkLength("key", request.key.length, 1, KEY_BYTES_MAX);
  const writer = new ByteWriter();
  writer.u8(OPS.indexOf(request.op)).u8(request.key.length).bytes(request.key);
  if (request.op === "cas") {
    writer.u8(request.expected === undefined ? 0 : 1);
    if (request.expected !== undefined) writeValue(writer, request.expected);
  }
  if (request.op === "put" || request.op === "cas") writeValue(writer, request.value);
  return writer.finish();
}

/** Reads a value; `undefined` if it is too long. A reader past the end notes that itself. */
function readValue(reader: ByteReader): Uint8Array | undefined {
  const length = reader.u16();
  return length > VALUE_BYTES_MAX ? undefined : reader.bytes(length);
}

/**
 * Reads a payload that came from a network, so may be anything.
 *
 * @returns The request, with views of `payload`; `undefined` for bytes that are none.
 */
export function decodeKeyValueRequest(payload: Uint8Array): KeyValueRequest | undefined {
  const reader = new ByteReader(payload);
  const op = OPS[reader.u8()];
  const key = reader.bytes(reader.u8());
  if (op === undefined || key.length < 1 || key.length > KEY_BYTES_MAX) return undefined;
  const request = readOperands(reader, op, key);
  return reader.complete ? request : undefined;
}

function readOperands(
  reader: ByteReader,
  op: KeyValueRequest["op"],
  key: Uint8Array,
): KeyValueRequest | undefined {
  if (op === "get" || op === "delete") return { op, key };
  if (op === "put") {
    const value = readValue(reader);
    return value && { op, key, value };
  }
  const conditional = reader.u8();
  if (conditional > 1) return undefined;
  const expected = conditional === 1 ? readValue(reader) : undefined;
  if (conditional === 1 && expected === undefined) return undefined;
  const value = readValue(reader);
  return value && { op, key, expected, value };
}

/**
 * A reply's payload: status u8; behind the status of a get that found something, the value (length
 * u16, bytes).
 *
 * @returns New bytes that the caller keeps.
 */
export function encodeKeyValueReply(reply: KeyValueReply): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(STATUSES.indexOf(reply.status));
  if (reply.status === "ok" && reply.value !== undefined) writeValue(writer, reply.value);
  return writer.finish();
}

/**
 * Reads a reply's payload.
 *
 * @returns The reply, its value a view of `payload`; `undefined` for bytes that are no reply of the
 *   program, as when the session layer refused the request.
 */
export function decodeKeyValueReply(payload: Uint8Array): KeyValueReply | undefined {
  const reader = new ByteReader(payload);
  const status = STATUSES[reader.u8()];
  if (status === undefined || payload.length === 0) return undefined;
  if (payload.length === 1) return { status };
  const value = readValue(reader);
  return status === "ok" && value !== undefined && reader.complete ? { status, value } : undefined;
}
