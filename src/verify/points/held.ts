import type { TraceRecord } from "../../sim/trace.ts";

/** A process that is kept at a point, or is going to be. */
export class Held {
  #record: TraceRecord | undefined;
  #letGo: (() => void) | undefined;
  #isReleased = false;

  /** True once the point was reached, also after the release. */
  get reached(): boolean {
    return this.#record !== undefined;
  }

  /** What the process announced; undefined before it did. */
  get record(): TraceRecord | undefined {
    return this.#record;
  }

  /** True while a process is kept. A crash of its host ends the process and not this. */
  get holding(): boolean {
    return this.#letGo !== undefined;
  }

  /**
   * Lets the process take its next step, now. Before the point is reached it means that nobody is to
   * be kept there. Calling it again does nothing.
   */
  release(): void {
    this.#isReleased = true;
    this.#letGo?.();
    this.#letGo = undefined;
  }

  /**
   * The point is reached.
   *
   * @param keep Keeps the process that announced it; returns what lets it go.
   * @internal
   */
  reach(record: TraceRecord, keep: () => () => void): void {
    this.#record = record;
    if (!this.#isReleased) this.#letGo = keep();
  }
}
