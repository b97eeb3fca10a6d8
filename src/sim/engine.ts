import { assert } from "./assert.ts";
import {
  InvariantError,
  ProcessError,
  type RunPlace,
  StandinRangeError,
  StandinTypeError,
} from "./errors.ts";
import { Owner } from "./owner.ts";
import { type Process, type ProcessHandle, sleep } from "./process.ts";
import { RandomStream } from "./random.ts";
import { Scheduler } from "./scheduler.ts";
import { SpawnedProcess } from "./spawned-process.ts";
import { Task } from "./task.ts";
import { formatTime, type Nanoseconds } from "./time.ts";
import type { Trace, TraceRecord } from "./trace.ts";

/** What an engine is made of. */
export interface EngineOptions {
  /** A safe integer: everything random in the run comes from it. */
  readonly seed: number;
}

/** How far a run may go. Without either it goes on until nothing is left to do. */
export interface RunOptions {
  /** Events at this time still happen; the clock stands at it afterwards. */
  readonly until?: Nanoseconds;
  /** Most events of this call. */
  readonly maxEvents?: number;
}

/** How far a run went. */
export interface RunResult {
  /** Events of this call. */
  readonly events: number;
  /** Where the clock stands. */
  readonly now: Nanoseconds;
  /** Why it stopped: the time was reached, nothing was left to do, or enough events had happened. */
  readonly reason: "until" | "idle" | "events";
}

/**
 * A simulation: virtual time, processes and callbacks in the order of (time, sequence), random
 * streams, the trace. Same seed and same program, same run, same `trace.hash()`.
 */
export class Engine {
  readonly seed: number;
  /** @internal */
  readonly scheduler: Scheduler = new Scheduler();
  readonly #streams: Map<string, RandomStream> = new Map();
  #processCount = 0;
  #isRunning = false;
  #failure: Error | undefined;

  /** @throws StandinRangeError if the seed is not a safe integer. */
  constructor(options: EngineOptions) {
    if (!Number.isSafeInteger(options.seed)) {
      throw new StandinRangeError("SEED", `seed: expected a safe integer, got ${options.seed}`);
    }
    this.seed = options.seed;
  }

  /** What happened so far. */
  get trace(): Trace {
    return this.scheduler.trace;
  }

  /** Virtual time. */
  get now(): Nanoseconds {
    return this.scheduler.now;
  }

  /** Events so far: each resumption of a process and each callback is one. */
  get events(): number {
    return this.scheduler.events;
  }

  /** The random stream of this name: always the same object for the same name. */
  random(name: string): RandomStream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new RandomStream(this.seed, name);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  /** Makes an owner for processes. Names are for messages and need not differ. */
  createOwner(name: string): Owner {
    return new Owner(this.scheduler, name);
  }

  /**
   * Starts a process, at the current time, after what is due already.
   *
   * @param body A generator function without parameters; called when the process starts.
   * @throws InvariantError if the owner is dead; except that a process which has just killed its own
   *   owner gets a handle of a process that is killed too.
   */
  spawn<T>(name: string, owner: Owner, body: () => Process<T>): ProcessHandle<T> {
    const isDoomed = this.scheduler.doomed?.owner === owner;
    assert(owner.state !== "dead" || isDoomed, "a dead owner gets no new process");
    this.#processCount += 1;
    const place = { id: this.#processCount, slot: this.scheduler.allocate() };
    const task = new Task(place, name, owner, body);
    this.scheduler.admit(task);
    if (owner.state === "dead") this.scheduler.end(task, "killed");
    return new SpawnedProcess<T>(this.scheduler, task);
  }

  /**
   * Calls `action` after a delay. It belongs to no owner: nothing but the end of the run stops it.
   *
   * @throws StandinRangeError if the delay is not a non-negative safe integer, or ends beyond 2^53.
   */
  schedule(delayNs: Nanoseconds, action: () => void): void {
    const timeNs = this.now + delayNs;
    if (!Number.isSafeInteger(delayNs) || delayNs < 0 || !Number.isSafeInteger(timeNs)) {
      const given = String(delayNs);
      throw new StandinRangeError("DELAY", `schedule: expected whole nanoseconds, got ${given}`);
    }
    this.scheduler.callAt(timeNs, action);
  }

  /**
   * Calls `action` at a time. It belongs to no owner: nothing but the end of the run stops it.
   *
   * @throws StandinRangeError if the time is not a safe integer, or is past.
   */
  at(timeNs: Nanoseconds, action: () => void): void {
    if (!Number.isSafeInteger(timeNs) || timeNs < this.now) {
      const wanted = `whole nanoseconds from now (${this.now}) on`;
      throw new StandinRangeError("TIME", `at: expected ${wanted}, got ${timeNs}`);
    }
    this.scheduler.callAt(timeNs, action);
  }

  /**
   * Emits a record and gives way once: a named point of a process, at which a sink can look, pause or
   * crash before the process takes its next step. `yield* engine.announce({ kind: "group.sent", … })`
   */
  *announce<R extends TraceRecord>(record: R): Process {
    this.trace.emit(record);
    yield* sleep(0);
  }

  /**
   * Keeps the running process still from its next wait on, whatever wakes it, while everything else
   * goes on. For a sink that holds a process at a point it has announced. Being killed or paused with
   * its owner works as ever; when several hold it, it goes on when all have let it go.
   *
   * @returns Lets the process go on, at the time of the call; calling it again does nothing.
   * @throws StandinTypeError `NOT_IN_PROCESS` if no process is running, only a callback or nothing.
   */
  holdRunning(): () => void {
    return this.scheduler.keepCurrentStill();
  }

  /**
   * Runs events until a time, a number of events, or until none is left. Call it again to go on.
   *
   * @throws StandinRangeError if the limits are not safe integers from now (time) and 0 (events) on.
   * @throws ProcessError if a process or callback throws; `cause` is what it threw.
   * @throws InvariantError as it was thrown, with seed, time and trace position added.
   * @throws StandinTypeError if it is running already, or has failed before.
   */
  run(options: RunOptions = {}): RunResult {
    const { until, maxEvents } = options;
    if (until !== undefined && (!Number.isSafeInteger(until) || until < this.now)) {
      const wanted = `whole nanoseconds from now (${this.now}) on`;
      throw new StandinRangeError("UNTIL", `run: expected until in ${wanted}, got ${until}`);
    }
    if (maxEvents !== undefined && (!Number.isSafeInteger(maxEvents) || maxEvents < 0)) {
      const wanted = "maxEvents to be a non-negative integer";
      throw new StandinRangeError("MAX_EVENTS", `run: expected ${wanted}, got ${maxEvents}`);
    }
    const scheduler = this.scheduler;
    const eventsBefore = scheduler.events;
    const hasRoom = this.#drive(until ?? Number.MAX_SAFE_INTEGER, maxEvents ?? Infinity);
    const events = scheduler.events - eventsBefore;
    if (!hasRoom) return { events, now: scheduler.now, reason: "events" };
    if (until !== undefined) scheduler.now = until;
    return { events, now: scheduler.now, reason: scheduler.isIdle ? "idle" : "until" };
  }

  /**
   * Runs one event.
   *
   * @returns False if there is none.
   * @throws As {@link Engine.run} does.
   */
  step(): boolean {
    return !this.#drive(Number.MAX_SAFE_INTEGER, 1);
  }

  /** Runs events. @returns False if it stopped because of the number of events. */
  #drive(limitNs: Nanoseconds, maxEvents: number): boolean {
    this.#checkUsable();
    const scheduler = this.scheduler;
    const lastEvent = scheduler.events + maxEvents;
    this.#isRunning = true;
    try {
      while (scheduler.events < lastEvent) {
        if (!scheduler.step(limitNs)) return true;
      }
      return false;
    } catch (error) {
      this.#failure = this.#placed(error);
      throw this.#failure;
    } finally {
      this.#isRunning = false;
    }
  }

  #checkUsable(): void {
    if (this.#isRunning) {
      throw new StandinTypeError(
        "ENGINE_RUNNING",
        "run: expected an engine that stands still, got one that is running",
      );
    }
    if (this.#failure !== undefined) {
      throw new StandinTypeError(
        "ENGINE_FAILED",
        `run: expected an engine that has not failed, got one stopped by: ${this.#failure.message}`,
      );
    }
  }

  #placed(error: unknown): Error {
    const place: RunPlace = {
      seed: this.seed,
      timeNs: this.now,
      time: formatTime(this.now),
      tracePosition: this.trace.position,
      processName: this.scheduler.runningName,
    };
    if (!(error instanceof InvariantError)) return new ProcessError(place, error);
    error.locate(place);
    return error;
  }
}
