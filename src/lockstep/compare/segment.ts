import { type ConsolePacket, decodeConsolePacket } from "../../guest/console-packet.ts";
import { assert } from "../../sim/assert.ts";
import type { ComparedPacket } from "./compared-packet.ts";

/** A part of a line's bytes with the packet that carries it. */
export interface Segment extends Pick<ConsolePacket, "offset" | "received" | "bytes"> {
  readonly packet: ComparedPacket;
  /** Number of the byte behind the last one. */
  readonly end: number;
}

/** A packet of a console as a segment. */
export function segmentOf(packet: ComparedPacket): Segment {
  const decoded = decodeConsolePacket(packet.packet);
  assert(decoded !== undefined, "what a machine sends to its console is a console's packet");
  const { offset, received, bytes } = decoded;
  return { packet, offset, received, bytes, end: offset + bytes.length };
}

/** How many bytes of a line a console's packet carries. */
export function segmentLength(packet: Uint8Array): number {
  return decodeConsolePacket(packet)?.bytes.length ?? 0;
}

/**
 * Compares the bytes of a segment from one on with those of others.
 *
 * @param others Any of the same line, in any order and overlapping.
 * @returns Whether they are the same; `"unknown"` while one is missing in the others.
 */
export function compareSegment(
  segment: Segment,
  from: number,
  others: readonly Segment[],
): "same" | "unequal" | "unknown" {
  for (let at = Math.max(from, segment.offset); at < segment.end; ) {
    const other = others.find(({ offset, end }) => offset <= at && at < end);
    if (other === undefined) return "unknown";
    for (const until = Math.min(segment.end, other.end); at < until; at += 1) {
      if (segment.bytes[at - segment.offset] !== other.bytes[at - other.offset]) return "unequal";
    }
  }
  return "same";
}
