import { Awaitable, PENDING } from "./awaitable.ts";
import type { ProcessHandle } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Task } from "./task.ts";
import { WaitList } from "./wait-list.ts";

/** What `engine.spawn` returns: a process from outside. */
export class SpawnedProcess<T> implements ProcessHandle<T> {
  readonly #scheduler: Scheduler;
  readonly #task: Task;
  readonly #end: WaitList;

  /** @param task Its result, if it comes to one, is a `T`. */
  constructor(scheduler: Scheduler, task: Task) {
    this.#scheduler = scheduler;
    this.#task = task;
    this.#end = new WaitList(scheduler, `end of ${task.name}`);
    task.ending = this.#end;
  }

  get name(): string {
    return this.#task.name;
  }

  get state(): "running" | "done" | "killed" {
    return this.#task.state;
  }

  kill(): void {
    if (!this.#task.hasEnded) this.#scheduler.end(this.#task, "killed");
  }

  join(): Awaitable<T> {
    return new Awaitable<T>(this.#end, () =>
      this.#task.state === "done" ? (this.#task.result as T) : PENDING,
    );
  }

  ended(): Awaitable<"done" | "killed"> {
    return new Awaitable<"done" | "killed">(this.#end, () =>
      this.#task.state === "running" ? PENDING : this.#task.state,
    );
  }
}
