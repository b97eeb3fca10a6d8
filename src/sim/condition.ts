import type { Engine } from "./engine.ts";
import { WaitList } from "./wait-list.ts";

/**
 * Where processes wait for something to become true. Whoever makes it true notifies; those who wait
 * then look again, in the order in which they began to wait. Channels and signals are conditions
 * with something to look at.
 *
 * ```ts
 * const changed = new Condition(engine, "epoch changed");
 * yield* changed.until(() => this.epoch >= 3); // in one process
 * this.epoch += 1; // in another
 * changed.notify();
 * ```
 */
export class Condition extends WaitList {
  /** @param name For messages. */
  constructor(engine: Engine, name: string) {
    super(engine.scheduler, name);
  }
}
