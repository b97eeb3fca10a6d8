import { assert } from "./assert.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Task } from "./task.ts";
import type { Nanoseconds } from "./time.ts";

/**
 * What processes belong to: a host, a client, a test. Made by `engine.createOwner(name)`. It can be
 * killed and paused, and all its processes with it.
 */
export class Owner {
  readonly name: string;
  readonly #scheduler: Scheduler;
  /** In the order of spawning. */
  readonly #tasks: Set<Task> = new Set();
  #state: "running" | "paused" | "dead" = "running";
  /** When the pause began, or its life ended. */
  #stoodStillAtNs: Nanoseconds = 0;
  /** Length of all pauses that are over. */
  #pausedNs: Nanoseconds = 0;

  /** @internal */
  constructor(scheduler: Scheduler, name: string) {
    this.#scheduler = scheduler;
    this.name = name;
  }

  get state(): "running" | "paused" | "dead" {
    return this.#state;
  }

  /** Processes that have not ended. */
  get processCount(): number {
    return this.#tasks.size;
  }

  /** The time that has passed for its processes: virtual time without the pauses. */
  get clockNs(): Nanoseconds {
    const now = this.#state === "running" ? this.#scheduler.now : this.#stoodStillAtNs;
    return now - this.#pausedNs;
  }

  /**
   * Drops all its processes: none runs again, no `finally` of theirs does. A process that kills its
   * own owner runs on to its next wait, as code that has already begun. Nothing happens if it is
   * dead.
   */
  kill(): void {
    if (this.#state === "dead") return;
    if (this.#state === "running") this.#stoodStillAtNs = this.#scheduler.now;
    this.#state = "dead";
    for (const task of this.#tasks) this.#scheduler.end(task, "killed");
    assert(this.#tasks.size === 0, "a dead owner has no processes");
  }

  /**
   * Makes its processes keep still: nothing of theirs runs, sleeps and limits stand still. Pausing
   * again changes nothing, and one {@link Owner.resume} is enough then.
   *
   * @throws InvariantError if it is dead.
   */
  pause(): void {
    assert(this.#state !== "dead", "a dead owner is not paused");
    if (this.#state === "paused") return;
    this.#state = "paused";
    this.#stoodStillAtNs = this.#scheduler.now;
    for (const task of this.#tasks) this.#scheduler.holdDue(task);
  }

  /**
   * Lets its processes go on. What became due meanwhile runs now, in the order in which it became
   * due; everything else is late by the length of the pause. Nothing happens if it is not paused.
   *
   * @throws InvariantError if it is dead.
   */
  resume(): void {
    assert(this.#state !== "dead", "a dead owner does not go on");
    if (this.#state === "running") return;
    const pauseNs = this.#scheduler.now - this.#stoodStillAtNs;
    assert(pauseNs >= 0, "a pause does not end before it begins");
    this.#pausedNs += pauseNs;
    this.#state = "running";
    const held = [...this.#tasks].filter((task) => task.isHeld);
    // Wakes that were due at the same time keep the order in which they were asked for.
    held.sort((a, b) => a.heldRemainingNs - b.heldRemainingNs || a.heldSequence - b.heldSequence);
    for (const task of held) {
      const remainingNs = task.heldRemainingNs;
      task.release();
      this.#scheduler.delay(task, remainingNs);
    }
  }

  /** @internal */
  add(task: Task): void {
    this.#tasks.add(task);
  }

  /** @internal */
  remove(task: Task): void {
    this.#tasks.delete(task);
  }
}
