import { xxh32 } from "../../sim/hash.ts";
import { connectionOf, numberOf } from "./compared-packet.ts";
import { segmentLength } from "./segment.ts";

/** What a record says of a packet, so that two machines' packets can be told to be the same. */
export interface PacketFacts {
  readonly client: number;
  readonly number: number;
  readonly bytes: number;
  readonly check: number;
  readonly sequenced: boolean;
}

/** The facts of a packet. */
export function factsOf(packet: Uint8Array, isSequenced: (client: number) => boolean): PacketFacts {
  const client = connectionOf(packet);
  const sequenced = isSequenced(client);
  return {
    client,
    number: numberOf(packet),
    bytes: sequenced ? segmentLength(packet) : packet.length,
    check: xxh32(packet),
    sequenced,
  };
}
