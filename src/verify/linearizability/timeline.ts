import { assert } from "../../sim/assert.ts";
import type { Operation } from "../history/operation.ts";
import type { ForcedPair } from "./model.ts";

/** What the search needs to know of an operation. */
export interface SearchOperation {
  readonly operation: Operation;
  /** Number of its command; operations of equal numbers can stand for one another. */
  readonly command: number;
  readonly readOnly: boolean;
  /** Whether it must be executed: it returned, and its return is to be explained. */
  readonly required: boolean;
}

/** Operations of one command that need not be executed, in the order of their calls. */
export interface OpenClass {
  readonly command: number;
  /** Numbers of the operations. */
  readonly operations: Int32Array;
  /** For each, the last event of a required operation before its call, 0 if there is none. */
  readonly calledAfter: Int32Array;
}

/** An event at an index of the history. */
interface TimelineEvent {
  readonly index: number;
  readonly operation: number;
  readonly isCall: boolean;
}

/**
 * The operations of one partition laid out for the search: calls and returns of those that must be
 * executed as events 1, 2, 3, …, and the open ones, which may be, by command. Operations are numbered:
 * first those that must be, in the order of their calls, then the open ones.
 *
 * Open operations that change no state are left out: to leave them unexecuted is always right.
 */
export class Timeline {
  /** By number. */
  readonly operations: readonly SearchOperation[];
  /** Operations that must be executed. */
  readonly requiredCount: number;
  /** Number of the last event; one beyond it stands for the end. */
  readonly eventCount: number;
  /** Operation of an event; entry 0 and the one behind the last are no events. */
  readonly operationOf: Int32Array;
  /** 1 for events that are calls. */
  readonly isCall: Uint8Array;
  readonly callEvent: Int32Array;
  readonly returnEvent: Int32Array;
  /** A bit for each required operation; one that returns passes it on to a later one. */
  readonly bit: Int32Array;
  /** Bits in use at once. */
  readonly bitCount: number;
  readonly openClasses: readonly OpenClass[];
  readonly openCount: number;
  /** Index into the classes, by number of the open operation less `requiredCount`. */
  readonly classOf: Int32Array;

  /** For an operation, those that must be executed before it. */
  readonly predecessors: ReadonlyMap<number, readonly number[]>;

  /**
   * @param operations In the order of their calls.
   * @param forced Pairs of positions in `operations`, see `Model.forcedOrder`.
   */
  constructor(operations: readonly SearchOperation[], forced: readonly ForcedPair[] = []) {
    const required = operations.filter((item) => item.required);
    const open = operations.filter((item) => !item.required && !item.readOnly);
    const events = eventsOf(required);
    this.operations = [...required, ...open];
    this.requiredCount = required.length;
    this.eventCount = events.length;
    this.openCount = open.length;
    this.operationOf = new Int32Array(events.length + 2);
    this.isCall = new Uint8Array(events.length + 2);
    this.callEvent = new Int32Array(required.length);
    this.returnEvent = new Int32Array(required.length);
    this.bit = new Int32Array(required.length);
    this.bitCount = this.#layOut(events);
    this.classOf = new Int32Array(open.length);
    this.openClasses = this.#classify(open, events);
    this.predecessors = this.#follow(operations, forced);
  }

  #follow(
    given: readonly SearchOperation[],
    forced: readonly ForcedPair[],
  ): ReadonlyMap<number, readonly number[]> {
    const predecessors = new Map<number, number[]>();
    if (forced.length === 0) return predecessors;
    const numbers = new Map(this.operations.map((item, number) => [item, number]));
    for (const [first, second] of forced) {
      const before = numbers.get(given[first]!);
      const after = numbers.get(given[second]!);
      assert(before !== undefined && after !== undefined, "timeline: what is forced has an effect");
      const known = predecessors.get(after);
      if (known === undefined) predecessors.set(after, [before]);
      else known.push(before);
    }
    return predecessors;
  }

  #layOut(events: readonly TimelineEvent[]): number {
    const free: number[] = [];
    let bitCount = 0;
    events.forEach(({ operation, isCall }, position) => {
      const event = position + 1;
      this.operationOf[event] = operation;
      if (isCall) {
        this.isCall[event] = 1;
        this.callEvent[operation] = event;
        this.bit[operation] = free.pop() ?? bitCount;
        bitCount = Math.max(bitCount, this.bit[operation] + 1);
      } else {
        assert(this.callEvent[operation]! > 0, "timeline: a call comes before its return");
        this.returnEvent[operation] = event;
        free.push(this.bit[operation]!);
      }
    });
    assert(free.length === bitCount, "timeline: every operation here returns");
    return bitCount;
  }

  #classify(
    open: readonly SearchOperation[],
    events: readonly TimelineEvent[],
  ): readonly OpenClass[] {
    const classes = new Map<number, { index: number; numbers: number[]; calledAfter: number[] }>();
    let before = 0;
    open.forEach(({ operation, command }, position) => {
      while (before < events.length && events[before]!.index < operation.callIndex) before += 1;
      let members = classes.get(command);
      if (members === undefined) {
        members = { index: classes.size, numbers: [], calledAfter: [] };
        classes.set(command, members);
      }
      this.classOf[position] = members.index;
      members.numbers.push(this.requiredCount + position);
      members.calledAfter.push(before);
    });
    return [...classes].map(([command, { numbers, calledAfter }]) => {
      const operations = Int32Array.from(numbers);
      return { command, operations, calledAfter: Int32Array.from(calledAfter) };
    });
  }
}

function eventsOf(required: readonly SearchOperation[]): readonly TimelineEvent[] {
  const events: TimelineEvent[] = [];
  required.forEach(({ operation: { callIndex, returnIndex } }, operation) => {
    assert(returnIndex !== undefined, "timeline: an operation that returned knows when");
    events.push({ index: callIndex, operation, isCall: true });
    events.push({ index: returnIndex, operation, isCall: false });
  });
  return events.sort((a, b) => a.index - b.index);
}
