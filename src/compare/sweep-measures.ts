import { Distribution, type Quantiles } from "../report/distribution.ts";
import { type Nanoseconds, seconds } from "../sim/time.ts";
import type { TraceRecord, TraceSink } from "../sim/trace.ts";
import type { StandinRecord } from "../verify/standin-record.ts";

/** What one setting of a comparing scheme came to, from the first checkpoint to the end; plain data. */
export interface SweepMeasures {
  /** Checkpoints after the first in a second; `null` if there was not even one. */
  readonly checkpointsPerSecond: number | null;
  /** From the first sending of a request to its first reply. */
  readonly latencyNs: Quantiles;
  /** Requests answered in a second; `null` if there was no checkpoint. */
  readonly answeredPerSecond: number | null;
}

/** Folds the trace of a run without faults into how often it was checkpointed, and how long clients waited. */
export class SweepMeter implements TraceSink {
  readonly #latencies = new Distribution();
  #firstAtNs: Nanoseconds | undefined;
  #checkpoints = 0;

  record(atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    const record = traced as StandinRecord;
    if (record.kind === "checkpoint.committed") {
      if (this.#firstAtNs === undefined) this.#firstAtNs = atNs;
      else this.#checkpoints += 1;
    } else if (record.kind === "request.acknowledged" && this.#firstAtNs !== undefined) {
      this.#latencies.add(record.latencyNs);
    }
  }

  /** @param endNs When the run ended: now. */
  measures(endNs: Nanoseconds): SweepMeasures {
    const lengthNs = endNs - (this.#firstAtNs ?? endNs);
    const perSecond = (amount: number): number | null =>
      lengthNs > 0 ? Math.round((amount * seconds(10)) / lengthNs) / 10 : null;
    return {
      checkpointsPerSecond: perSecond(this.#checkpoints),
      latencyNs: this.#latencies.quantiles(),
      answeredPerSecond: perSecond(this.#latencies.count),
    };
  }
}
