import type { Nanoseconds } from "../sim/time.ts";
import type { TraceRecord, TraceSink } from "../sim/trace.ts";
import type { StandinRecord } from "../verify/standin-record.ts";
import { ChromeTraceCanvas } from "./chrome-trace-canvas.ts";
import type { ChromeTraceArgs, ChromeTraceEvent } from "./chrome-trace-event.ts";
import { ChromeTraceMachines } from "./chrome-trace-machines.ts";

/** Events after which a trace takes no more records: what a viewer still opens. */
export const CHROME_TRACE_EVENTS_MAX = 1_000_000;

/**
 * Draws a trace for Perfetto and `chrome://tracing` (Chrome Trace Event Format, "JSON object"): one
 * process per host with one line per activity, one process for all clients.
 *
 * - slices: when the machine stood still, what was sent, awaited, received and applied, who served;
 * - spans: each epoch from its start to its commit, each request;
 * - counters: packets held, dirty pages; instants: crashes, suspicions, promotions;
 * - arrows: from a commit record to the commit to its acknowledgement.
 */
export class ChromeTrace implements TraceSink {
  readonly #canvas = new ChromeTraceCanvas();
  readonly #machines = new ChromeTraceMachines(this.#canvas);
  #dropped = 0;

  /** Records that came after the trace was full. */
  get dropped(): number {
    return this.#dropped;
  }

  record(atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    if (this.#canvas.size >= CHROME_TRACE_EVENTS_MAX) {
      this.#dropped += 1;
      return;
    }
    // Records of other kinds (a user's own) fall through every case.
    const record = traced as StandinRecord;
    this.#machines.record(atNs, record);
    this.#hosts(atNs, record);
    this.#clients(atNs, record);
  }

  /** All events of a run that ended at `endNs`. Nothing may be recorded afterwards. */
  events(endNs: Nanoseconds): ChromeTraceEvent[] {
    return this.#canvas.finish(endNs);
  }

  /**
   * The file's text in pieces, each one line; no wall time, the same for the same run. Nothing may be
   * recorded afterwards.
   *
   * @param about Goes into the file as it is; a viewer shows it as the trace's information.
   */
  *json(endNs: Nanoseconds, about: ChromeTraceArgs = {}): Generator<string, void, undefined> {
    const otherData = this.#dropped === 0 ? about : { ...about, droppedRecords: this.#dropped };
    yield `{"displayTimeUnit":"ms","otherData":${JSON.stringify(otherData)},"traceEvents":[\n`;
    const events = this.events(endNs);
    for (const [index, event] of events.entries()) {
      yield `${JSON.stringify(event)}${index < events.length - 1 ? "," : ""}\n`;
    }
    yield "]}\n";
  }

  #hosts(atNs: Nanoseconds, record: StandinRecord): void {
    const canvas = this.#canvas;
    switch (record.kind) {
      case "host.crashed": {
        const track = canvas.tracks.host(record.host, "power");
        canvas.cut(track.pid, atNs, { cutBy: "crash" });
        canvas.instant(track, atNs, `${record.host} crashes`, { s: "g" });
        canvas.begin(track, atNs, "off");
        break;
      }
      case "host.paused":
        canvas.instant(
          canvas.tracks.host(record.host, "power"),
          atNs,
          `${record.host} stands still`,
          {
            s: "g",
          },
        );
        canvas.begin(canvas.tracks.host(record.host, "power"), atNs, "standing still");
        break;
      case "host.restarted":
      case "host.resumed":
        canvas.endAll(canvas.tracks.host(record.host, "power"), atNs);
        break;
      case "link.partitioned":
      case "link.healed": {
        const { from, to, kind } = record;
        const name = `${from} > ${to} ${kind === "link.partitioned" ? "cut" : "mended"}`;
        canvas.instant(canvas.tracks.host(from, "power"), atNs, name, { s: "p" });
        break;
      }
      default:
        break;
    }
  }

  #clients(atNs: Nanoseconds, record: StandinRecord): void {
    const canvas = this.#canvas;
    switch (record.kind) {
      case "request.invoked": {
        const { client, machine, number, bytes } = record;
        const args = { number, machine, bytes };
        const span = { cat: "request", name: "request", args };
        canvas.beginSpan(`${client}\n${number}`, canvas.tracks.client(client), atNs, span);
        break;
      }
      case "request.acknowledged":
        canvas.endSpan(`${record.client}\n${record.number}`, atNs, { attempts: record.attempts });
        break;
      case "request.retried": {
        const args = { number: record.number };
        canvas.instant(canvas.tracks.client(record.client), atNs, "asks again", { s: "t", args });
        break;
      }
      default:
        break;
    }
  }
}
