import { Awaitable, PENDING, type Pending } from "./awaitable.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Task } from "./task.ts";
import type { Nanoseconds } from "./time.ts";

/**
 * Those who wait for something to become true. Whoever makes it true notifies; those who wait then
 * look again, in the order in which they began to wait. It knows the scheduler only; outside this
 * folder a list of waiters is a Condition.
 */
export class WaitList {
  /** For messages. */
  readonly name: string;
  readonly #scheduler: Scheduler;
  /** In the order of their waiting. Bounded by the number of processes. */
  readonly #waiters: Set<Task> = new Set();
  #notifications = 0;

  constructor(scheduler: Scheduler, name: string) {
    this.name = name;
    this.#scheduler = scheduler;
  }

  /** Processes that wait. */
  get waiterCount(): number {
    return this.#waiters.size;
  }

  /**
   * Wakes all who wait, through the queue at the current time: they run after what is due already.
   * All, because one alone may be killed, paused or content with something else before it looks.
   */
  notify(): void {
    this.#notifications += 1;
    if (this.#waiters.size === 0) return;
    for (const task of this.#waiters) this.#scheduler.wake(task);
  }

  /** Waits until `isTrue()`; looks at once, and again after each notification. */
  until(isTrue: () => boolean): Awaitable<void> {
    return new Awaitable<void>(this, () => (isTrue() ? undefined : PENDING));
  }

  /** Waits for the next notification after this call. */
  wait(): Awaitable<void> {
    const seen = this.#notifications;
    return this.until(() => this.#notifications !== seen);
  }

  /** Calls `look`, counting how often the current process has done so without giving way. */
  poll<T>(look: () => T | Pending): T | Pending {
    this.#scheduler.countPoll(this.name);
    return look();
  }

  /** The clock of the current process, which stands still while its owner is paused. */
  currentClock(): { readonly clockNs: Nanoseconds } {
    return this.#scheduler.currentTask(this.name).owner;
  }

  /** Makes the current process wait here; it yields PARKED, or a delay, next. */
  park(): void {
    const task = this.#scheduler.currentTask(this.name);
    // Killed by what it did itself: it runs on to its next wait, this one, and is dropped there.
    if (task.hasEnded) return;
    this.#waiters.add(task);
    task.waitOn(this);
  }

  /** @internal */
  remove(task: Task): void {
    this.#waiters.delete(task);
  }
}
