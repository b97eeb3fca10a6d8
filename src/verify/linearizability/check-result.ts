import type { EntryKey } from "../history/entry.ts";
import type { Operation } from "../history/operation.ts";

/** Some order of the operations explains all that clients were told. */
export interface Linearizable {
  readonly verdict: "linearizable";
  /** Name of the model. */
  readonly model: string;
  /** How often an operation was tried. */
  readonly steps: number;
  /**
   * Such an order, as indices of calls: everything that returned, and the open operations that had
   * to take effect.
   */
  readonly order: readonly number[];
}

/** An order that explains a history as far as any does. */
export interface PartialLinearization {
  /** Indices of calls. */
  readonly order: readonly number[];
  /** The state it ends in, for people. */
  readonly state: string;
}

/** Operations on one object that no order explains. */
export interface PartitionFailure {
  /** The object; left out where the model has only one. */
  readonly key?: EntryKey;
  /** All operations on the object, in the order of their calls. */
  readonly operations: readonly Operation[];
  /**
   * The operation that cannot be linearized: some order explains everything that returned before it
   * did, and none explains that and this one. (What was under way at the time counts with the
   * answer that it got later.)
   */
  readonly stuck: Operation;
  /**
   * The longest partial linearizations, longest first: all that returned before `stuck` did, and
   * nothing can follow that lets `stuck` follow. One for each state they can end in, 8 at most; for
   * a model with `forcedOrder` one.
   */
  readonly partials: readonly PartialLinearization[];
}

/** No order explains what clients were told. */
export interface NotLinearizable {
  readonly verdict: "not-linearizable";
  readonly model: string;
  readonly steps: number;
  /** At least one; in the order in which the objects are first called. */
  readonly failures: readonly PartitionFailure[];
}

/** The steps were used up before the search was over, and nothing wrong had been found. */
export interface Undecided {
  readonly verdict: "unknown";
  readonly model: string;
  readonly steps: number;
  /** The bound that was set. */
  readonly maxSteps: number;
}

/** What a check found: plain data. */
export type CheckResult = Linearizable | NotLinearizable | Undecided;
