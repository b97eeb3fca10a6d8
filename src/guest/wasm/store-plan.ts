import { type NamedValue, ZERO_NAME } from "./value-names.ts";

/** What is marked behind a store. */
export interface StorePlan {
  /** The address in front of the store's own offset, as far as it is known. */
  readonly address: NamedValue;
  /** Bytes whose pages are marked, by their distance from the address. */
  readonly marks: readonly number[];
  /** Whether the last byte's page is marked too if the store is not aligned. */
  readonly isChecked: boolean;
}

/** Bytes that certainly are stored to and lie on the page of the first or of the last: a page. */
const REACH_BYTES = 4_096;

/**
 * The same for bytes that may be stored to. A page that is marked in vain costs a checkpoint a page;
 * that the fields of one object lie on two pages is rare if it is short.
 */
const LIKELY_REACH_BYTES = 1_024;

/** How many stores are looked ahead to. */
const AHEAD_MAX = 256;

/** What stands between the stores of a function. */
const Between = { open: -1, openIf: -2, else: -3, close: -4, cut: -5 } as const;

/** A range of addresses: the pages of its first and last byte are marked. */
interface Range {
  readonly low: number;
  readonly high: number;
}

interface Store extends Range {
  readonly address: NamedValue;
  /** The store to the same place, but for a distance, that comes next. */
  next: Store | undefined;
  /** Its place among all events. */
  readonly at: number;
  /** Events in front of it after which the next may not be executed. */
  readonly cuts: number;
}

/**
 * Decides what each store of a function has to mark. A program stores to the same places again and
 * again, to the frame of a function above all, and marks stay set while it runs: they are only
 * collected between calls of the program. So nothing is marked for a store where something has been on
 * every way to it; and where several stores follow each other within the length of a page, the pages
 * of the lowest and of the highest byte are those of all.
 */
export class StorePlanner {
  readonly #stores: Store[] = [];
  /** Indices of stores, and what stands between them. */
  readonly #events: number[] = [];
  /** The latest store to each place. */
  readonly #latest = new Map<number, Store>();
  #cuts = 0;
  readonly #ranges = new Map<number, Range>();
  /** What the ranges were before each change within a block that is still open. */
  readonly #undo: { readonly name: number; readonly range: Range | undefined }[] = [];
  readonly #blocks: number[] = [];

  /** Begins with a function. */
  begin(): void {
    this.#stores.length = 0;
    this.#events.length = 0;
    this.#latest.clear();
    this.#cuts = 0;
  }

  /** Takes note of a store of `sizeBytes`, `offset` behind the address. */
  addStore(address: NamedValue, offset: number, sizeBytes: number): void {
    const low = address.offset + offset;
    const at = this.#events.push(this.#stores.length) - 1;
    const store = { address, low, high: low + sizeBytes, next: undefined, at, cuts: this.#cuts };
    const latest = this.#latest.get(address.name);
    if (latest !== undefined) latest.next = store;
    this.#latest.set(address.name, store);
    this.#stores.push(store);
  }

  /** Takes note of the beginning of a block. */
  open(isIf: boolean): void {
    this.#events.push(isIf ? Between.openIf : Between.open);
    if (isIf) this.#cuts += 1;
  }

  /** Takes note that the second part of an `if` begins. */
  else(): void {
    this.#events.push(Between.else);
    this.#cuts += 1;
  }

  /** Takes note of the end of a block. */
  close(): void {
    this.#events.push(Between.close);
    this.#cuts += 1;
  }

  /** Takes note that what follows may not be executed. */
  cut(): void {
    this.#cuts += 1;
  }

  /** What the stores mark, in their order. */
  plan(): StorePlan[] {
    const plans: StorePlan[] = [];
    const ends = this.#partEnds();
    this.#ranges.clear();
    this.#undo.length = 0;
    this.#blocks.length = 0;
    for (const [at, event] of this.#events.entries()) {
      if (event >= 0) plans.push(this.#planStore(this.#stores[event]!, ends[at]!));
      else if (event === Between.else) this.#undoTo(this.#blocks.at(-1) ?? 0);
      else if (event === Between.close) this.#undoTo(this.#blocks.pop() ?? 0);
      else this.#blocks.push(this.#undo.length);
    }
    return plans;
  }

  /** For each event where the part of a block in which it is ends. */
  #partEnds(): number[] {
    const ends: number[] = [];
    const open: number[] = [];
    for (let at = this.#events.length - 1; at >= 0; at -= 1) {
      const event = this.#events[at]!;
      ends[at] = open.at(-1) ?? this.#events.length;
      if (event === Between.close) open.push(at);
      else if (event === Between.else) open[open.length - 1] = at;
      else if (event < 0) open.pop();
    }
    return ends;
  }

  #planStore(store: Store, end: number): StorePlan {
    const { address, low, high } = store;
    const { name, offset } = address;
    const known = this.#ranges.get(name);
    if (known !== undefined && known.low <= low && high <= known.high) {
      return { address, marks: [], isChecked: false };
    }
    const joined = known === undefined ? undefined : join(known, store, REACH_BYTES);
    const range = withThoseAhead(joined ?? store, store, end);
    this.#undo.push({ name, range: known });
    this.#ranges.set(name, range);
    const marks: number[] = [];
    const marked = joined === undefined ? undefined : known;
    if (marked === undefined || range.low < marked.low) marks.push(range.low - offset);
    if (range.high > (marked?.high ?? range.low + 1)) marks.push(range.high - 1 - offset);
    const isAlone = marked === undefined && range.low === low && range.high === high;
    const isChecked = isAlone && name !== ZERO_NAME && high > low + 1;
    return { address, marks: isChecked ? [low - offset] : marks, isChecked };
  }

  #undoTo(length: number): void {
    while (this.#undo.length > length) {
      const { name, range } = this.#undo.pop()!;
      if (range === undefined) this.#ranges.delete(name);
      else this.#ranges.set(name, range);
    }
  }
}

/** A range with the stores that follow before `end` and are near enough. */
function withThoseAhead(range: Range, store: Store, end: number): Range {
  let whole = range;
  let count = 0;
  for (let ahead = store.next; ahead !== undefined && ahead.at < end; ahead = ahead.next) {
    const reach = ahead.cuts === store.cuts ? REACH_BYTES : LIKELY_REACH_BYTES;
    whole = join(whole, ahead, reach) ?? whole;
    count += 1;
    if (count === AHEAD_MAX) break;
  }
  return whole;
}

/** The range around two, unless it is longer than `reachBytes`. */
function join(one: Range, other: Range, reachBytes: number): Range | undefined {
  const low = Math.min(one.low, other.low);
  const high = Math.max(one.high, other.high);
  return high - low <= reachBytes ? { low, high } : undefined;
}
