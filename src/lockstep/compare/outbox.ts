import type { Host } from "../../host/host.ts";
import type { ReliableStream } from "../../host/reliable-stream.ts";
import { assert } from "../../sim/assert.ts";
import { Channel } from "../../sim/channel.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Process } from "../../sim/process.ts";
import type { CompareMessage } from "./compare-message.ts";
import { encodeCompareMessage } from "./encode-message.ts";
import type { CompareRecord } from "./records.ts";

/** Most packets that wait to be sent to the other host; one more is not sent. */
export const OUTBOX_PACKETS_MAX = 4_096;

/** Room beyond it for what must not be lost: a few messages for each checkpoint, one at a time. */
const OUTBOX_RESERVE = 1_024;

/** What an outbox is made of. */
export interface OutboxOptions {
  readonly engine: Engine;
  readonly host: Host;
  readonly machine: string;
  readonly term: number;
  readonly stream: ReliableStream;
}

/** Messages for the other host, in their order; whoever has one does not wait until it is sent. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #messages: Channel<CompareMessage>;

  constructor(options: OutboxOptions) {
    const { engine, host, machine } = options;
    this.#options = options;
    this.#messages = new Channel(engine, `${machine} on ${host.name}: to compare`, {
      capacity: OUTBOX_PACKETS_MAX + OUTBOX_RESERVE,
    });
  }

  /** Sends what may be lost: what it is about is then found to differ. @returns False if it is lost. */
  offer(message: CompareMessage): boolean {
    return this.#messages.length < OUTBOX_PACKETS_MAX && this.#messages.send(message);
  }

  /** Sends what must not be lost. */
  put(message: CompareMessage): void {
    const isTaken = this.#messages.send(message);
    assert(isTaken, "there is room for what must not be lost");
  }

  /** Sends for ever. */
  *run(): Process<never> {
    const { engine, host, machine, term, stream } = this.#options;
    for (;;) {
      const message = yield* this.#messages.receive();
      if ("packet" in message) yield* host.compute(host.profile.comparePacketNs);
      const bytes = encodeCompareMessage(message);
      yield* stream.send(bytes);
      engine.trace.emit<CompareRecord>({
        kind: "comparison.sent",
        ...{ machine, host: host.name, term, message: message.type, bytes: bytes.length },
      });
    }
  }
}
