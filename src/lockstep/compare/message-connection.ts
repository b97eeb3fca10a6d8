import { sameBytes } from "../../guest/same-bytes.ts";
import type { ComparedPacket } from "./compared-packet.ts";
import type { ComparisonEvents, Connection } from "./connection.ts";
import { PacketQueues } from "./packet-queues.ts";

/**
 * A connection of single packets, as UDP's: a packet of the primary is looked for in the whole queue of the
 * stand-by. Packets leave in their order: one that differs holds back those behind it.
 *
 * Source: QEMU, colo-compare: for each packet of the primary the whole secondary queue is searched for an
 * equal payload.
 */
export class MessageConnection implements Connection {
  readonly #events: ComparisonEvents;
  readonly #queues: PacketQueues;
  /** Orders of the primary's packets that were told to differ. */
  readonly #told = new Set<number>();

  /** @param mostPackets Most packets of each queue. */
  constructor(events: ComparisonEvents, mostPackets: number) {
    this.#events = events;
    this.#queues = new PacketQueues(events, mostPackets);
  }

  get waitingCount(): number {
    return this.#queues.waitingCount;
  }

  addPrimary(packet: ComparedPacket): void {
    this.#queues.add(this.#queues.primary, packet);
  }

  addSecondary(packet: ComparedPacket): void {
    this.#queues.add(this.#queues.secondary, packet);
  }

  compare(): void {
    const { primary, secondary } = this.#queues;
    while (primary.length > 0 && secondary.length > 0) {
      const [first] = primary;
      const at = secondary.findIndex(({ packet }) => sameBytes(packet, first!.packet));
      if (at < 0) break;
      primary.shift();
      this.#told.delete(first!.order);
      const [twin] = secondary.splice(at, 1);
      this.#events.matched(first!);
      this.#events.dropped(twin!);
    }
    this.#tell();
  }

  oldest(): ComparedPacket | undefined {
    return this.#queues.oldest();
  }

  skip(): ComparedPacket | undefined {
    return this.#queues.primary.shift();
  }

  flush(): readonly ComparedPacket[] {
    this.#told.clear();
    return this.#queues.flush();
  }

  /** Tells of those that the stand-by has had its turn to send, and sent something else instead. */
  #tell(): void {
    const { primary, secondary } = this.#queues;
    const turns = Math.min(primary.length, secondary.length);
    for (const each of primary.slice(0, turns)) {
      if (this.#told.has(each.order)) continue;
      if (secondary.some(({ packet }) => sameBytes(packet, each.packet))) continue;
      this.#told.add(each.order);
      this.#events.diverged(each, "unequal");
    }
  }
}
