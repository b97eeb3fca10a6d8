import { assert } from "./assert.ts";
import { StandinRangeError } from "./errors.ts";
import { formatTime, type Nanoseconds } from "./time.ts";
import type { Trace, TraceRecord, TraceSink } from "./trace.ts";

/** Entries (records and dispatches) of a run that are kept for the comparison. */
const ENTRIES_DEFAULT = 1_000_000;

/**
 * Something to run: builds an engine, hands its trace to `observe` before anything happens, and runs
 * it. Called twice; what it keeps between the calls is what the comparison is there to find.
 */
export type ObservedScenario = (observe: (trace: Trace) => void) => void;

/** How to compare. */
export interface DeterminismOptions {
  /** Most records and dispatches kept of each run, 1,000,000 by default. */
  readonly entriesMax?: number;
}

/** Both runs were the same. */
export interface SameRuns {
  readonly same: true;
  /** The hash of both. */
  readonly hash: string;
  /** Records of one run. */
  readonly records: number;
  /** Dispatches of one run. */
  readonly dispatches: number;
  /** Records and dispatches beyond the bound: they were compared by the hash alone. */
  readonly comparedByHashOnly: number;
}

/** The runs differed; this is the first difference. */
export interface DifferentRuns {
  readonly same: false;
  /** Trace records that both runs have in common before it. */
  readonly position: number;
  /** Virtual time of it: the earlier one, if the two differ in time. */
  readonly timeNs: Nanoseconds;
  /** What the first run did there, in one line with its time. */
  readonly first: string;
  /** What the second run did there. */
  readonly second: string;
  /** True if it lies somewhere beyond the entries kept: then the lines are the hashes of the runs. */
  readonly isBeyondBound: boolean;
}

/** What a run did: records, and the process names of dispatches, up to a bound. */
class Recording implements TraceSink {
  readonly #entriesMax: number;
  readonly #times: Nanoseconds[] = [];
  readonly #entries: (string | TraceRecord)[] = [];
  #trace: Trace | undefined;
  #failure: { readonly error: unknown } | undefined;
  #dispatches = 0;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  run(scenario: ObservedScenario): void {
    try {
      scenario((trace) => {
        assert(this.#trace === undefined, "a scenario shows one trace");
        this.#trace = trace;
        trace.addSink(this);
      });
    } catch (error) {
      this.#failure = { error };
    }
  }

  record(atNs: Nanoseconds, _position: number, record: TraceRecord): void {
    this.#keep(atNs, record);
  }

  dispatch(atNs: Nanoseconds, processName: string): void {
    this.#dispatches += 1;
    this.#keep(atNs, processName);
  }

  get trace(): Trace {
    if (this.#failure !== undefined && this.#trace === undefined) throw this.#failure.error;
    assert(this.#trace !== undefined, "a scenario shows its trace");
    return this.#trace;
  }

  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  get dispatches(): number {
    return this.#dispatches;
  }

  /** Entries kept. */
  get length(): number {
    return this.#entries.length;
  }

  timeAt(index: number): Nanoseconds | undefined {
    return this.#times[index];
  }

  isRecordAt(index: number): boolean {
    return typeof this.#entries[index] === "object";
  }

  hasSameAt(index: number, other: Recording): boolean {
    if (this.#times[index] !== other.#times[index]) return false;
    const mine = this.#entries[index];
    const theirs = other.#entries[index];
    if (typeof mine !== "object" || typeof theirs !== "object") return mine === theirs;
    const keys = Object.keys(mine);
    const otherKeys = Object.keys(theirs);
    return (
      keys.length === otherKeys.length &&
      // The order of the fields is part of the hash.
      keys.every((key, i) => key === otherKeys[i] && mine[key] === theirs[key])
    );
  }

  /** One line for the entry, or for the end of the run. */
  describe(index: number): string {
    const entry = this.#entries[index];
    const atNs = this.#times[index];
    if (entry === undefined || atNs === undefined) {
      if (this.#failure === undefined) return "(the run has ended)";
      return `(the run has failed: ${String(this.#failure.error)})`;
    }
    if (typeof entry === "string") return `${formatTime(atNs)} "${entry}" runs`;
    return `${formatTime(atNs)} ${JSON.stringify(entry)}`;
  }

  #keep(atNs: Nanoseconds, entry: string | TraceRecord): void {
    if (this.#entries.length === this.#entriesMax) return;
    this.#times.push(atNs);
    this.#entries.push(entry);
  }
}

/**
 * Runs a scenario twice and compares everything that happened: each record, and each dispatch of a
 * process.
 *
 * ```ts
 * const result = verifyDeterminism((observe) => {
 *   const engine = new Engine({ seed: 7 });
 *   observe(engine.trace);
 *   build(engine);
 *   engine.run({ until: seconds(1) });
 * });
 * if (!result.same) throw new Error(`${result.first} <> ${result.second}`);
 * ```
 *
 * @throws StandinRangeError if `entriesMax` is not a positive safe integer.
 * @throws whatever the scenario throws, if it does so in both runs at the same point.
 */
export function verifyDeterminism(
  scenario: ObservedScenario,
  options: DeterminismOptions = {},
): SameRuns | DifferentRuns {
  const entriesMax = options.entriesMax ?? ENTRIES_DEFAULT;
  if (!Number.isSafeInteger(entriesMax) || entriesMax < 1) {
    const wanted = "a positive entriesMax";
    throw new StandinRangeError("ENTRIES_MAX", `expected ${wanted}, got ${entriesMax}`);
  }
  const first = new Recording(entriesMax);
  first.run(scenario);
  const second = new Recording(entriesMax);
  second.run(scenario);
  return compare(first, second);
}

function compare(first: Recording, second: Recording): SameRuns | DifferentRuns {
  const length = Math.max(first.length, second.length);
  let position = 0;
  for (let i = 0; i < length; i += 1) {
    if (!first.hasSameAt(i, second)) return differenceAt(i, position, first, second);
    if (first.isRecordAt(i)) position += 1;
  }
  if ((first.failure === undefined) !== (second.failure === undefined)) {
    return differenceAt(length, position, first, second);
  }
  const hash = first.trace.hash();
  if (hash !== second.trace.hash()) {
    return {
      same: false,
      position,
      timeNs: first.timeAt(length - 1) ?? 0,
      first: `(hash ${hash})`,
      second: `(hash ${second.trace.hash()})`,
      isBeyondBound: true,
    };
  }
  if (first.failure !== undefined) throw first.failure.error;
  const records = first.trace.position;
  const dispatches = first.dispatches;
  const comparedByHashOnly = records + dispatches - length;
  return { same: true, hash, records, dispatches, comparedByHashOnly };
}

function differenceAt(
  index: number,
  position: number,
  first: Recording,
  second: Recording,
): DifferentRuns {
  const firstNs = first.timeAt(index);
  const secondNs = second.timeAt(index);
  const lastNs = index > 0 ? (first.timeAt(index - 1) ?? 0) : 0;
  return {
    same: false,
    position,
    timeNs: Math.min(firstNs ?? secondNs ?? lastNs, secondNs ?? firstNs ?? lastNs),
    first: first.describe(index),
    second: second.describe(index),
    isBeyondBound: false,
  };
}
