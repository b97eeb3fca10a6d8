import type { Nanoseconds } from "../../sim/time.ts";
import { type ComparedPacket, connectionOf } from "./compared-packet.ts";
import type { ComparisonEvents, Connection } from "./connection.ts";
import { MessageConnection } from "./message-connection.ts";
import { SequencedConnection } from "./sequenced-connection.ts";

/** How packets of two machines are compared. */
export interface ComparerOptions {
  /** Whether a client's connection is one of numbered bytes, such as a console's. */
  readonly isSequenced: (client: number) => boolean;
  /** Most packets of each queue of a connection; the newest is dropped. */
  readonly mostPackets: number;
  /** A packet that waits longer, of either machine, is told to differ. */
  readonly timeoutNs: Nanoseconds;
  /** Broken on purpose: after the time-out a packet is taken to be the same. Default false. */
  readonly skipOnTimeout?: boolean;
}

/**
 * Compares what two machines send, connection by connection (colo-compare; US11429466, the comparison in the
 * primary's network driver; US8201169, where the secondary looks up the primary's entry). It decides nothing
 * but which packets are the same: what follows from it is up to whoever is told.
 */
export class Comparer {
  readonly #options: ComparerOptions;
  readonly #events: ComparisonEvents;
  readonly #connections: Map<number, Connection> = new Map();
  /** Packets that were told to be late. */
  readonly #late = new Set<ComparedPacket>();
  #isStopped = false;

  constructor(options: ComparerOptions, events: ComparisonEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Packets that wait, of both machines. */
  get waitingCount(): number {
    let count = 0;
    for (const { waitingCount } of this.#connections.values()) count += waitingCount;
    return count;
  }

  /** Takes a packet that the primary's machine has sent. */
  addPrimary(packet: ComparedPacket): void {
    const connection = this.#connectionOf(packet);
    connection.addPrimary(packet);
    if (!this.#isStopped) connection.compare();
  }

  /** Takes a packet that the stand-by's machine has sent. */
  addSecondary(packet: ComparedPacket): void {
    const connection = this.#connectionOf(packet);
    connection.addSecondary(packet);
    if (!this.#isStopped) connection.compare();
  }

  /** Looks for packets that have waited longer than they may. */
  expire(nowNs: Nanoseconds): void {
    if (this.#isStopped) return;
    for (const connection of this.#connections.values()) this.#expire(connection, nowNs);
  }

  /**
   * A checkpoint is taken that covers all that waits. What comes from now on is kept, and compared after
   * {@link Comparer.goOn}.
   *
   * @returns The primary's packets, in the order in which they were sent.
   */
  flush(): readonly ComparedPacket[] {
    this.#isStopped = true;
    this.#late.clear();
    const covered = [...this.#connections.values()].flatMap((connection) => connection.flush());
    return covered.sort((a, b) => a.order - b.order);
  }

  /** The checkpoint is there: compares on. */
  goOn(): void {
    this.#isStopped = false;
    for (const connection of this.#connections.values()) connection.compare();
  }

  #expire(connection: Connection, nowNs: Nanoseconds): void {
    const { timeoutNs, skipOnTimeout = false } = this.#options;
    for (;;) {
      const oldest = connection.oldest();
      if (oldest === undefined || nowNs - oldest.atNs < timeoutNs) return;
      const skipped = skipOnTimeout ? connection.skip() : undefined;
      if (skipped !== undefined) {
        this.#events.matched(skipped);
        continue;
      }
      if (this.#late.has(oldest)) return;
      this.#late.add(oldest);
      this.#events.diverged(oldest, "time-out");
      return;
    }
  }

  #connectionOf({ packet }: ComparedPacket): Connection {
    const client = connectionOf(packet);
    let connection = this.#connections.get(client);
    if (connection === undefined) {
      const { isSequenced, mostPackets } = this.#options;
      const Kind = isSequenced(client) ? SequencedConnection : MessageConnection;
      connection = new Kind(this.#events, mostPackets);
      this.#connections.set(client, connection);
    }
    return connection;
  }
}
