import type { ComparedPacket } from "./compared-packet.ts";

/** Why two machines are taken to differ. */
export type DivergenceReason =
  /** Both have sent something, and it is not the same. */
  | "unequal"
  /** What one has sent the other has not sent for the whole time-out. */
  | "time-out"
  /** A queue is full; the newest packet is dropped. */
  | "queue-full";

/** What a comparison has come to, told as it comes to it. */
export interface ComparisonEvents {
  /** The stand-by's machine has sent the same: the primary's packet may leave. */
  matched(primary: ComparedPacket): void;
  /** All of the stand-by's packet was compared; it is needed no more. */
  dropped(secondary: ComparedPacket): void;
  /** The machines differ in this packet, of either. Told once for each. */
  diverged(packet: ComparedPacket, reason: DivergenceReason): void;
}

/** What is compared of one connection: two queues, and which packets of theirs are the same. */
export interface Connection {
  /** Packets that wait, of both sides. */
  readonly waitingCount: number;
  /** Takes a packet of the primary's machine. */
  addPrimary(packet: ComparedPacket): void;
  /** Takes a packet of the stand-by's machine. */
  addSecondary(packet: ComparedPacket): void;
  /** Compares what waits as far as it goes. */
  compare(): void;
  /** The oldest packet that waits, of either side. */
  oldest(): ComparedPacket | undefined;
  /** Takes the oldest packet of the primary out, uncompared; only for the broken variant. */
  skip(): ComparedPacket | undefined;
  /** A checkpoint covers all that waits: returns the primary's, in their order; destroys the stand-by's. */
  flush(): readonly ComparedPacket[];
}
