import type { Nanoseconds } from "../../sim/time.ts";
import type { StandinRecord } from "../standin-record.ts";

/** Something that must hold in every run at every moment. */
export interface AlwaysProperty {
  readonly type: "always";
  readonly name: string;
  /** Makes the observer of one run: it looks at each record and returns what is wrong, if anything. */
  observer(): (record: StandinRecord, atNs: Nanoseconds) => string | undefined;
}

/** Something that must follow something else within a time. */
export interface EventuallyProperty {
  readonly type: "eventually";
  readonly name: string;
  readonly withinNs: Nanoseconds;
  /** The key of what a record begins to wait for, if it does. */
  begins(record: StandinRecord): string | undefined;
  /** Which waits a record ends: those whose key is returned. */
  ends(record: StandinRecord): readonly string[];
}

/** Something that must happen in at least one run of a sweep, or the sweep has shown nothing. */
export interface SometimesProperty {
  readonly type: "sometimes";
  readonly name: string;
  happens(record: StandinRecord): boolean;
}

/** What a sweep watches beside the invariants. */
export type Property = AlwaysProperty | EventuallyProperty | SometimesProperty;

/** A property that did not hold in a run. */
export interface PropertyFailure {
  readonly name: string;
  readonly atNs: Nanoseconds;
  readonly detail: string;
}

/**
 * Must hold at every record.
 *
 * @param wrong Looks at one record; returns what is wrong with it, if anything. State that it keeps
 *   belongs into `observer` of an {@link AlwaysProperty} of your own: this one is shared by all runs.
 */
export function always(
  name: string,
  wrong: (record: StandinRecord, atNs: Nanoseconds) => string | undefined,
): AlwaysProperty {
  return { type: "always", name, observer: () => wrong };
}

/**
 * After a record for which `begins` gives a key, a record for which `ends` gives the same key must
 * follow within `withinNs`. What still waits when the run ends has failed if its time is over.
 */
export function eventually(
  name: string,
  withinNs: Nanoseconds,
  rule: Pick<EventuallyProperty, "begins" | "ends">,
): EventuallyProperty {
  return { type: "eventually", name, withinNs, begins: rule.begins, ends: rule.ends };
}

/** Must happen at least once in a sweep. */
export function sometimes(
  name: string,
  happens: (record: StandinRecord) => boolean,
): SometimesProperty {
  return { type: "sometimes", name, happens };
}
