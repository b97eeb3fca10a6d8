import type { ReliableStream } from "../../host/reliable-stream.ts";
import { Channel } from "../../sim/channel.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Owner } from "../../sim/owner.ts";
import type { Process, ProcessHandle } from "../../sim/process.ts";
import { GROUPS_IN_FLIGHT_MAX } from "./transfer.ts";

/** Sends what waits on one stream, in a process of its own. */
export class Lane<T> {
  readonly #queue: Channel<T>;
  readonly #process: ProcessHandle<never>;

  /** @param send Sends one item; returns when it has left the host. */
  constructor(
    engine: Engine,
    owner: Owner,
    stream: ReliableStream,
    send: (stream: ReliableStream, item: T) => Process,
  ) {
    const name = `${stream.host.name}: groups on ${stream.port}`;
    this.#queue = new Channel(engine, name, { capacity: GROUPS_IN_FLIGHT_MAX });
    const queue = this.#queue;
    this.#process = engine.spawn(name, owner, function* (): Process<never> {
      for (;;) yield* send(stream, yield* queue.receive());
    });
  }

  /** Lets an item wait for its turn. */
  put(item: T): Process {
    return this.#queue.put(item);
  }

  /** Sends nothing more. */
  close(): void {
    this.#process.kill();
  }
}
