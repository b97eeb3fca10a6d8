import type { Nanoseconds } from "../../sim/time.ts";
import type { ComparedPacket } from "./compared-packet.ts";
import type { ComparisonEvents } from "./connection.ts";
import type { OutputHold } from "./output-hold.ts";

/** What a primary's event log is made of. */
export interface EventLogOptions {
  /** Most events that wait for an answer; the newest is dropped. */
  readonly mostEvents: number;
  /** An event without an answer for so long is taken to differ. */
  readonly timeoutNs: Nanoseconds;
  /** Sends an event to the stand-by. @returns False if it is lost. */
  readonly send: (packet: ComparedPacket) => boolean;
}

/**
 * The primary's events whose output is pending, until the stand-by has said that its machine comes to the
 * same (US8201169, quasi-lockstep: "holding the related outputs").
 */
export class EventLog implements OutputHold {
  readonly #options: EventLogOptions;
  readonly #events: Pick<ComparisonEvents, "matched" | "diverged">;
  readonly #pending: Map<number, ComparedPacket> = new Map();
  #toldUpTo = 0;

  constructor(options: EventLogOptions, events: Pick<ComparisonEvents, "matched" | "diverged">) {
    this.#options = options;
    this.#events = events;
  }

  addPrimary(packet: ComparedPacket): void {
    if (this.#pending.size >= this.#options.mostEvents) {
      this.#events.diverged(packet, "queue-full");
      return;
    }
    this.#pending.set(packet.order, packet);
    if (!this.#options.send(packet)) this.#events.diverged(packet, "queue-full");
  }

  /** The stand-by has come to the same. What it says of events that a checkpoint covers comes late. */
  same(order: number): void {
    const packet = this.#pending.get(order);
    if (packet === undefined) return;
    this.#pending.delete(order);
    this.#events.matched(packet);
  }

  /** The event of this number, while it is pending. */
  pending(order: number): ComparedPacket | undefined {
    return this.#pending.get(order);
  }

  expire(nowNs: Nanoseconds): void {
    const { timeoutNs } = this.#options;
    for (const packet of this.#pending.values()) {
      if (packet.order <= this.#toldUpTo || nowNs - packet.atNs < timeoutNs) continue;
      this.#toldUpTo = packet.order;
      this.#events.diverged(packet, "time-out");
      return;
    }
  }

  flush(): readonly ComparedPacket[] {
    const covered = [...this.#pending.values()];
    this.#pending.clear();
    return covered;
  }

  goOn(): void {
    // What waits here waits for the stand-by, which has begun to compare by itself.
  }
}
