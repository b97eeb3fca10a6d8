import { assert } from "../../sim/assert.ts";
import type { Engine } from "../../sim/engine.ts";
import type { TraceSink } from "../../sim/trace.ts";

/** Most actions that wait for the end of one step. */
const ACTIONS_MAX = 65_536;

/**
 * Does things between two steps of a run. A sink sees a record in the middle of the step that makes
 * it: who crashes a host there crashes it inside a protocol's atomic step, or inside the start of that
 * very host. So what a sink wants to do to hosts waits until the step is over. It happens before
 * anything else does, whoever has the next turn, and at the same virtual time.
 */
export class StepEnd {
  readonly #engine: Engine;
  readonly #sink: TraceSink;
  #actions: (() => void)[] = [];

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#sink = { record: () => undefined, dispatch: () => this.#flush() };
  }

  /** Calls `action` once the present step is over; at the beginning of the next run, if none is. */
  call(action: () => void): void {
    assert(
      this.#actions.length < ACTIONS_MAX,
      "the actions that wait for a step's end are bounded",
    );
    this.#actions.push(action);
    if (this.#actions.length > 1) return;
    this.#engine.trace.addSink(this.#sink);
    // So that there is a next event, and one at the present time.
    this.#engine.schedule(0, () => undefined);
  }

  #flush(): void {
    const actions = this.#actions;
    this.#actions = [];
    this.#engine.trace.removeSink(this.#sink);
    for (const action of actions) action();
  }
}
