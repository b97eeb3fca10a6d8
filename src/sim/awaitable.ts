import type { Nanoseconds } from "./time.ts";
import { PARKED, type Wait } from "./wait.ts";

/** What a poll gives while there is nothing yet. */
export const PENDING: unique symbol = Symbol("pending");

/** The type of {@link PENDING}. */
export type Pending = typeof PENDING;

/** Where the current process waits; a condition is the only kind there is. */
export interface WaitPlace {
  /** Calls `look`, on behalf of the current process. */
  poll<T>(look: () => T | Pending): T | Pending;
  /** Puts the current process on the list of those to wake; it yields {@link PARKED} next. */
  park(): void;
  /** The clock of the current process. */
  currentClock(): { readonly clockNs: Nanoseconds };
}

/** One object for all: nobody changes it, and a `yield*` only passes it on. */
const PARK_RESULT: IteratorYieldResult<Wait> = { value: PARKED, done: false };

/**
 * Something to wait for: `const item = yield* channel.receive()`, or one of several in a race.
 *
 * Waiting is Mesa style (Lampson and Redell, 1980): a wake is a hint to poll again, not a promise. So
 * a hint that reaches a process too late, or one that is killed, takes nothing away from others. An
 * awaitable has no state of its own, and any number of processes may wait for the same one.
 */
export class Awaitable<T> implements Iterable<Wait, T, unknown>, Iterator<Wait, T, unknown> {
  /** Notified whenever polling again may help. */
  readonly condition: WaitPlace;
  /** Takes the value if there is one, else gives {@link PENDING}. Called within a process. */
  readonly poll: () => T | Pending;

  /**
   * @param condition Notified whenever polling again may help.
   * @param poll Takes the value if there is one, else gives {@link PENDING}.
   */
  constructor(condition: WaitPlace, poll: () => T | Pending) {
    this.condition = condition;
    this.poll = poll;
  }

  /** What `yield*` asks for. */
  [Symbol.iterator](): Iterator<Wait, T, unknown> {
    return this;
  }

  /** One step of a wait; called by `yield*`. */
  next(): IteratorResult<Wait, T> {
    const value = this.condition.poll(this.poll);
    if (value !== PENDING) return { value, done: true };
    this.condition.park();
    return PARK_RESULT;
  }
}
