import type { Nanoseconds } from "../sim/time.ts";
import type { TraceRecord, TraceSink } from "../sim/trace.ts";
import type { StandinRecord } from "../verify/standin-record.ts";
import { ClusterNarrator } from "./cluster-narrator.ts";
import { Distribution } from "./distribution.ts";
import { EpochLog } from "./epoch-log.ts";
import { HostNarrator } from "./host-narrator.ts";
import { Journal } from "./journal.ts";
import { latencyPicture, type PictureMark, type Reply } from "./latency-picture.ts";
import { LockstepNarrator } from "./lockstep-narrator.ts";
import { plain, type Style } from "./style.ts";
import { timelineText } from "./timeline-text.ts";
import { TrafficNarrator } from "./traffic-narrator.ts";

/** Folds a trace into a text that a person reads: what each epoch cost and what happened between. */
export class Timeline implements TraceSink {
  readonly #epochs = new EpochLog();
  readonly #journal = new Journal();
  readonly #hosts = new HostNarrator(this.#journal, this.#epochs);
  readonly #cluster = new ClusterNarrator(this.#journal);
  readonly #traffic = new TrafficNarrator(this.#journal);
  readonly #lockstep = new LockstepNarrator(this.#journal);
  readonly #replies: Reply[] = [];
  readonly #marks: PictureMark[] = [];

  record(atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    // Records of other kinds (a user's own) fall through every case.
    const record = traced as StandinRecord;
    // Before the epochs: a crash is told with how far its host had come.
    this.#hosts.record(atNs, record);
    this.#cluster.record(atNs, record);
    this.#traffic.record(atNs, record);
    this.#lockstep.record(atNs, record);
    const begun = this.#epochs.record(atNs, record);
    if (begun !== undefined) this.#journal.epoch(atNs, begun);
    this.#point(atNs, record);
  }

  /** Adds what was noticed about the run and stands in no record of it: what a check has found. */
  found(atNs: Nanoseconds, text: string): void {
    this.#journal.note(atNs, "✗", text);
  }

  /** The timeline: no line wider than 100 characters, no wall time, the same for the same run. */
  lines(style: Style = plain): string[] {
    return timelineText(this.#journal.entries, style);
  }

  /** Replies and their latency over a run that ended at `endNs`; no lines without any reply. */
  picture(endNs: Nanoseconds, style: Style = plain): string[] {
    const [replies, marks, intervalNs] = [this.#replies, this.#marks, this.#intervalNs()];
    return latencyPicture({ replies, marks, endNs, intervalNs }, style);
  }

  /** The usual time from one checkpoint to the next of the first machine; 0 without any. */
  #intervalNs(): Nanoseconds {
    const starts: Nanoseconds[] = [];
    let machine: string | undefined;
    for (const epoch of this.#epochs.entries) {
      machine ??= epoch.machine;
      if (epoch.machine === machine && epoch.startedAtNs !== undefined) {
        starts.push(epoch.startedAtNs);
      }
    }
    const intervals = new Distribution();
    for (const [index, atNs] of starts.entries()) {
      if (index > 0) intervals.add(atNs - (starts[index - 1] ?? atNs));
    }
    return intervals.quantiles().p50 ?? 0;
  }

  #point(atNs: Nanoseconds, record: StandinRecord): void {
    switch (record.kind) {
      case "request.acknowledged":
        this.#replies.push({ atNs, latencyNs: record.latencyNs });
        break;
      case "host.crashed":
      case "host.paused":
      case "link.partitioned":
        this.#marks.push({ atNs, mark: "✗" });
        break;
      case "failover.serving":
      case "protection.lost":
        this.#marks.push({ atNs, mark: "▲" });
        break;
      default:
        break;
    }
  }
}
