import { formatTime, type Nanoseconds } from "../sim/time.ts";
import type { StandinRecord } from "../verify/standin-record.ts";
import type { EpochEntry, EpochLog } from "./epoch-log.ts";
import type { Journal, JournalEvent, Mark } from "./journal.ts";
import { countOf } from "./quantity.ts";
import { shortName } from "./short-name.ts";

/** A wire that changed, and the sentence for the case that its other direction changes, too. */
interface OneWay {
  readonly key: string;
  readonly event: JournalEvent;
  readonly both: string;
}

/** Puts in words what happens to hosts and to the links between them. */
export class HostNarrator {
  readonly #journal: Journal;
  readonly #epochs: EpochLog;
  #lastWire: OneWay | undefined;

  /** @param epochs Has not seen the record that the narrator is given. */
  constructor(journal: Journal, epochs: EpochLog) {
    this.#journal = journal;
    this.#epochs = epochs;
  }

  /** Looks at one record. */
  record(atNs: Nanoseconds, record: StandinRecord): void {
    switch (record.kind) {
      case "host.crashed":
        this.#host(atNs, "✗", record.host, `crashes${this.#work(record.host)}`);
        break;
      case "host.restarted":
        this.#host(atNs, "·", record.host, "starts again, with nothing in its memory");
        break;
      case "host.paused":
        this.#host(atNs, "✗", record.host, `stands still${this.#work(record.host)}`);
        break;
      case "host.resumed":
        this.#host(atNs, "·", record.host, "goes on where it stood");
        break;
      case "host.processor-share":
        this.#host(atNs, "!", record.host, `has ${percent(record.sharePpm)} of its processor`);
        break;
      case "clock.changed": {
        const { host, offsetNs, driftPpm } = record;
        const drift = driftPpm === 0 ? "" : `, and goes wrong by ${driftPpm} us per second`;
        this.#host(atNs, "!", host, `has a clock that is off by ${formatTime(offsetNs)}${drift}`);
        break;
      }
      case "cable.cut":
        this.#host(atNs, "✗", record.host, "is cut off from the clients");
        break;
      case "cable.mended":
        this.#host(atNs, "·", record.host, "has its way to the clients back");
        break;
      case "link.partitioned":
        this.#wire(atNs, "✗", record, "is cut");
        break;
      case "link.healed":
        this.#wire(atNs, "·", record, "is mended");
        break;
      case "link.changed":
        this.#wire(atNs, "!", record, `changes: ${wireText(record)}`);
        break;
      default:
        break;
    }
  }

  #host(atNs: Nanoseconds, mark: Mark, host: string, what: string): void {
    this.#journal.event(atNs, mark, `${shortName(host)} ${what}`);
  }

  /** One direction of a link; the other one at the same moment makes it both. */
  #wire(
    atNs: Nanoseconds,
    mark: Mark,
    { kind, from, to }: { kind: string; from: string; to: string },
    what: string,
  ): void {
    const last = this.#lastWire;
    this.#lastWire = undefined;
    if (last?.key === `${atNs} ${kind} ${to} > ${from} ${what}`) {
      last.event.text = last.both;
      return;
    }
    const [one, other] = [shortName(from), shortName(to)];
    const event = this.#journal.event(atNs, mark, `the way from ${one} to ${other} ${what}`);
    const both = `the link between ${one} and ${other} ${what}`;
    this.#lastWire = { key: `${atNs} ${kind} ${from} > ${to} ${what}`, event, both };
  }

  /** How far a host had come with the checkpoint of its machine. */
  #work(host: string): string {
    const [entry, ...others] = this.#epochs.latestAt(host);
    if (entry === undefined) return "";
    if (others.length > 0) return ` with ${others.length + 1} machines on it`;
    return entry.step === "acknowledged"
      ? ` between two checkpoints; epoch ${entry.epoch} is safe`
      : ` in the middle of epoch ${entry.epoch}: ${progress(entry)}`;
  }
}

function progress({ step, dirtyPages = 0, pages, epoch, groups }: EpochEntry): string {
  const dirty = countOf(dirtyPages, "page");
  switch (step) {
    case "collected":
      return `${dirty} to copy`;
    case "copied":
    case "resumed":
      return `${dirty} copied, none sent`;
    case "group sent":
      // The first epoch's pages include those sent while the machine ran.
      if (epoch === 1) return `${countOf(groups, "group")} of pages sent, no commit record`;
      return `${pages} of ${dirty} sent, no commit record`;
    case "commit sent":
      return "all sent, not acknowledged";
    default:
      return "nothing copied yet";
  }
}

function wireText(wire: StandinRecord & { kind: "link.changed" }): string {
  const rates = [
    [wire.lossPpm, "lost"],
    [wire.duplicationPpm, "duplicated"],
    [wire.reorderingPpm, "overtaken"],
    [wire.corruptionPpm, "damaged"],
  ] as const;
  const bad = rates.filter(([ppm]) => ppm > 0).map(([ppm, what]) => `${percent(ppm)} ${what}`);
  return [`latency ${formatTime(wire.latencyNs)}`, ...bad].join(", ");
}

function percent(ppm: number): string {
  return `${ppm / 10_000} %`;
}
