import type { CompareMessage } from "./compare-message.ts";
import type { DivergenceReason } from "./connection.ts";

/** Names the epoch that a packet belongs to. */
type OfEpoch = {
  readonly machine: string;
  readonly host: string;
  readonly term: number;
  readonly epoch: number;
};

/**
 * Which packet: `number` is that of the request, or, where `sequenced`, of the first of `bytes` numbered
 * bytes; `check` is the xxh32 of the packet as a whole.
 */
type OfPacket = {
  readonly client: number;
  readonly number: number;
  readonly bytes: number;
  readonly check: number;
  readonly sequenced: boolean;
};

/** What comparing two machines writes to the trace. */
export type CompareRecord =
  /** By either host; `bytes` of a message as it is given to the stream: without frames, and once. */
  | {
      readonly kind: "comparison.sent";
      readonly machine: string;
      readonly host: string;
      readonly term: number;
      readonly message: CompareMessage["type"];
      readonly bytes: number;
    }
  /** By the host of the stand-by, whose card stays silent; `order` counts its packets. */
  | ({ readonly kind: "output.mirrored"; order: number } & OfPacket & OfEpoch)
  | ({ readonly kind: "output.dropped"; order: number } & OfEpoch)
  | ({ readonly kind: "output.taken-over"; order: number } & OfEpoch)
  | ({ readonly kind: "stand-by.loaded"; from: string } & OfEpoch)
  /** By the host of the primary. */
  | ({ readonly kind: "output.matched" } & OfPacket & OfEpoch)
  | ({
      readonly kind: "output.diverged";
      client: number;
      number: number;
      reason: DivergenceReason;
      /** Of the last results with this one, in millionths. */
      similarityPpm: number;
    } & OfEpoch);
