import { type Nanoseconds, seconds } from "../sim/time.ts";
import type { TraceRecord, TraceSink } from "../sim/trace.ts";
import type { StandinRecord } from "../verify/standin-record.ts";

/** Folds the trace of a run into how many requests were answered in a second, up to the last one. */
export class AnswerMeter implements TraceSink {
  #answered = 0;
  #lastAtNs: Nanoseconds = 0;

  record(atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    if ((traced as StandinRecord).kind !== "request.acknowledged") return;
    this.#answered += 1;
    this.#lastAtNs = atNs;
  }

  /** Requests answered in a second; `null` without any. */
  get perSecond(): number | null {
    if (this.#answered === 0) return null;
    return Math.round((this.#answered * seconds(1)) / this.#lastAtNs);
  }
}
