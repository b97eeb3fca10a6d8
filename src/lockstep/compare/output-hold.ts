import type { Nanoseconds } from "../../sim/time.ts";
import type { ComparedPacket } from "./compared-packet.ts";

/** Where a primary keeps what its machine has sent until somebody has said what becomes of it. */
export interface OutputHold {
  /** Takes what the machine has sent. */
  addPrimary(packet: ComparedPacket): void;
  /** Looks for packets that have waited longer than they may. */
  expire(nowNs: Nanoseconds): void;
  /** A checkpoint is taken that covers all that is held: returns it, in its order. */
  flush(): readonly ComparedPacket[];
  /** That checkpoint is there. */
  goOn(): void;
}
