import type { Nanoseconds } from "../sim/time.ts";
import type { TraceRecord, TraceSink } from "../sim/trace.ts";
import type { StandinRecord } from "../verify/standin-record.ts";
import { Distribution, type Quantiles } from "./distribution.ts";
import { EpochLog } from "./epoch-log.ts";
import { type Failover, FailoverLog } from "./failover-log.ts";

/** What clients saw, all of them together. */
export interface ClientMetrics {
  /** Requests made, each counted once however often it was sent. */
  readonly issued: number;
  /** Requests that were answered. */
  readonly acknowledged: number;
  /** From the first sending of a request to its first reply. */
  readonly latencyNs: Quantiles;
}

/**
 * What protection cost, all machines together. Of the checkpoints that were started each is
 * committed, aborted, or still under way when the run ends.
 */
export interface CheckpointMetrics {
  readonly started: number;
  /** The secondary has them whole: a failover could go on from them. */
  readonly committed: number;
  /**
   * Never whole at the secondary: the primary died, was replaced or gave up in the middle of them.
   * One that was refused and arrived when it was sent again is not among them.
   */
  readonly aborted: number;
  /** Pages of the committed ones, with those of the first copy of memory. */
  readonly pages: number;
  /** Bytes of the committed ones' messages; what had to be sent again counts once. */
  readonly bytes: number;
  /** How long the machine stood still, for each checkpoint that let it go on. */
  readonly pauseNs: Quantiles;
}

/** Folds a trace into the figures of a run, with one exact set of quantiles for each. */
export class Metrics implements TraceSink {
  readonly #latencies = new Distribution();
  readonly #pauses = new Distribution();
  readonly #epochs = new EpochLog();
  readonly #failovers = new FailoverLog();
  #issued = 0;

  /** What clients saw so far. */
  get clients(): ClientMetrics {
    const acknowledged = this.#latencies.count;
    return { issued: this.#issued, acknowledged, latencyNs: this.#latencies.quantiles() };
  }

  /** What protection cost so far. */
  get checkpoints(): CheckpointMetrics {
    const sum = { started: 0, committed: 0, aborted: 0, pages: 0, bytes: 0 };
    for (const { startedAtNs, committedAtNs, isOver, pages, bytes } of this.#epochs.entries) {
      if (startedAtNs === undefined) continue;
      sum.started += 1;
      if (committedAtNs !== undefined) {
        sum.committed += 1;
        sum.pages += pages;
        sum.bytes += bytes;
      } else if (isOver) {
        sum.aborted += 1;
      }
    }
    return { ...sum, pauseNs: this.#pauses.quantiles() };
  }

  /** Failovers so far, in the order in which they ended. */
  get failovers(): readonly Failover[] {
    return [...this.#failovers.failovers];
  }

  record(atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    // Records of other kinds (a user's own) fall through every case.
    const record = traced as StandinRecord;
    this.#epochs.record(atNs, record);
    this.#failovers.record(atNs, record);
    if (record.kind === "request.invoked") this.#issued += 1;
    else if (record.kind === "request.acknowledged") this.#latencies.add(record.latencyNs);
    else if (record.kind === "checkpoint.resumed") this.#pauses.add(record.pauseNs);
  }
}
