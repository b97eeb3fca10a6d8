import { xxh32From } from "../sim/hash.ts";

/** Bytes in front of a segment's payload. */
export const SEGMENT_HEADER_BYTES = 44;

/** Largest segment, header included: one datagram. */
export const SEGMENT_BYTES_MAX = 65_536;

/** Most payload of one segment. */
export const SEGMENT_PAYLOAD_MAX: number = SEGMENT_BYTES_MAX - SEGMENT_HEADER_BYTES;

/** Longest message of a reliable stream: 64 MiB. */
export const MESSAGE_BYTES_MAX: number = 64 * 1024 * 1024;

/** Asks an unknown peer who it is, with destination 0, or answers that. */
export const FLAG_HELLO = 1;

/** Wants an acknowledgement at once: nothing follows until it comes. */
export const FLAG_PUSH = 2;

const FLAGS_ALL: number = FLAG_HELLO | FLAG_PUSH;

/** First two bytes after the check value; also the version of the format. */
const MAGIC = 0x5301;

/**
 * What travels between the two ends of a reliable stream. Little endian, four bytes each unless
 * noted: check value of all that follows, magic (2), flags (2), source, destination, sequence,
 * acknowledged, room, stamp, echo, message bytes, offset; then the payload.
 */
export interface Segment {
  readonly flags: number;
  /** Number of the stream's end that sends it, from 1. */
  readonly source: number;
  /** Number of the end it is meant for; 0 when not known yet. */
  readonly destination: number;
  /** Position among the segments that carry data, from 1; 0 for one that carries none. */
  readonly sequence: number;
  /** Every segment up to this one has arrived at the sender of this one. */
  readonly acknowledged: number;
  /** How many more bytes of messages its sender can keep. */
  readonly roomBytes: number;
  /** When it was sent, in microseconds modulo 2^32; 0 for none. */
  readonly stampUs: number;
  /** The stamp of the newest segment that it answers; 0 for none. */
  readonly echoUs: number;
  /** Length of the message that the payload is a part of. */
  readonly messageBytes: number;
  /** Where in the message the payload belongs. */
  readonly offset: number;
  readonly payload: Uint8Array;
}

/** Why bytes are no segment. */
export type Malformation = "too-short" | "too-long" | "check-value" | "no-segment" | "bad-extent";

/** The bytes of a segment, which the caller keeps; the payload is copied into them. */
export function encodeSegment(segment: Segment): Uint8Array {
  const { payload } = segment;
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(4, MAGIC, true);
  view.setUint16(6, segment.flags, true);
  view.setUint32(8, segment.source, true);
  view.setUint32(12, segment.destination, true);
  view.setUint32(16, segment.sequence, true);
  view.setUint32(20, segment.acknowledged, true);
  view.setUint32(24, segment.roomBytes, true);
  view.setUint32(28, segment.stampUs, true);
  view.setUint32(32, segment.echoUs, true);
  view.setUint32(36, segment.messageBytes, true);
  view.setUint32(40, segment.offset, true);
  bytes.set(payload, SEGMENT_HEADER_BYTES);
  view.setUint32(0, xxh32From(view, 4), true);
  return bytes;
}

/**
 * Reads a segment from bytes that may be anything.
 *
 * @param verify False is broken on purpose: the check value is not looked at.
 * @returns The segment, its payload a view of `bytes`, or why it is none.
 */
export function decodeSegment(bytes: Uint8Array, verify = true): Segment | Malformation {
  if (bytes.length < SEGMENT_HEADER_BYTES) return "too-short";
  if (bytes.length > SEGMENT_BYTES_MAX) return "too-long";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (verify && view.getUint32(0, true) !== xxh32From(view, 4)) return "check-value";
  const segment = {
    flags: view.getUint16(6, true),
    source: view.getUint32(8, true),
    destination: view.getUint32(12, true),
    sequence: view.getUint32(16, true),
    acknowledged: view.getUint32(20, true),
    roomBytes: view.getUint32(24, true),
    stampUs: view.getUint32(28, true),
    echoUs: view.getUint32(32, true),
    messageBytes: view.getUint32(36, true),
    offset: view.getUint32(40, true),
    payload: bytes.subarray(SEGMENT_HEADER_BYTES),
  };
  // From here on the check value was right: what is wrong now was sent wrong.
  if (view.getUint16(4, true) !== MAGIC || segment.source === 0) return "no-segment";
  if ((segment.flags & ~FLAGS_ALL) !== 0) return "no-segment";
  return hasExtent(segment) ? segment : "bad-extent";
}

/** True when the payload is a possible part of its message. */
function hasExtent({ sequence, messageBytes, offset, payload }: Segment): boolean {
  if (sequence === 0) return messageBytes === 0 && offset === 0 && payload.length === 0;
  if (messageBytes > MESSAGE_BYTES_MAX || offset + payload.length > messageBytes) return false;
  // Only an empty message has a segment without payload.
  return payload.length > 0 || messageBytes === 0;
}
