import { StandinRangeError } from "../sim/errors.ts";

/** Bytes in front of the payload: client and number, four bytes each, little endian. */
export const PACKET_HEADER_BYTES = 8;

/** Largest packet a guest takes or sends: what a UDP datagram holds in a 1500-byte frame. */
export const PACKET_BYTES_MAX = 1_472;

/** Largest payload of a request or a reply. */
export const PAYLOAD_BYTES_MAX: number = PACKET_BYTES_MAX - PACKET_HEADER_BYTES;

const U32_MAX = 0xffff_ffff;

/** A request, or the reply to it, which repeats client and number. */
export interface Packet {
  /** Who asks, 0 to 2^32 - 1. */
  readonly client: number;
  /** The client's number for the request, 0 to 2^32 - 1; a retry has the same number. */
  readonly number: number;
  readonly payload: Uint8Array;
}

function checkU32(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= U32_MAX) return;
  throw new StandinRangeError(
    "PACKET_FIELD",
    `expected ${name} from 0 to ${U32_MAX}, got ${value}`,
  );
}

/**
 * The bytes of a packet.
 *
 * @param packet Its payload, of at most {@link PAYLOAD_BYTES_MAX} bytes, is copied.
 * @returns New bytes that the caller keeps.
 * @throws StandinRangeError `PACKET_FIELD` for a client or number that does not fit 32 bits,
 *   `PACKET_TOO_LONG` for a payload that does not fit.
 */
export function encodePacket({ client, number, payload }: Packet): Uint8Array {
  checkU32("a client", client);
  checkU32("a request number", number);
  if (payload.length > PAYLOAD_BYTES_MAX) {
    throw new StandinRangeError(
      "PACKET_TOO_LONG",
      `expected a payload of at most ${PAYLOAD_BYTES_MAX} bytes, got ${payload.length}`,
    );
  }
  const bytes = new Uint8Array(PACKET_HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, client, true);
  view.setUint32(4, number, true);
  bytes.set(payload, PACKET_HEADER_BYTES);
  return bytes;
}

/**
 * Reads a packet that came from a network, so may be anything.
 *
 * @returns The packet, or `undefined` for bytes that are too short or too long to be one. The payload
 *   is a view of `bytes`, not a copy.
 */
export function decodePacket(bytes: Uint8Array): Packet | undefined {
  if (bytes.length < PACKET_HEADER_BYTES || bytes.length > PACKET_BYTES_MAX) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    client: view.getUint32(0, true),
    number: view.getUint32(4, true),
    payload: bytes.subarray(PACKET_HEADER_BYTES),
  };
}
