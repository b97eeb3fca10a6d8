import { decodePacket } from "../../guest/packet.ts";
import type { Nanoseconds } from "../../sim/time.ts";

/** A packet that one of two machines sent, as a comparison keeps it. */
export interface ComparedPacket {
  readonly from: "primary" | "stand-by";
  /** Counts what that machine sent, from 1. */
  readonly order: number;
  /** The epoch that it belongs to. */
  readonly epoch: number;
  readonly packet: Uint8Array;
  /** When it came, on the clock of the host that compares. */
  readonly atNs: Nanoseconds;
}

/** The connection that a packet belongs to: its client's number, -1 for what is no packet. */
export function connectionOf(packet: Uint8Array): number {
  return decodePacket(packet)?.client ?? -1;
}

/** The number within its connection: of a request, or of the first byte of a console's segment. */
export function numberOf(packet: Uint8Array): number {
  return decodePacket(packet)?.number ?? 0;
}
