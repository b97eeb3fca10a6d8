import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { RandomStream } from "../sim/random.ts";
import type { GuestImage, Workload } from "./guest.ts";
import { GuestPanic } from "./guest-panic.ts";
import { HashTable, hashTableBytes } from "./hash-table.ts";
import {
  decodeKeyValueRequest,
  encodeKeyValueReply,
  encodeKeyValueRequest,
  KEY_VALUE_REPLY_BYTES_MAX,
  type KeyValueReply,
  type KeyValueRequest,
  VALUE_BYTES_MAX,
} from "./key-value-protocol.ts";
import {
  PROGRAM_AREA_ADDRESS,
  type Program,
  type ProgramMachine,
  type ProgramOptions,
  programGuest,
} from "./program-guest.ts";
import { u32 } from "./record-field.ts";
import { type RecordView, recordLayout } from "./record-layout.ts";
import { sameBytes } from "./same-bytes.ts";

/** Options of {@link keyValue}. */
export interface KeyValueOptions extends ProgramOptions {
  /** Most keys at a time, 1 to 65,536. Default 512. */
  readonly capacity?: number;
  /** Keys that the workload's clients share, 1 to 10,000. Default 16. */
  readonly workloadKeys?: number;
  /** Bytes of the workload's values, 1 to 256. Default 24. */
  readonly workloadValueBytes?: number;
}

const CAPACITY_DEFAULT = 512;
const CAPACITY_MAX = 65_536;
const MEMORY_BYTES_DEFAULT = 4 << 20;

const stateFields = { keyCount: u32 } as const;
const KeyValueState = recordLayout(stateFields);

/** Slots for a number of keys: one in eight stays empty, so that searches end soon. */
function slotsFor(capacity: number): number {
  return Math.ceil((capacity * 8) / 7) + 1;
}

/**
 * A machine that keeps values under keys: get, put, delete and compare-and-swap, encoded as
 * `key-value-protocol.ts` says. Its memory is 4 MiB unless told otherwise.
 *
 * @throws StandinRangeError `KEY_VALUE_OPTION` for an option out of range or a table that does not fit the
 *   memory, and what `programGuest` throws.
 */
export function keyValue(options: KeyValueOptions = {}): GuestImage {
  const { capacity = CAPACITY_DEFAULT, workloadKeys = 16, workloadValueBytes = 24 } = options;
  checkOption("capacity", capacity, CAPACITY_MAX);
  checkOption("workloadKeys", workloadKeys, 10_000);
  checkOption("workloadValueBytes", workloadValueBytes, VALUE_BYTES_MAX);
  return programGuest({
    memoryBytes: MEMORY_BYTES_DEFAULT,
    ...options,
    name: "key-value",
    boot: (machine) => boot(machine, capacity),
    workload: (client, random) => workload(client, random, workloadKeys, workloadValueBytes),
  });
}

function boot({ memory, allocator }: ProgramMachine, capacity: number): Program {
  const slotCount = slotsFor(capacity);
  const address = allocator.allocate(hashTableBytes(slotCount));
  if (address === undefined) {
    throw new StandinRangeError(
      "KEY_VALUE_OPTION",
      `capacity: expected a table that fits the memory, got ${capacity} keys`,
    );
  }
  const table = new HashTable(memory, address, slotCount);
  const state = KeyValueState.at(memory, PROGRAM_AREA_ADDRESS);
  return {
    replyBytesMax: KEY_VALUE_REPLY_BYTES_MAX,
    execute(payload) {
      const request = decodeKeyValueRequest(payload);
      if (request === undefined) return encodeKeyValueReply({ status: "malformed" });
      return encodeKeyValueReply(perform(request, table, state, capacity));
    },
  };
}

function perform(
  request: KeyValueRequest,
  table: HashTable,
  state: RecordView<typeof stateFields>,
  capacity: number,
): KeyValueReply {
  const { op, key } = request;
  if (op === "delete") {
    if (!table.delete(key)) return { status: "not-found" };
    if (state.keyCount === 0) throw new GuestPanic("a key in a table that counts none");
    state.keyCount -= 1;
    return { status: "ok" };
  }
  const current = table.get(key);
  if (op === "get") return current ? { status: "ok", value: current } : { status: "not-found" };
  if (op === "cas" && !sameValue(current, request.expected)) return { status: "mismatch" };
  if (current === undefined) {
    if (state.keyCount >= capacity) return { status: "full" };
    state.keyCount += 1;
  }
  table.set(key, request.value);
  return { status: "ok" };
}

function sameValue(first: Uint8Array | undefined, second: Uint8Array | undefined): boolean {
  if (first === undefined || second === undefined) return first === second;
  return sameBytes(first, second);
}

function checkOption(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new StandinRangeError(
    "KEY_VALUE_OPTION",
    `${name}: expected a whole number from 1 to ${most}, got ${value}`,
  );
}

/** Half reads, the rest writes of values that name their writer; a cas often expects the wrong value. */
function workload(
  client: number,
  random: RandomStream,
  keyCount: number,
  valueBytes: number,
): Workload {
  /** The last value that this client asked to be written under each key. */
  const written = new Map<number, Uint8Array>();
  return {
    request(number) {
      const keyNumber = random.below(keyCount);
      const key = ascii(`key-${keyNumber}`);
      const draw = random.below(100);
      if (draw < 50) return encodeKeyValueRequest({ op: "get", key });
      if (draw < 60) return encodeKeyValueRequest({ op: "delete", key });
      const text = `${client}.${number}`.padEnd(valueBytes, ".").slice(0, valueBytes);
      const value = ascii(text);
      const expected = written.get(keyNumber);
      written.set(keyNumber, value);
      if (draw < 85) return encodeKeyValueRequest({ op: "put", key, value });
      return encodeKeyValueRequest({ op: "cas", key, expected, value });
    },
  };
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    assert(code < 0x80, "keys and values of the workload are ASCII");
    bytes[index] = code;
  }
  return bytes;
}
