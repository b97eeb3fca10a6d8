import { assert } from "./assert.ts";
import { StandinRangeError, StandinTypeError } from "./errors.ts";
import { EventQueue } from "./event-queue.ts";
import { type Process, refuseForgottenSleep, takeForgottenSleep } from "./process.ts";
import type { Task } from "./task.ts";
import type { Nanoseconds } from "./time.ts";
import { Trace } from "./trace.ts";
import { PARKED, RESUMED } from "./wait.ts";

/** Processes and callbacks that may be waiting at a time. */
const WAITING_MAX = 4_194_304;

/** Dispatches at one instant before it is taken that time does not advance any more. */
const EVENTS_PER_INSTANT_MAX = 2_000_000;

/** Looks at conditions within one dispatch before it is taken that a process never gives way. */
const POLLS_PER_DISPATCH_MAX = 5_000_000;

/** Callbacks belong to no process: this is their identifier and name. */
const CALLBACK_ID = 0;
const CALLBACK_NAME = "callback";

/** The clock, the event queue, and what runs at the moment. */
export class Scheduler {
  /** Virtual time. */
  now: Nanoseconds = 0;
  /** Dispatches so far. */
  events = 0;
  readonly trace: Trace = new Trace(this);

  readonly #queue: EventQueue = new EventQueue();
  /** By slot; undefined where a callback has the slot, or nobody. */
  readonly #tasks: (Task | undefined)[] = [];
  /** By slot. */
  readonly #actions: ((() => void) | undefined)[] = [];
  /** The process that is being dispatched. */
  #current: Task | null = null;
  #eventsBefore = 0;
  #instantNs: Nanoseconds = 0;
  #polls = 0;
  #pollsAt = 0;

  /** Name of the process that is being dispatched, or that of callbacks. */
  get runningName(): string {
    return this.#current?.name ?? CALLBACK_NAME;
  }

  /** True if nothing will happen any more unless somebody from outside does something. */
  get isIdle(): boolean {
    return this.#queue.size === 0;
  }

  /** The process that is being dispatched and that wants to wait for `what`. */
  currentTask(what: string): Task {
    if (this.#current === null) {
      throw new StandinTypeError(
        "NOT_IN_PROCESS",
        `"${what}": expected a wait inside a process of the same engine, got one outside`,
      );
    }
    return this.#current;
  }

  /** The process that is being dispatched, if it has been killed meanwhile. */
  get doomed(): Task | null {
    return this.#current !== null && this.#current.state === "killed" ? this.#current : null;
  }

  /** A slot for a new process or callback. */
  allocate(): number {
    const slot = this.#queue.allocate();
    assert(slot < WAITING_MAX, "the number of processes and callbacks is bounded");
    return slot;
  }

  /** Takes a new process in; it starts at the current time, after what is due already. */
  admit(task: Task): void {
    assert(this.#tasks[task.slot] === undefined, "a slot has one process");
    this.#tasks[task.slot] = task;
    task.owner.add(task);
    this.delay(task, 0);
  }

  /** Has an action called at a time. */
  callAt(timeNs: Nanoseconds, action: () => void): void {
    assert(timeNs >= this.now, "nothing is scheduled in the past");
    const slot = this.allocate();
    this.#actions[slot] = action;
    this.#queue.schedule(slot, timeNs);
  }

  /** Wakes a process after a delay, in place of the wake it may have. */
  delay(task: Task, delayNs: Nanoseconds): void {
    const dueNs = this.now + delayNs;
    if (!Number.isSafeInteger(dueNs)) {
      throw new StandinRangeError(
        "TIME_OVERFLOW",
        `process "${task.name}": expected a wait of whole nanoseconds that ends before 2^53, got ${String(delayNs)}`,
      );
    }
    if (task.owner.state === "running") this.#queue.schedule(task.slot, dueNs);
    else task.hold(delayNs, this.#queue.nextSequence());
  }

  /** Wakes a parked process at the current time. */
  wake(task: Task): void {
    assert(task.state === "running" && task.isParked, "only a parked process is woken");
    task.stopWaiting();
    this.delay(task, 0);
  }

  /** Turns the wake a process may have into a held one: its owner pauses. */
  holdDue(task: Task): void {
    if (!this.#queue.isDue(task.slot)) return;
    const remainingNs = this.#queue.dueTime(task.slot) - this.now;
    task.hold(remainingNs, this.#queue.dueSequence(task.slot));
    this.#queue.cancel(task.slot);
  }

  /**
   * Keeps the process that is being dispatched still from its next wait on, whatever wakes it. Several
   * may do so; it goes on when all have let it go.
   *
   * @returns Lets it go; calling it again does nothing.
   */
  keepCurrentStill(): () => void {
    const task = this.currentTask("hold");
    task.stillCount += 1;
    let isKept = true;
    return () => {
      if (!isKept) return;
      isKept = false;
      assert(task.stillCount > 0, "who keeps a process still lets it go once");
      task.stillCount -= 1;
      if (task.stillCount > 0 || task.hasEnded || !task.hasMissedWake) return;
      task.hasMissedWake = false;
      this.delay(task, 0);
    };
  }

  /** Ends a process. It may be the one that is being dispatched. */
  end(task: Task, state: "done" | "killed"): void {
    assert(this.#tasks[task.slot] === task, "a process that ends has its slot");
    task.end(state);
    task.owner.remove(task);
    this.#tasks[task.slot] = undefined;
    this.#queue.free(task.slot);
  }

  /** Counts looks at conditions, so that a loop without a wait is an error and not a hang. */
  countPoll(what: string): void {
    if (this.#pollsAt !== this.events) {
      this.#pollsAt = this.events;
      this.#polls = 0;
    }
    this.#polls += 1;
    if (this.#polls > POLLS_PER_DISPATCH_MAX) assert(false, `a process polls "${what}" for ever`);
  }

  /**
   * Runs the next event if it is due at `limitNs` or before.
   *
   * @returns False if none is.
   */
  step(limitNs: Nanoseconds): boolean {
    const slot = this.#queue.take(limitNs);
    if (slot < 0) return false;
    const timeNs = this.#queue.dueTime(slot);
    if (timeNs !== this.#instantNs) this.#beginInstant(timeNs);
    this.events += 1;
    const task = this.#tasks[slot];
    if (this.events - this.#eventsBefore > EVENTS_PER_INSTANT_MAX) {
      this.#current = task ?? null;
      assert(false, `time does not advance; one who runs is "${this.runningName}"`);
    }
    if (task !== undefined) this.#resume(task);
    else this.#call(slot);
    return true;
  }

  #beginInstant(timeNs: Nanoseconds): void {
    assert(timeNs >= this.now, "time does not run backwards");
    this.now = timeNs;
    this.#instantNs = timeNs;
    this.#eventsBefore = this.events;
  }

  #call(slot: number): void {
    const action = this.#actions[slot];
    assert(action !== undefined, "an event belongs to a process or a callback");
    this.#actions[slot] = undefined;
    this.#queue.free(slot);
    this.#current = null;
    this.trace.dispatch(this.now, CALLBACK_ID, CALLBACK_NAME);
    action();
    if (takeForgottenSleep()) refuseForgottenSleep();
  }

  #resume(task: Task): void {
    this.#current = task;
    const isSeen = this.trace.dispatch(this.now, task.id, task.name);
    if (!(isSeen || task.stillCount > 0) || this.#mayGoOn(task)) {
      if (task.isParked) task.stopWaiting();
      const generator = task.generator ?? task.start();
      // Killed while it started: the body may be any function.
      if (!task.hasEnded) this.#advance(task, generator);
    }
    this.#current = null;
  }

  /**
   * Looks whether the process is kept still, and what a sink did when it saw the dispatch: it may
   * have crashed or paused the host.
   */
  #mayGoOn(task: Task): boolean {
    if (task.hasEnded) return false;
    if (task.stillCount > 0) {
      task.hasMissedWake = true;
      return false;
    }
    if (task.owner.state === "running") return true;
    this.delay(task, 0);
    return false;
  }

  #advance(task: Task, generator: Process<unknown>): void {
    const step = generator.next(RESUMED);
    if (takeForgottenSleep()) refuseForgottenSleep();
    // Killed by what it did itself: this was its last step, and what it waits for does not matter.
    if (task.hasEnded) return;
    if (step.done === true) {
      task.result = step.value;
      this.end(task, "done");
    } else if (step.value === PARKED) {
      assert(task.isParked, "a process that parks waits for something");
    } else {
      this.#sleep(task, step.value);
    }
  }

  #sleep(task: Task, delayNs: unknown): void {
    if (typeof delayNs !== "number" || !(delayNs >= 0)) {
      throw new StandinTypeError(
        "WAIT",
        `process "${task.name}": expected a wait made by sleep, receive or the like, got ${String(delayNs)}`,
      );
    }
    this.delay(task, delayNs);
  }
}
