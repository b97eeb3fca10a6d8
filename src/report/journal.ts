import { ms, type Nanoseconds } from "../sim/time.ts";
import type { EpochEntry } from "./epoch-log.ts";
import { countOf } from "./quantity.ts";
import type { Tone } from "./style.ts";

/** One character before an event, to find it by. */
export type Mark = "·" | "?" | "!" | "✓" | "✗";

/** What a small event is called when many of them are counted: `["retry", "retries"]`. */
export type Noun = readonly [one: string, many: string];

/** Something that happened between the epochs. */
export interface JournalEvent {
  readonly type: "event";
  readonly atNs: Nanoseconds;
  readonly mark: Mark;
  readonly tone: Tone;
  text: string;
  /** Small events happen often: those that follow each other are one, with a count. */
  readonly small: { readonly noun: Noun; count: number } | undefined;
}

/** An epoch, at the start of its checkpoint. */
export interface JournalEpoch {
  readonly type: "epoch";
  readonly atNs: Nanoseconds;
  readonly epoch: EpochEntry;
}

/** A line of the timeline before anything is left out. */
export type JournalEntry = JournalEvent | JournalEpoch;

/** A small event: where it belongs, and how to put it in words when there are several of it. */
export interface SmallEvent {
  /** Events of one key that follow each other soon, with no epoch between, are counted together. */
  readonly key: string;
  readonly mark?: Mark;
  readonly noun: Noun;
  /** The sentence; `many` is the count with its noun. */
  readonly text: (many: string) => string;
}

const TONES: { readonly [Key in Mark]: Tone } = {
  "·": "quiet",
  "?": "warning",
  "!": "warning",
  "✓": "good",
  "✗": "bad",
};

/** A small event that comes later than this after the one before it gets a line of its own. */
const BURST_GAP_NS: Nanoseconds = ms(20);

interface Burst {
  readonly event: JournalEvent;
  lastAtNs: Nanoseconds;
}

/** What happened, in order, as sentences and epochs. */
export class Journal {
  readonly #entries: JournalEntry[] = [];
  /** Small events that the next one of their key can still be added to. */
  readonly #bursts = new Map<string, Burst>();

  /** All entries, in the order in which they were added, so by time. */
  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** Adds an epoch. */
  epoch(atNs: Nanoseconds, epoch: EpochEntry): void {
    this.#entries.push({ type: "epoch", atNs, epoch });
    // Each epoch tells its own share of them.
    this.#bursts.clear();
  }

  /** Adds an event worth a line of its own; its text can still be changed. */
  event(atNs: Nanoseconds, mark: Mark, text: string): JournalEvent {
    const event = { type: "event", atNs, mark, tone: TONES[mark], text, small: undefined } as const;
    this.#entries.push(event);
    return event;
  }

  /** Adds an event of an earlier time, behind everything that happened up to it. */
  note(atNs: Nanoseconds, mark: Mark, text: string): void {
    let at = this.#entries.length;
    while (at > 0 && (this.#entries[at - 1]?.atNs ?? 0) > atNs) at -= 1;
    const event = { type: "event", atNs, mark, tone: TONES[mark], text, small: undefined } as const;
    this.#entries.splice(at, 0, event);
  }

  /** Adds a small event, or counts it with the one before it. */
  small(atNs: Nanoseconds, { key, mark = "·", noun, text }: SmallEvent): void {
    let burst = this.#bursts.get(key);
    if (burst === undefined || atNs - burst.lastAtNs > BURST_GAP_NS) {
      const small = { noun, count: 0 };
      const event = { type: "event", atNs, mark, tone: TONES[mark], text: "", small } as const;
      burst = { event, lastAtNs: atNs };
      this.#bursts.set(key, burst);
      this.#entries.push(event);
    }
    burst.lastAtNs = atNs;
    const { event } = burst;
    if (event.small === undefined) return;
    event.small.count += 1;
    event.text = text(countOf(event.small.count, ...noun));
  }
}
