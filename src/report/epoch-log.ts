import type { Nanoseconds } from "../sim/time.ts";
import type { StandinRecord } from "../verify/standin-record.ts";

/** How far the primary has come with a checkpoint. */
export type EpochStep =
  | "started"
  | "paused"
  | "collected"
  | "copied"
  | "resumed"
  | "group sent"
  | "commit sent"
  | "acknowledged";

/** What became of one epoch: its checkpoint and the output that was held for it. */
export interface EpochEntry {
  readonly machine: string;
  /** The primary's host. */
  readonly host: string;
  readonly term: number;
  readonly epoch: number;
  /** When its checkpoint began; `undefined` while only its output is known. */
  startedAtNs: Nanoseconds | undefined;
  step: EpochStep | undefined;
  /** How long the machine stood still. */
  pauseNs: Nanoseconds | undefined;
  /** Pages that were dirty when the machine was stopped. */
  dirtyPages: number | undefined;
  /** Pages sent, with those of the first copy of memory if it is the first epoch of a term. */
  pages: number;
  /** Bytes of all messages made for it; sending one again adds nothing. */
  bytes: number;
  groups: number;
  /** When the secondary had all of it: from here on it can be continued from. */
  committedAtNs: Nanoseconds | undefined;
  /** When the primary knew, and let its output go. */
  acknowledgedAtNs: Nanoseconds | undefined;
  /** Packets held for it. */
  held: number;
  /** Held packets that left because it was committed. */
  released: number;
  /** How often the secondary refused it. */
  refusals: number;
  /** True once nobody works at it any more. */
  isOver: boolean;
}

/** Folds a trace into one entry for each epoch of each machine. */
export class EpochLog {
  readonly #entries = new Map<string, EpochEntry>();
  readonly #open = new Set<EpochEntry>();

  /** All entries, in the order in which something was first heard of them. */
  get entries(): Iterable<EpochEntry> {
    return this.#entries.values();
  }

  /** The last checkpoint that was started of each machine that a host serves. */
  latestAt(host: string): EpochEntry[] {
    return [...this.#open].filter((entry) => {
      return entry.host === host && entry.startedAtNs !== undefined;
    });
  }

  /** Looks at one record; returns the entry of a checkpoint that it starts, if it starts one. */
  record(atNs: Nanoseconds, record: StandinRecord): EpochEntry | undefined {
    switch (record.kind) {
      case "checkpoint.started": {
        const entry = this.#entry(record);
        for (const other of this.#open) {
          // A primary makes one checkpoint after the other.
          if (other !== entry && isOf(other, record)) this.#close(other);
        }
        entry.startedAtNs = atNs;
        entry.step = "started";
        return entry;
      }
      case "checkpoint.paused":
        this.#entry(record).step = "paused";
        break;
      case "checkpoint.collected":
        this.#entry(record).dirtyPages = record.pages;
        this.#entry(record).step = "collected";
        break;
      case "checkpoint.copied":
        this.#entry(record).step = "copied";
        break;
      case "checkpoint.resumed":
        this.#entry(record).pauseNs = record.pauseNs;
        this.#entry(record).step = "resumed";
        break;
      case "group.sent": {
        const entry = this.#entry(record);
        entry.groups += 1;
        entry.pages += record.pages;
        entry.bytes += record.bytes;
        if (entry.startedAtNs !== undefined) entry.step = "group sent";
        break;
      }
      case "commit.sent":
        this.#entry(record).bytes += record.bytes;
        this.#entry(record).step = "commit sent";
        break;
      case "checkpoint.acknowledged":
        this.#entry(record).acknowledgedAtNs = atNs;
        this.#entry(record).step = "acknowledged";
        break;
      case "checkpoint.aborted":
        this.#entry(record).refusals += 1;
        break;
      case "bring-up.committed":
      case "checkpoint.committed":
        this.#entry(record).committedAtNs = atNs;
        break;
      case "output.held":
        if (record.log === true) break;
        this.#entry(record).held += 1;
        break;
      case "output.released":
        if (record.protected && record.log !== true) this.#entry(record).released += 1;
        break;
      case "host.crashed":
        this.#closeAll(({ host }) => host === record.host);
        break;
      case "protection.lost":
      case "start.cancelled":
      case "machine.fenced":
        this.#closeAll((entry) => isOf(entry, record));
        break;
      case "failover.started":
        this.#closeAll(({ machine }) => machine === record.machine);
        break;
      default:
        break;
    }
    return undefined;
  }

  #entry(of: { machine: string; host: string; term: number; epoch: number }): EpochEntry {
    const { machine, host, term, epoch } = of;
    const key = `${epoch} ${term} ${machine}`;
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: EpochEntry = {
      machine,
      // Only the primary's records come first: those of the secondary follow from what it sent.
      host,
      term,
      epoch,
      startedAtNs: undefined,
      step: undefined,
      pauseNs: undefined,
      dirtyPages: undefined,
      pages: 0,
      bytes: 0,
      groups: 0,
      committedAtNs: undefined,
      acknowledgedAtNs: undefined,
      held: 0,
      released: 0,
      refusals: 0,
      isOver: false,
    };
    this.#entries.set(key, entry);
    this.#open.add(entry);
    return entry;
  }

  #closeAll(concerns: (entry: EpochEntry) => boolean): void {
    for (const entry of this.#open) if (concerns(entry)) this.#close(entry);
  }

  #close(entry: EpochEntry): void {
    entry.isOver = true;
    this.#open.delete(entry);
  }
}

function isOf(entry: EpochEntry, { machine, host }: { machine: string; host: string }): boolean {
  return entry.machine === machine && entry.host === host;
}
