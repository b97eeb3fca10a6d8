/** An argument of the wrong kind. Test `code`: the class differs between two copies of the library. */
export class StandinTypeError extends TypeError {
  /** Stable identifier of the mistake, such as `"RECORD_VALUE"`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "StandinTypeError";
    this.code = code;
  }
}

/** An argument of the right kind outside its range. Test `code`, not the class. */
export class StandinRangeError extends RangeError {
  /** Stable identifier of the mistake, such as `"DELAY"`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "StandinRangeError";
    this.code = code;
  }
}

/** Where in a run something was noticed. */
export interface RunPlace {
  /** Seed of the engine. */
  readonly seed: number;
  /** Virtual time in nanoseconds. */
  readonly timeNs: number;
  /** The same time, written for people. */
  readonly time: string;
  /** Trace records emitted before it. */
  readonly tracePosition: number;
  /** Process (or callback) that was running. */
  readonly processName: string;
}

function describe(place: RunPlace): string {
  return `at ${place.time}, trace position ${place.tracePosition}, seed ${place.seed}`;
}

/** An assertion inside the library, or an invariant of a simulated system, does not hold. */
export class InvariantError extends Error {
  readonly code: "INVARIANT" = "INVARIANT" as const;
  #place: RunPlace | undefined;

  constructor(message: string) {
    super(message);
    this.name = "InvariantError";
  }

  /** Seed of the run; undefined until the error has come out of an engine. */
  get seed(): number | undefined {
    return this.#place?.seed;
  }

  /** Virtual time in nanoseconds at which it was noticed; undefined until the error has come out of an engine. */
  get timeNs(): number | undefined {
    return this.#place?.timeNs;
  }

  /** Trace records emitted before it; undefined until the error has come out of an engine. */
  get tracePosition(): number | undefined {
    return this.#place?.tracePosition;
  }

  /** Process (or callback) that was running; undefined until the error has come out of an engine. */
  get processName(): string | undefined {
    return this.#place?.processName;
  }

  /**
   * Writes the place into the error and its message. The innermost engine knows best: later calls
   * change nothing.
   *
   * @internal
   */
  locate(place: RunPlace): void {
    if (this.#place !== undefined) return;
    this.#place = place;
    const message = `${this.message} (process "${place.processName}" ${describe(place)})`;
    // The stack's first line is a copy of the message; most reporters print the stack.
    if (this.stack !== undefined) this.stack = this.stack.replace(this.message, () => message);
    this.message = message;
  }
}

/** A process or a callback threw; `cause` is what it threw. */
export class ProcessError extends Error {
  readonly code: "PROCESS_FAILED" = "PROCESS_FAILED" as const;
  /** Name of the process, or `"callback"`. */
  readonly processName: string;
  /** Virtual time in nanoseconds at which it threw. */
  readonly timeNs: number;
  /** Trace records emitted before it threw. */
  readonly tracePosition: number;
  /** Seed of the run. */
  readonly seed: number;

  constructor(place: RunPlace, cause: unknown) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(`process "${place.processName}" failed ${describe(place)}: ${reason}`, { cause });
    this.name = "ProcessError";
    this.processName = place.processName;
    this.timeNs = place.timeNs;
    this.tracePosition = place.tracePosition;
    this.seed = place.seed;
  }
}
