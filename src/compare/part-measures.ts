import { Distribution, type Quantiles } from "../report/distribution.ts";
import { type Nanoseconds, seconds } from "../sim/time.ts";
import type { TraceRecord, TraceSink } from "../sim/trace.ts";
import type { StandinRecord } from "../verify/standin-record.ts";

/**
 * What a run without faults cost and gave, from its trace; plain data. Bytes, rates and the time of a
 * commit are those after the first checkpoint, with which the first copy of memory came. `null`: there
 * was nothing to measure.
 */
export interface PartMeasures {
  /** How long the machine stood still, for each checkpoint, the first one with them. */
  readonly pauseNs: Quantiles;
  /** Bytes of groups and commit records, for each second of the run; what is sent again counts once. */
  readonly bytesPerSecond: number | null;
  /** The same, for each checkpoint that was committed. */
  readonly bytesPerCheckpoint: number | null;
  /** Checkpoints that were committed, in a second, to a tenth. */
  readonly checkpointsPerSecond: number | null;
  /** Requests made. */
  readonly issued: number;
  /** Requests answered; only they have a latency. */
  readonly acknowledged: number;
  /** From the first sending of a request to its first reply. */
  readonly latencyNs: Quantiles;
  /** From the beginning of the first copy of memory to the first commit. */
  readonly bringUpNs: Nanoseconds | null;
  /** Of each epoch, from the machine going on to all of it being applied at the secondary. */
  readonly commitNs: Quantiles;
}

/** What became of one epoch. */
interface Epoch {
  bytes: number;
  resumedAtNs?: Nanoseconds;
  committedAtNs?: Nanoseconds;
  appliedAtNs?: Nanoseconds;
}

/** Folds the trace of a run with one machine and without faults into its measures. */
export class PartMeter implements TraceSink {
  readonly #pauses = new Distribution();
  readonly #latencies = new Distribution();
  readonly #epochs = new Map<number, Epoch>();
  #issued = 0;
  #beganAtNs: Nanoseconds | undefined;

  record(atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    // Records of other kinds (a user's own) fall through every case.
    const record = traced as StandinRecord;
    switch (record.kind) {
      case "synchronisation.started":
        this.#beganAtNs ??= atNs;
        break;
      case "checkpoint.resumed":
        this.#pauses.add(record.pauseNs);
        this.#epoch(record.epoch).resumedAtNs = atNs;
        break;
      case "group.sent":
      case "commit.sent":
        this.#epoch(record.epoch).bytes += record.bytes;
        break;
      case "checkpoint.committed":
        this.#epoch(record.epoch).committedAtNs ??= atNs;
        break;
      case "checkpoint.applied":
        this.#epoch(record.epoch).appliedAtNs ??= atNs;
        break;
      case "request.invoked":
        this.#issued += 1;
        break;
      case "request.acknowledged":
        this.#latencies.add(record.latencyNs);
        break;
      default:
        break;
    }
  }

  /** @param endNs When the run ended. */
  measures(endNs: Nanoseconds): PartMeasures {
    const committed = [...this.#epochs.values()].filter(
      (epoch) => epoch.committedAtNs !== undefined,
    );
    const firstAtNs = committed[0]?.committedAtNs;
    const later = committed.slice(1);
    const bytes = later.reduce((sum, epoch) => sum + epoch.bytes, 0);
    const perSecond = (amount: number): number | null => {
      const lengthNs = endNs - (firstAtNs ?? endNs);
      return lengthNs > 0 ? (amount * seconds(1)) / lengthNs : null;
    };
    const checkpoints = perSecond(10 * later.length);
    return {
      pauseNs: this.#pauses.quantiles(),
      bytesPerSecond: rounded(perSecond(bytes)),
      bytesPerCheckpoint: later.length === 0 ? null : Math.round(bytes / later.length),
      checkpointsPerSecond: checkpoints === null ? null : Math.round(checkpoints) / 10,
      issued: this.#issued,
      acknowledged: this.#latencies.count,
      latencyNs: this.#latencies.quantiles(),
      bringUpNs: firstAtNs === undefined ? null : firstAtNs - (this.#beganAtNs ?? 0),
      commitNs: commitTimes(later).quantiles(),
    };
  }

  #epoch(number: number): Epoch {
    const known = this.#epochs.get(number);
    if (known !== undefined) return known;
    const epoch: Epoch = { bytes: 0 };
    this.#epochs.set(number, epoch);
    return epoch;
  }
}

function commitTimes(epochs: readonly Epoch[]): Distribution {
  const times = new Distribution();
  for (const { resumedAtNs, appliedAtNs } of epochs) {
    if (resumedAtNs !== undefined && appliedAtNs !== undefined)
      times.add(appliedAtNs - resumedAtNs);
  }
  return times;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
