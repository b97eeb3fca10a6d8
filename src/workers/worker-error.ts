/** A worker did not do its part. Nothing is wrong with the scenario's runs that were counted so far. */
export class WorkerError extends Error {
  /**
   * `WORKER_DIED`: it ended in the middle of a run. `WORKER_DIFFERS`: it prepared another sweep from
   * the same options, so that its runs would be other ones.
   */
  readonly code: "WORKER_DIED" | "WORKER_DIFFERS";
  /** Number of the run that it was making, from 0, if there was one. */
  readonly index: number | undefined;

  constructor(code: "WORKER_DIED" | "WORKER_DIFFERS", message: string, index?: number) {
    super(message);
    this.name = "WorkerError";
    this.code = code;
    this.index = index;
  }
}
