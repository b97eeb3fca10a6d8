import type { Nanoseconds } from "../sim/time.ts";
import type { TraceRecord, TraceSink } from "../sim/trace.ts";
import type { StandinRecord } from "../verify/standin-record.ts";

/** How long a machine was away after the crash of its host; plain data. `null`: it did not come back. */
export interface RecoveryMeasures {
  /** From the crash until the stand-in serves: silence is noticed, the witness asked, the machine made ready. */
  readonly servingNs: Nanoseconds | null;
  /** From the crash to the first reply of the stand-in that a client takes. */
  readonly answeredNs: Nanoseconds | null;
}

/** Folds the trace of a run in which one host crashes into how long its first machine was away. */
export class RecoveryMeter implements TraceSink {
  #crashedAtNs: Nanoseconds | undefined;
  #servingAtNs: Nanoseconds | undefined;
  #answeredAtNs: Nanoseconds | undefined;

  record(atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    const record = traced as StandinRecord;
    if (record.kind === "host.crashed") this.#crashedAtNs ??= atNs;
    else if (record.kind === "failover.serving") this.#servingAtNs ??= atNs;
    // A reply that was on its way at the crash says nothing of the stand-in.
    else if (record.kind === "request.acknowledged" && this.#servingAtNs !== undefined) {
      this.#answeredAtNs ??= atNs;
    }
  }

  /** What it came to. */
  measures(): RecoveryMeasures {
    const since = (atNs: Nanoseconds | undefined): Nanoseconds | null =>
      atNs === undefined || this.#crashedAtNs === undefined ? null : atNs - this.#crashedAtNs;
    return { servingNs: since(this.#servingAtNs), answeredNs: since(this.#answeredAtNs) };
  }
}
