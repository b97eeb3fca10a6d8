import type { ComparedPacket } from "./compared-packet.ts";
import type { ComparisonEvents } from "./connection.ts";

/** The two queues of a connection, each bounded; the newest packet is dropped by a full one. */
export class PacketQueues {
  readonly primary: ComparedPacket[] = [];
  readonly secondary: ComparedPacket[] = [];
  readonly #events: ComparisonEvents;
  readonly #mostPackets: number;

  /** @param mostPackets Most packets of each queue. */
  constructor(events: ComparisonEvents, mostPackets: number) {
    this.#events = events;
    this.#mostPackets = mostPackets;
  }

  /** Packets that wait. */
  get waitingCount(): number {
    return this.primary.length + this.secondary.length;
  }

  /** Adds a packet at the end of one of the queues, or drops it. */
  add(queue: ComparedPacket[], packet: ComparedPacket): void {
    if (queue.length < this.#mostPackets) queue.push(packet);
    else this.#events.diverged(packet, "queue-full");
  }

  /** The older one of the two heads. */
  oldest(): ComparedPacket | undefined {
    const [first] = this.primary;
    const [second] = this.secondary;
    if (first === undefined || second === undefined) return first ?? second;
    return second.atNs < first.atNs ? second : first;
  }

  /** Empties both; returns what the primary's held. */
  flush(): readonly ComparedPacket[] {
    this.secondary.length = 0;
    return this.primary.splice(0);
  }
}
