import type { Awaitable } from "./awaitable.ts";
import { Condition } from "./condition.ts";
import type { Engine } from "./engine.ts";

/**
 * A flag that processes can wait for. It is a level, not a pulse: whoever waits goes on if it is set
 * when its turn comes, so one that is set and cleared at the same instant may go unseen.
 */
export class Signal {
  readonly name: string;
  readonly #condition: Condition;
  readonly #wait: Awaitable<void>;
  #isSet = false;

  /** Makes a signal that is not set. */
  constructor(engine: Engine, name: string) {
    this.name = name;
    this.#condition = new Condition(engine, name);
    this.#wait = this.#condition.until(() => this.#isSet);
  }

  /** True between a {@link Signal.set} and the next {@link Signal.clear}. */
  get isSet(): boolean {
    return this.#isSet;
  }

  /** Sets it and wakes all who wait. Nothing happens if it is set. */
  set(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    this.#condition.notify();
  }

  /** Clears it. Nothing happens if it is not set. */
  clear(): void {
    this.#isSet = false;
  }

  /** Waits until it is set; does not wait if it is. */
  wait(): Awaitable<void> {
    return this.#wait;
  }
}
