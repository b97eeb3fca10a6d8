import type { EntryKey } from "../history/entry.ts";
import type { Operation } from "../history/operation.ts";

/** A command among those of its object. */
export interface PlacedCommand<Command = unknown> {
  readonly command: Command;
  /** Index of the call in the history. */
  readonly callIndex: number;
  /** Index of the return; infinite while open. */
  readonly returnIndex: number;
  /** Whether it must have taken effect; if not, it may also never do. */
  readonly required: boolean;
}

/** Positions of two commands, the first of which comes first. */
export type ForcedPair = readonly [first: number, second: number];

/**
 * What an object does when it executes one operation after the other. Write your own, or take one
 * from `models`. A lock that only its holder may release:
 *
 * ```ts
 * const lock: Model<ProcessName, { f: string; process: ProcessName }> = {
 *   name: "lock",
 *   initial: "free",
 *   command: ({ f, process }) => ({ f, process }),
 *   step(holder, { f, process }) {
 *     if (f === "acquire") return holder === "free" ? process : undefined;
 *     return holder === process ? "free" : undefined;
 *   },
 *   stateKey: (holder) => holder,
 * };
 * ```
 *
 * The methods are pure: nothing but their arguments counts, and none changes an argument.
 */
export interface Model<State = unknown, Command = unknown> {
  /** For messages. */
  readonly name: string;
  /** The state before the first operation; not `undefined`. */
  readonly initial: State;
  /**
   * An operation as `step` wants it: what is called, and what came back. Plain JSON data (properties
   * may be undefined); two operations of equal commands can stand for one another.
   *
   * @throws StandinRangeError `HISTORY_FUNCTION`, StandinTypeError `HISTORY_VALUE` for an operation
   *   that the object does not have or a value that it does not take, see `unknownFunction`,
   *   `malformedCall` and `malformedReturn`.
   */
  command(operation: Operation): Command;
  /**
   * The state after the command, `undefined` if the object in this state would not have answered so.
   * An open operation has no answer: every answer is right.
   */
  step(state: State, command: Command): State | undefined;
  /** Equal for equal states, different for different ones. */
  stateKey(state: State): string | number;
  /**
   * Whether the command, answered as it was, changes no state in which that answer is right: a read, a
   * refusal. It spares the search much work; `false` is always right, and what a model without
   * this method says.
   */
  isReadOnly?(command: Command): boolean;
  /**
   * Which of several independent objects the operation is about: each has a state of its own and is
   * checked by itself (P-compositionality: Herlihy and Wing's locality). The operation's key by default.
   */
  partition?(operation: Operation): EntryKey | undefined;
  /**
   * Orders that answers given later force, in an object whose answers tell late what came first: a
   * queue. No linearization of the commands, each between its call and its return, has the second of a
   * pair without the first before it. A hint: the search is right without it, and may be slow.
   */
  forcedOrder?(commands: readonly PlacedCommand<Command>[]): readonly ForcedPair[];
  /** A state for people, such as `holds 3`; the state's key by default. */
  describeState?(state: State): string;
}
