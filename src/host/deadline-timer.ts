import type { Engine } from "../sim/engine.ts";
import type { Process } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import { Signal } from "../sim/signal.ts";
import type { Nanoseconds } from "../sim/time.ts";

/** No deadline. */
export const NEVER: Nanoseconds = Number.POSITIVE_INFINITY;

/**
 * A deadline that moves often and is rarely reached. Moving it later costs no event: the process looks
 * again when the old one is reached. Without a deadline there are no events at all.
 */
export class DeadlineTimer {
  readonly #engine: Engine;
  readonly #action: () => void;
  readonly #earlier: Signal;
  #deadlineNs: Nanoseconds = NEVER;
  /** When the process looks at the deadline by itself. */
  #wakeAtNs: Nanoseconds = NEVER;

  /** @param action Called when the deadline is reached, which is none then unless it sets one. */
  constructor(engine: Engine, name: string, action: () => void) {
    this.#engine = engine;
    this.#action = action;
    this.#earlier = new Signal(engine, name);
  }

  /** True while there is a deadline. */
  get isSet(): boolean {
    return this.#deadlineNs !== NEVER;
  }

  /** Moves the deadline; {@link NEVER} takes it away. */
  set(deadlineNs: Nanoseconds): void {
    this.#deadlineNs = deadlineNs;
    if (deadlineNs < this.#wakeAtNs) this.#earlier.set();
  }

  /** Waits for deadlines, for ever; to be spawned as a process. */
  *run(): Process<never> {
    for (;;) {
      const waitNs = this.#deadlineNs - this.#engine.now;
      if (waitNs <= 0) {
        this.#deadlineNs = NEVER;
        this.#action();
        continue;
      }
      this.#wakeAtNs = this.#deadlineNs;
      this.#earlier.clear();
      const limitNs = waitNs === NEVER ? undefined : waitNs;
      yield* race({ earlier: this.#earlier.wait() }, limitNs);
    }
  }
}
