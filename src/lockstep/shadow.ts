import type { SecondarySide } from "../checkpoint/secondary-side.ts";
import type { Process } from "../sim/process.ts";
import type { Follower } from "./follower.ts";
import type { LogStore } from "./log-store.ts";
import type { LockstepRecord } from "./records.ts";

/**
 * A second instance of a machine that follows the first one with a delay. When the output of the first shows
 * an error the shadow is paused in the state that the first had before it, so that one can look how it came
 * about (US11662051). It helps only where an error shows sooner than the delay after what caused it.
 */
export class Shadow {
  readonly #side: SecondarySide;
  readonly #store: LogStore;
  readonly #follower: Follower;
  #isPaused = false;

  constructor(side: SecondarySide, store: LogStore, follower: Follower) {
    this.#side = side;
    this.#store = store;
    this.#follower = follower;
  }

  /** True once an error has stopped it. */
  get paused(): boolean {
    return this.#isPaused;
  }

  /** Stops it where it is. */
  *pause(): Process {
    this.#isPaused = true;
    const { engine } = this.#side;
    yield* engine.announce<LockstepRecord>({
      ...{ kind: "shadow.paused", errorPosition: this.#store.errorAt ?? 0 },
      ...this.#store.at(this.#follower.position ?? 0),
    });
  }
}
