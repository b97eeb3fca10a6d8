import { assert } from "../../../../sim/assert.ts";
import type { ByteReader } from "../../../../sim/byte-reader.ts";
import type { ByteWriter } from "../../../../sim/byte-writer.ts";
import { BLOCK_ACTIONS, type BlockRequest, DATA_SEGMENTS_MAX } from "./block-request.ts";
import { expectState } from "./saved-state.ts";
import type { Segment } from "./segment.ts";

/** Most requests that a disk works on at a time; more wait in the queue. */
export const REQUESTS_MAX = 16;

/** Bytes of a saved slot: action, count, head, sector, due (two halves), status, and the data. */
const SLOT_BYTES: number = 20 + 8 * DATA_SEGMENTS_MAX;

/** Bit of the count of requests that says that there may be more in the queue. */
const MORE = 0x80;

const HALF = 0x1_0000_0000;

/** A request and when it is done. */
export interface RequestInFlight {
  readonly request: BlockRequest;
  /** In ticks of the machine. */
  readonly dueTick: number;
}

/** The requests that a disk works on, in the order in which they came and are done. */
export class RequestSlots {
  #inFlight: RequestInFlight[] = [];

  /** Requests in flight. */
  get length(): number {
    return this.#inFlight.length;
  }

  /** Whether no more can be taken. */
  get isFull(): boolean {
    return this.#inFlight.length === REQUESTS_MAX;
  }

  /** When the first is done; infinity if there is none. */
  get nextTick(): number {
    return this.#inFlight[0]?.dueTick ?? Infinity;
  }

  /** Adds a request that is done no earlier than those before it. */
  push(request: BlockRequest, dueTick: number): void {
    const last = this.#inFlight.at(-1);
    assert(!this.isFull, "a request is taken only with a slot for it");
    assert(Number.isSafeInteger(dueTick), "a request is done at a whole tick");
    assert(last === undefined || last.dueTick <= dueTick, "requests are done in order");
    this.#inFlight.push({ request, dueTick });
  }

  /** Takes out the first request that is due; `undefined` if none is. */
  takeDue(now: number): BlockRequest | undefined {
    if (this.nextTick > now) return undefined;
    return this.#inFlight.shift()?.request;
  }

  /** Forgets all of them. */
  clear(): void {
    this.#inFlight = [];
  }

  /**
   * Writes all slots, the empty ones as zeros.
   *
   * @param hasMore Whether the disk was told of requests and has not looked for them. Default false.
   */
  save(writer: ByteWriter, hasMore = false): void {
    writer.u8(this.#inFlight.length | (hasMore ? MORE : 0));
    for (const slot of this.#inFlight) saveSlot(slot, writer);
    writer.bytes(new Uint8Array((REQUESTS_MAX - this.#inFlight.length) * SLOT_BYTES));
  }

  /** Takes over requests that {@link parseSlots} read. */
  restore(inFlight: readonly RequestInFlight[]): void {
    assert(inFlight.length <= REQUESTS_MAX, "there is a slot for each request");
    this.#inFlight = [...inFlight];
  }
}

/** Writes the slots of a disk that has nothing in flight. */
export function saveNoSlots(writer: ByteWriter): void {
  new RequestSlots().save(writer);
}

/** What {@link RequestSlots.save} wrote. */
export interface SavedSlots {
  readonly inFlight: readonly RequestInFlight[];
  /** Whether the disk has yet to look for more in the queue. */
  readonly hasMore: boolean;
}

/**
 * Reads what {@link RequestSlots.save} wrote; it may be anything.
 *
 * @param isPossible Whether the disk could have taken this request.
 * @throws `StandinRangeError` `GUEST_REGISTERS`.
 */
export function parseSlots(
  reader: ByteReader,
  isPossible: (request: BlockRequest) => boolean,
): SavedSlots {
  const code = reader.u8();
  const hasMore = (code & MORE) !== 0;
  const count = code & ~MORE;
  expectState(count <= REQUESTS_MAX, `at most ${REQUESTS_MAX} requests in flight`, count);
  const inFlight: RequestInFlight[] = [];
  let lastTick = 0;
  for (let slot = 0; slot < count; slot += 1) {
    const parsed = parseSlot(reader);
    const { request, dueTick } = parsed;
    expectState(Number.isSafeInteger(dueTick), "a request done at a whole tick", dueTick);
    expectState(dueTick >= lastTick, `requests done in order, after ${lastTick}`, dueTick);
    expectState(isPossible(request), "a request that the disk can have taken", request.action);
    lastTick = dueTick;
    inFlight.push(parsed);
  }
  expectZeros(reader.bytes((REQUESTS_MAX - count) * SLOT_BYTES));
  return { inFlight, hasMore };
}

function saveSlot({ request, dueTick }: RequestInFlight, writer: ByteWriter): void {
  const { action, head, sector, data, statusAddress } = request;
  const start = writer.length;
  writer.u8(BLOCK_ACTIONS.indexOf(action)).u8(data.length).u16(head).u32(sector);
  writer
    .u32(dueTick % HALF)
    .u32(Math.floor(dueTick / HALF))
    .u32(statusAddress);
  for (const { address, length } of data) writer.u32(address).u32(length);
  writer.bytes(new Uint8Array((DATA_SEGMENTS_MAX - data.length) * 8));
  assert(writer.length === start + SLOT_BYTES, "a slot is of one size");
}

function parseSlot(reader: ByteReader): RequestInFlight {
  const code = reader.u8();
  const action = BLOCK_ACTIONS[code];
  expectState(action !== undefined, `an action below ${BLOCK_ACTIONS.length}`, code);
  const count = reader.u8();
  expectState(count <= DATA_SEGMENTS_MAX, `at most ${DATA_SEGMENTS_MAX} pieces of data`, count);
  const head = reader.u16();
  const sector = reader.u32();
  const dueLow = reader.u32();
  const dueTick = reader.u32() * HALF + dueLow;
  const statusAddress = reader.u32();
  const data: Segment[] = [];
  for (let index = 0; index < count; index += 1) {
    data.push({ address: reader.u32(), length: reader.u32() });
  }
  expectZeros(reader.bytes((DATA_SEGMENTS_MAX - count) * 8));
  return { request: { action, head, sector, data, statusAddress }, dueTick };
}

function expectZeros(bytes: Uint8Array): void {
  const other = bytes.find((byte) => byte !== 0);
  expectState(other === undefined, "zeros where there is no request", other ?? 0);
}
