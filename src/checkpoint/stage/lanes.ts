import type { Host } from "../../host/host.ts";
import type { ReliableStream } from "../../host/reliable-stream.ts";
import type { Awaitable } from "../../sim/awaitable.ts";
import { Channel } from "../../sim/channel.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Process, ProcessHandle } from "../../sim/process.ts";

/** Messages of all streams together that wait to be looked at; more wait in their streams. */
export const LANE_MESSAGES_MAX = 64;

/** What lanes are made of. */
export interface LanesOptions {
  readonly engine: Engine;
  /** Whose processes take the messages off the streams. */
  readonly host: Host;
  /** For messages. */
  readonly machine: string;
  readonly stream: ReliableStream;
  readonly moreStreams?: readonly ReliableStream[];
}

/**
 * The streams of a replication as one: messages come in the order of their arrival, whichever stream
 * they came by. Those of one stream keep their order. Source: QEMU's multifd channels.
 */
export class Lanes {
  readonly #stream: ReliableStream;
  readonly #queue: Channel<Uint8Array> | undefined;
  readonly #processes: readonly ProcessHandle<never>[];

  /** Begins to take messages; with a single stream they stay there until they are received. */
  constructor({ engine, host, machine, stream, moreStreams = [] }: LanesOptions) {
    this.#stream = stream;
    if (moreStreams.length === 0) {
      this.#processes = [];
      return;
    }
    const label = `${machine} on ${host.name}: lane`;
    const queue = new Channel<Uint8Array>(engine, `${label}s`, { capacity: LANE_MESSAGES_MAX });
    this.#queue = queue;
    this.#processes = [stream, ...moreStreams].map((each, lane) =>
      engine.spawn(`${label} ${lane}`, host.owner, () => forward(each, queue)),
    );
  }

  /** Waits for the next message. */
  receive(): Awaitable<Uint8Array> {
    return this.#queue?.receive() ?? this.#stream.receive();
  }

  /** Takes no more messages off the streams. */
  close(): void {
    for (const process of this.#processes) process.kill();
  }
}

function* forward(stream: ReliableStream, queue: Channel<Uint8Array>): Process<never> {
  for (;;) {
    // Room first: what is taken off a stream opens its window.
    yield* queue.room();
    yield* queue.put(yield* stream.receive());
  }
}
