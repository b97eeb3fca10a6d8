import type { Nanoseconds } from "../sim/time.ts";
import type { StandinRecord } from "./standin-record.ts";

/** Something that must hold in every run, whatever fails. */
export interface Invariant {
  readonly name: InvariantName;
  /** Looks at one record; returns what is wrong with it, if anything. */
  observe(record: StandinRecord): string | undefined;
}

/** The invariants that are checked. */
export type InvariantName =
  | "output-commit"
  | "one-server"
  | "one-writer"
  | "memory-identity"
  | "replay-identity"
  | "one-transcript"
  | "input-kept"
  | "placed-apart"
  | "profile-kept"
  | "protection-start"
  | "nothing-lost"
  | "executed-once";

/** An invariant that did not hold. */
export interface Violation {
  readonly name: InvariantName;
  /** Virtual time at which it was noticed. */
  readonly atNs: Nanoseconds;
  /** What was seen, and what should have been. */
  readonly detail: string;
}
