import type { Nanoseconds } from "../sim/time.ts";
import {
  byTime,
  type ChromeTraceArgs,
  type ChromeTraceEvent,
  microseconds,
  type PendingEvent,
  type Track,
} from "./chrome-trace-event.ts";
import { ChromeTraceTracks } from "./chrome-trace-tracks.ts";

interface Opened {
  readonly name: string;
  readonly beganAtNs: Nanoseconds;
  readonly args: ChromeTraceArgs;
  readonly id: string;
}

interface Flow {
  readonly name: string;
  readonly points: { readonly track: Track; readonly atNs: Nanoseconds }[];
}

/**
 * What can be drawn: slices that nest on a line, spans that overlap, counters, instants and arrows.
 * Whatever is begun is ended, at the latest when the drawing is finished.
 */
export class ChromeTraceCanvas {
  /** The lines to draw on. */
  readonly tracks: ChromeTraceTracks = new ChromeTraceTracks();
  readonly #events: PendingEvent[] = [];
  /** Open slices of each line, the innermost last. */
  readonly #slices = new Map<Track, Opened[]>();
  readonly #spans = new Map<string, Opened & { readonly cat: string; readonly track: Track }>();
  readonly #counters = new Map<string, { atNs: Nanoseconds; index: number }>();
  readonly #flows = new Map<string, Flow>();
  #lastId = 0;

  /** Events so far. */
  get size(): number {
    return this.#events.length;
  }

  /** Begins a slice, inside those that are open on its line. */
  begin(track: Track, atNs: Nanoseconds, name: string, args: ChromeTraceArgs = {}): void {
    const open = this.#slices.get(track) ?? [];
    this.#slices.set(track, open);
    open.push({ name, beganAtNs: atNs, args, id: "" });
  }

  /** Ends the innermost open slice of a line, if there is one. */
  end(track: Track, atNs: Nanoseconds, args: ChromeTraceArgs = {}): void {
    const slice = this.#slices.get(track)?.pop();
    if (slice === undefined) return;
    const { name, beganAtNs } = slice;
    const dur = microseconds(atNs - beganAtNs);
    const event = { ph: "X", name, cat: "slice", ts: microseconds(beganAtNs), dur } as const;
    const all = { ...slice.args, ...args };
    this.#push({ ...event, ...track, args: all }, beganAtNs, 1, atNs - beganAtNs);
  }

  /** Ends all open slices of a line. */
  endAll(track: Track, atNs: Nanoseconds, args: ChromeTraceArgs = {}): void {
    while ((this.#slices.get(track) ?? []).length > 0) this.end(track, atNs, args);
  }

  /** Ends all slices that are open on all lines of a process. */
  cut(pid: number, atNs: Nanoseconds, args: ChromeTraceArgs): void {
    for (const track of this.#slices.keys()) if (track.pid === pid) this.endAll(track, atNs, args);
  }

  /** Begins a span; spans overlap freely. `key` is for ending it. */
  beginSpan(
    key: string,
    track: Track,
    atNs: Nanoseconds,
    { cat, name, args = {} }: { cat: string; name: string; args?: ChromeTraceArgs },
  ): void {
    this.endSpan(key, atNs);
    const id = this.#nextId();
    this.#spans.set(key, { cat, name, track, beganAtNs: atNs, args, id });
    this.#push({ ph: "b", name, cat, id, ts: microseconds(atNs), ...track, args }, atNs, 2);
  }

  /** Ends a span, if it is open. */
  endSpan(key: string, atNs: Nanoseconds, args: ChromeTraceArgs = {}): void {
    const span = this.#spans.get(key);
    if (span === undefined) return;
    this.#spans.delete(key);
    const { cat, name, track, beganAtNs, id } = span;
    const event = { ph: "e", name, cat, id, ts: microseconds(atNs), ...track, args } as const;
    // One without length must not end before it begins.
    this.#push(event, atNs, atNs === beganAtNs ? 2 : 0);
  }

  /** Ends all open spans whose key begins like this. */
  endSpans(prefix: string, atNs: Nanoseconds, args: ChromeTraceArgs): void {
    for (const key of this.#spans.keys()) {
      if (key.startsWith(prefix)) this.endSpan(key, atNs, args);
    }
  }

  /** Sets a counter; of several values at one time the last one counts. */
  counter(track: Track, atNs: Nanoseconds, name: string, value: number): void {
    const key = `${track.pid} ${name}`;
    const ts = microseconds(atNs);
    const event = { ph: "C", name, cat: "counter", ts, ...track, args: { [name]: value } } as const;
    const last = this.#counters.get(key);
    if (last?.atNs === atNs) {
      this.#events[last.index] = { atNs, durNs: 0, rank: 2, event };
      return;
    }
    this.#counters.set(key, { atNs, index: this.#events.length });
    this.#push(event, atNs, 2);
  }

  /** Marks a moment: for the whole trace, a process or a line. */
  instant(
    track: Track,
    atNs: Nanoseconds,
    name: string,
    { s, args = {} }: { s: "g" | "p" | "t"; args?: ChromeTraceArgs },
  ): void {
    const event = {
      ph: "i",
      name,
      cat: "event",
      ts: microseconds(atNs),
      s,
      ...track,
      args,
    } as const;
    this.#push(event, atNs, 2);
  }

  /** Adds a point to an arrow, which must lie in a slice. One with a single point is not drawn. */
  flow(key: string, name: string, track: Track, atNs: Nanoseconds): void {
    const flow = this.#flows.get(key) ?? { name, points: [] };
    this.#flows.set(key, flow);
    flow.points.push({ track, atNs });
  }

  /** Ends everything and returns all events, those that name things first, then by time. */
  finish(endNs: Nanoseconds): ChromeTraceEvent[] {
    const args = { unfinished: true };
    for (const track of this.#slices.keys()) this.endAll(track, endNs, args);
    for (const key of this.#spans.keys()) this.endSpan(key, endNs, args);
    for (const flow of this.#flows.values()) this.#drawFlow(flow);
    this.#flows.clear();
    return [...this.tracks.metadata(), ...[...this.#events].sort(byTime).map(({ event }) => event)];
  }

  #drawFlow({ name, points }: Flow): void {
    if (points.length < 2) return;
    const id = this.#nextId();
    for (const [index, { track, atNs }] of points.entries()) {
      const placed = { name, cat: "flow", id, ts: microseconds(atNs), ...track };
      if (index === 0) this.#push({ ph: "s", ...placed }, atNs, 2);
      else if (index < points.length - 1) this.#push({ ph: "t", ...placed }, atNs, 2);
      else this.#push({ ph: "f", bp: "e", ...placed }, atNs, 2);
    }
  }

  #push(event: ChromeTraceEvent, atNs: Nanoseconds, rank: 0 | 1 | 2, durNs: Nanoseconds = 0): void {
    this.#events.push({ atNs, durNs, rank, event });
  }

  #nextId(): string {
    this.#lastId += 1;
    return `0x${this.#lastId.toString(16)}`;
  }
}
