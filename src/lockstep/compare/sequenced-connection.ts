import type { ComparedPacket } from "./compared-packet.ts";
import type { ComparisonEvents, Connection } from "./connection.ts";
import { PacketQueues } from "./packet-queues.ts";
import { compareSegment, type Segment, segmentOf } from "./segment.ts";

/**
 * A connection of numbered bytes, as TCP's; here a console's line. Bytes are compared by their numbers, so
 * that the two machines may cut them into segments as they like, and a segment leaves only if what it
 * acknowledges the stand-by has, too.
 *
 * Source: QEMU, colo-compare: `compare_seq` remembers the edge of what is compared; a segment is released if
 * its acknowledgement is at most the lower of the highest seen from either side. Unlike there, one that
 * carries nothing but an acknowledgement keeps to that, too: what it acknowledges is not typed again.
 */
export class SequencedConnection implements Connection {
  readonly #events: ComparisonEvents;
  readonly #queues: PacketQueues;
  /** Bytes below it were compared since the last checkpoint. */
  #edge = 0;
  /** Bytes of the other direction that the stand-by has. */
  #received = 0;
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
    this.#received = Math.max(this.#received, segmentOf(packet).received);
    this.#queues.add(this.#queues.secondary, packet);
  }

  compare(): void {
    const { primary, secondary } = this.#queues;
    const others = secondary.map(segmentOf);
    while (primary.length > 0) {
      const segment = segmentOf(primary[0]!);
      const result = compareSegment(segment, this.#edge, others);
      if (result === "unequal") this.#tell(segment);
      if (result !== "same" || segment.received > this.#received) break;
      primary.shift();
      this.#edge = Math.max(this.#edge, segment.end);
      this.#events.matched(segment.packet);
    }
    this.#dropCompared();
  }

  oldest(): ComparedPacket | undefined {
    return this.#queues.oldest();
  }

  skip(): ComparedPacket | undefined {
    return this.#queues.primary.shift();
  }

  flush(): readonly ComparedPacket[] {
    const covered = this.#queues.flush();
    // What is sent again of what the checkpoint covers, both machines send again.
    this.#edge = 0;
    for (const packet of covered) {
      this.#received = Math.max(this.#received, segmentOf(packet).received);
    }
    this.#told.clear();
    return covered;
  }

  #tell({ packet }: Segment): void {
    if (this.#told.has(packet.order)) return;
    this.#told.add(packet.order);
    this.#events.diverged(packet, "unequal");
  }

  /** What only acknowledges is dropped at once. */
  #dropCompared(): void {
    const { secondary } = this.#queues;
    const compared = secondary.filter((packet) => segmentOf(packet).end <= this.#edge);
    if (compared.length === 0) return;
    const kept = secondary.filter((packet) => segmentOf(packet).end > this.#edge);
    secondary.splice(0, secondary.length, ...kept);
    for (const packet of compared) this.#events.dropped(packet);
  }
}
