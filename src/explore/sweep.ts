import type { RunCase } from "./run-case.ts";

/** A numbered set of runs: whoever has the number has the run, so that any part can be made anywhere. */
export interface Sweep {
  /** What it goes through, in a few words. */
  readonly name: string;
  /** How many runs it is. */
  readonly size: number;
  /** The run of a number from 0 to `size` - 1. */
  caseAt(index: number): RunCase;
}
