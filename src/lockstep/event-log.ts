import { assert } from "../sim/assert.ts";
import { entryBytes, type LogEntry } from "./log-entry.ts";

/** Dropped entries that are kept in front before they are moved out at once. */
const SLACK = 1_024;

/** Numbered entries, oldest first: added at one end, dropped at the other. Whoever adds looks at its size. */
export class EventLog {
  #entries: (LogEntry | undefined)[] = [];
  #dropped = 0;
  /** Position of the first slot of the array. */
  #base = 1;
  #bytes = 0;

  /** Position of the oldest entry that is kept; one more than {@link EventLog.last} if none is. */
  get first(): number {
    return this.#base + this.#dropped;
  }

  /** Position of the newest entry ever added, 0 before the first. */
  get last(): number {
    return this.#base + this.#entries.length - 1;
  }

  /** Entries that are kept. */
  get count(): number {
    return this.#entries.length - this.#dropped;
  }

  /** Memory that they take, see {@link entryBytes}. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds an entry, which the log keeps; returns its position. */
  add(entry: LogEntry): number {
    this.#entries.push(entry);
    this.#bytes += entryBytes(entry);
    return this.last;
  }

  /** The entry at a position, `undefined` if it is not kept, or not yet added. */
  at(position: number): LogEntry | undefined {
    return position < this.first ? undefined : this.#entries[position - this.#base];
  }

  /** Drops all entries up to and with this position; those after it stay. */
  dropThrough(position: number): void {
    assert(position <= this.last, "what was never added is not dropped");
    while (this.first <= position) {
      this.#bytes -= entryBytes(this.#entries[this.#dropped]!);
      this.#entries[this.#dropped] = undefined;
      this.#dropped += 1;
    }
    if (this.#dropped < SLACK || this.#dropped * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#dropped);
    this.#base += this.#dropped;
    this.#dropped = 0;
  }
}
