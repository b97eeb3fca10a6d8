import type { Nanoseconds } from "../sim/time.ts";
import type { StandinRecord } from "../verify/standin-record.ts";
import type { ChromeTraceCanvas } from "./chrome-trace-canvas.ts";
import type { ChromeTraceArgs, Track } from "./chrome-trace-event.ts";

type OfMachine = { readonly machine: string; readonly host: string };
type OfEpoch = OfMachine & { readonly term: number; readonly epoch: number };

/** Draws what hosts do for machines: checkpoints, roles, held output. */
export class ChromeTraceMachines {
  readonly #canvas: ChromeTraceCanvas;
  /** Packets held, by host and machine. */
  readonly #held = new Map<string, Map<string, number>>();

  constructor(canvas: ChromeTraceCanvas) {
    this.#canvas = canvas;
  }

  /** Looks at one record. */
  record(atNs: Nanoseconds, record: StandinRecord): void {
    this.#primary(atNs, record);
    this.#secondary(atNs, record);
    this.#roles(atNs, record);
    this.#output(atNs, record);
  }

  #primary(atNs: Nanoseconds, record: StandinRecord): void {
    const canvas = this.#canvas;
    switch (record.kind) {
      case "synchronisation.started":
        canvas.begin(this.#replication(record), atNs, "first copy of memory");
        break;
      case "checkpoint.started": {
        const { epoch } = record;
        canvas.endAll(this.#replication(record), atNs);
        const span = { cat: "epoch", name: "epoch", args: { epoch, term: record.term } };
        canvas.beginSpan(epochKey(record), this.#replication(record), atNs, span);
        canvas.begin(this.#processor(record), atNs, `stopped for epoch ${epoch}`, { epoch });
        canvas.begin(this.#processor(record), atNs, "stop");
        break;
      }
      case "checkpoint.paused":
        this.#next(this.#processor(record), atNs, "collect");
        break;
      case "checkpoint.collected":
        canvas.counter(
          this.#processor(record),
          atNs,
          `dirty pages of ${record.machine}`,
          record.pages,
        );
        this.#next(this.#processor(record), atNs, "copy", { pages: record.pages });
        break;
      case "checkpoint.copied":
        this.#next(this.#processor(record), atNs, "resume");
        break;
      case "checkpoint.resumed":
        canvas.endAll(this.#processor(record), atNs);
        canvas.begin(this.#replication(record), atNs, `send epoch ${record.epoch}`);
        break;
      case "commit.sent":
        this.#next(this.#replication(record), atNs, "await acknowledgement", {
          pages: record.pages,
        });
        canvas.flow(epochKey(record), "commit", this.#replication(record), atNs);
        break;
      case "checkpoint.acknowledged":
        this.#next(this.#replication(record), atNs, "rest of the interval");
        canvas.flow(epochKey(record), "commit", this.#replication(record), atNs);
        break;
      case "checkpoint.aborted":
        this.#note(this.#replication(record), atNs, "refused", { epoch: record.epoch });
        break;
      default:
        break;
    }
  }

  #secondary(atNs: Nanoseconds, record: StandinRecord): void {
    const canvas = this.#canvas;
    switch (record.kind) {
      case "group.staged": {
        const track = this.#image(record);
        if (record.group > 0) break;
        canvas.endAll(track, atNs);
        canvas.begin(track, atNs, `receive epoch ${record.epoch}`);
        break;
      }
      case "bring-up.committed":
      case "checkpoint.committed": {
        const track = this.#image(record);
        canvas.endAll(track, atNs);
        canvas.endSpan(epochKey(record), atNs, { pages: record.pages });
        canvas.begin(track, atNs, `apply epoch ${record.epoch}`, { pages: record.pages });
        canvas.flow(epochKey(record), "commit", track, atNs);
        break;
      }
      case "bring-up.applied":
      case "checkpoint.applied":
        canvas.endAll(this.#image(record), atNs);
        break;
      case "checkpoint.rejected":
        canvas.endAll(this.#image(record), atNs, { refused: record.reason });
        break;
      case "checkpoint.discarded":
        canvas.endAll(this.#image(record), atNs, { discarded: true });
        break;
      default:
        break;
    }
  }

  #roles(atNs: Nanoseconds, record: StandinRecord): void {
    switch (record.kind) {
      case "protection.started":
        this.#role(record, atNs, `primary, term ${record.term}`);
        this.#role({ ...record, host: record.secondary }, atNs, "stand-by");
        break;
      case "failure.suspected":
        this.#note(this.#roleTrack(record), atNs, `suspects ${record.peer}`, {
          silentNs: record.silentNs,
        });
        break;
      case "term.requested":
        this.#note(this.#roleTrack(record), atNs, `asks for term ${record.term}`);
        break;
      case "witness.granted":
        this.#note(this.#roleTrack(record), atNs, `has term ${record.term}`);
        break;
      case "witness.refused":
        this.#note(this.#roleTrack(record), atNs, `is refused term ${record.term}`);
        break;
      case "start.cancelled":
        this.#stop(record, atNs);
        this.#role(record, atNs, "on the bare host");
        break;
      case "protection.lost":
        this.#stop(record, atNs);
        this.#role(record, atNs, `primary, alone, term ${record.term}`);
        break;
      case "machine.fenced":
        this.#stop(record, atNs);
        this.#role(record, atNs, "fenced");
        break;
      case "stand-by.abandoned":
        this.#role(record, atNs, "abandoned");
        break;
      case "failover.started":
        this.#canvas.endSpans(machineKey(record), atNs, { committed: false });
        this.#role(record, atNs, `stand in, epoch ${record.epoch}`);
        break;
      case "failover.serving":
        this.#role(record, atNs, `primary, alone, term ${record.term}`);
        this.#note(this.#roleTrack(record), atNs, "promoted", { epoch: record.epoch });
        break;
      default:
        break;
    }
  }

  #output(atNs: Nanoseconds, record: StandinRecord): void {
    switch (record.kind) {
      case "output.held":
        this.#hold(record, atNs, 1);
        break;
      case "output.released":
        this.#hold(record, atNs, -1);
        break;
      case "host.crashed":
        for (const [machine, held] of this.#held.get(record.host) ?? []) {
          if (held > 0) this.#setHeld({ host: record.host, machine }, atNs, 0);
        }
        break;
      case "output.discarded":
        // One that found the queue full was never held.
        if (record.reason !== "queue-full") this.#hold(record, atNs, -1);
        break;
      default:
        break;
    }
  }

  #processor({ host, machine }: OfMachine): Track {
    return this.#canvas.tracks.host(host, `${machine}: processor`);
  }

  #replication({ host, machine }: OfMachine): Track {
    return this.#canvas.tracks.host(host, `${machine}: replication`);
  }

  #image({ host, machine }: OfMachine): Track {
    return this.#canvas.tracks.host(host, `${machine}: image`);
  }

  #roleTrack({ host, machine }: OfMachine): Track {
    return this.#canvas.tracks.host(host, `${machine}: role`);
  }

  /** No more checkpoints are made of a machine on a host. */
  #stop(of: OfMachine, atNs: Nanoseconds): void {
    this.#canvas.endAll(this.#processor(of), atNs);
    this.#canvas.endAll(this.#replication(of), atNs);
    this.#canvas.endSpans(machineKey(of), atNs, { committed: false });
  }

  /** Ends the slice that is open on a line and begins the next one at its place. */
  #next(track: Track, atNs: Nanoseconds, name: string, args: ChromeTraceArgs = {}): void {
    this.#canvas.end(track, atNs);
    this.#canvas.begin(track, atNs, name, args);
  }

  #role(of: OfMachine, atNs: Nanoseconds, name: string): void {
    this.#canvas.endAll(this.#roleTrack(of), atNs);
    this.#canvas.begin(this.#roleTrack(of), atNs, name);
  }

  #note(track: Track, atNs: Nanoseconds, name: string, args: ChromeTraceArgs = {}): void {
    this.#canvas.instant(track, atNs, name, { s: "p", args });
  }

  #hold({ host, machine }: OfMachine, atNs: Nanoseconds, change: 1 | -1): void {
    const ofHost = this.#held.get(host) ?? new Map<string, number>();
    this.#held.set(host, ofHost);
    const before = ofHost.get(machine) ?? 0;
    // A packet that passes an open gate was never held.
    const held = Math.max(0, before + change);
    if (held !== before) this.#setHeld({ host, machine }, atNs, held);
  }

  #setHeld({ host, machine }: OfMachine, atNs: Nanoseconds, held: number): void {
    this.#held.get(host)?.set(machine, held);
    const track = this.#processor({ host, machine });
    this.#canvas.counter(track, atNs, `held packets of ${machine}`, held);
  }
}

function machineKey({ machine }: { readonly machine: string }): string {
  return `epoch\n${machine}\n`;
}

function epochKey(of: OfEpoch): string {
  return `${machineKey(of)}${of.term}\n${of.epoch}`;
}
