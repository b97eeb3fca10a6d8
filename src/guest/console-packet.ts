import { ByteReader } from "../sim/byte-reader.ts";
import { ByteWriter } from "../sim/byte-writer.ts";
import { decodePacket, encodePacket, PAYLOAD_BYTES_MAX } from "./packet.ts";

/** Client number under which the console of a machine is reached unless another is chosen. */
export const CONSOLE_CLIENT = 0xffff_ffff;

const HEADER_BYTES = 4;

/** Most characters that one packet of a console carries, either way. */
export const CONSOLE_BYTES_MAX: number = PAYLOAD_BYTES_MAX - HEADER_BYTES;

/**
 * A part of one direction of a console's line, and how much of the other direction has arrived. Both
 * directions number their bytes from 0.
 */
export interface ConsolePacket {
  /** The console's client number. */
  readonly client: number;
  /** Number of the first byte carried. */
  readonly offset: number;
  /** Bytes of the other direction that the sender has, without a gap. */
  readonly received: number;
  /** At most {@link CONSOLE_BYTES_MAX} bytes; none if the packet only says what was received. */
  readonly bytes: Uint8Array;
}

/**
 * The packet as the clients' network carries it: client u32, offset u32, received u32, the bytes.
 *
 * @returns New bytes that the caller keeps.
 * @throws StandinRangeError `PACKET_FIELD`, `PACKET_TOO_LONG`.
 */
export function encodeConsolePacket(packet: ConsolePacket): Uint8Array {
  const payload = new ByteWriter(HEADER_BYTES + packet.bytes.length)
    .u32(packet.received)
    .bytes(packet.bytes)
    .finish();
  return encodePacket({ client: packet.client, number: packet.offset, payload });
}

/**
 * Reads what came from a network, so may be anything.
 *
 * @returns The packet, its bytes a view of `bytes`; `undefined` for what is none.
 */
export function decodeConsolePacket(bytes: Uint8Array): ConsolePacket | undefined {
  const packet = decodePacket(bytes);
  if (packet === undefined || packet.payload.length < HEADER_BYTES) return undefined;
  const reader = new ByteReader(packet.payload);
  const received = reader.u32();
  return {
    client: packet.client,
    offset: packet.number,
    received,
    bytes: packet.payload.subarray(HEADER_BYTES),
  };
}
