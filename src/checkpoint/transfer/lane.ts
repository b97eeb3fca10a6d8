import { Channel } from "../../sim/channel.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Owner } from "../../sim/owner.ts";
import type { Process, ProcessHandle } from "../../sim/process.ts";
import { GROUPS_IN_FLIGHT_MAX } from "./transfer.ts";

/** Works off what waits, one after the other, in a process of its own. */
export class Lane<T> {
  readonly #queue: Channel<T>;
  readonly #process: ProcessHandle<never>;

  /** @param work What is done with each item; the next one's turn comes when it returns. */
  constructor(engine: Engine, name: string, owner: Owner, work: (item: T) => Process) {
    this.#queue = new Channel(engine, name, { capacity: GROUPS_IN_FLIGHT_MAX });
    const queue = this.#queue;
    this.#process = engine.spawn(name, owner, function* (): Process<never> {
      for (;;) yield* work(yield* queue.receive());
    });
  }

  /** Lets an item wait for its turn. */
  put(item: T): Process {
    return this.#queue.put(item);
  }

  /** Works nothing more off. */
  close(): void {
    this.#process.kill();
  }
}
