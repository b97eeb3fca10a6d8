import { assert } from "../../sim/assert.ts";
import { ConfigurationSet } from "./configuration-set.ts";
import { EventList } from "./event-list.ts";
import { Furthest, type SearchPath } from "./furthest.ts";
import { IMPOSSIBLE } from "./state-space.ts";
import type { Timeline } from "./timeline.ts";

/** What the search asks the model, all in numbers. */
export interface SearchModel {
  readonly initial: number;
  /** State after a command, or `IMPOSSIBLE`. */
  step(state: number, command: number): number;
}

/** How a search ended; operations are numbers of the timeline. */
export type SearchOutcome =
  /** `order`: all required operations and some open ones, as the model explains them. */
  | {
      readonly found: "order";
      readonly steps: number;
      readonly order: readonly number[];
      /** Number of the state it ends in. */
      readonly state: number;
    }
  /** No order gets beyond the return of `stuck`; `paths` get that far. */
  | {
      readonly found: "none";
      readonly steps: number;
      readonly stuck: number;
      readonly paths: readonly SearchPath[];
    }
  /** The steps were used up. */
  | { readonly found: "budget"; readonly steps: number };

/** The first choice in a configuration: to look for something read-only. */
const START = 0;

/** There is no further choice. */
const EXHAUSTED = -1;

/** There is no configuration to go back to. */
const OVER = -2;

function bitWords(bits: number): number {
  return (bits + 31) >>> 5;
}

/**
 * Looks for an order of operations that the model explains and that keeps every operation between its
 * call and its return.
 *
 * The search is Wing and Gong's (Testing and verifying concurrent objects, 1993) with Lowe's memory of
 * configurations (Testing for linearizability, 2017) and the linked list of events of Porcupine
 * (Athalye): an operation is executed by taking its two events out of the list, and put back when the
 * search comes back. The first return in the list is the *frontier*: whatever is called before it may
 * be executed next, and when the list has no return any more, the history is explained. No recursion.
 *
 * What it leaves out, and why no verdict changes:
 *
 * 1. A configuration is remembered relative to its frontier: all that returned before is executed,
 *    nothing that is called behind it is. So bits are needed only for what is under way.
 * 2. Where something read-only can be executed, nothing else is tried: now it changes nothing, and
 *    later it could only stand in the way.
 * 3. An open operation that does not change the state is not executed: later it may be of use.
 * 4. Of open operations with the same command the one called first goes first.
 * 5. Behind an open operation nothing is executed that leads to the same state without it.
 * 6. A configuration is dropped that differs from a known one only in more executed open operations.
 * 7. An operation waits for those that the answers force before it (`Model.forcedOrder`).
 */
export class Search {
  readonly #timeline: Timeline;
  readonly #model: SearchModel;
  readonly #list: EventList;
  readonly #known: ConfigurationSet;
  readonly #furthest: Furthest;
  /** Executed operations of those under way at the frontier. */
  readonly #bits: Uint32Array;
  readonly #openBits: Uint32Array;
  /** Executed operations of each open class, always its first ones. */
  readonly #openUsed: Int32Array;
  /** By operation. */
  readonly #executed: Uint8Array;
  /** The executed operations in order; for each, the state and the frontier before it … */
  readonly #path: Int32Array;
  readonly #stateBefore: Int32Array;
  readonly #frontierBefore: Int32Array;
  /** … and the choice that comes after it in that configuration. */
  readonly #choiceAfter: Int32Array;
  #depth = 0;
  /** Whether a required operation could be executed here, though to no use: another order has it too. */
  #leadsOn = false;
  #state: number;
  #frontier: number;
  #steps = 0;

  constructor(timeline: Timeline, model: SearchModel) {
    const { eventCount, operations, isCall, bitCount, openCount, openClasses } = timeline;
    this.#timeline = timeline;
    this.#model = model;
    this.#list = new EventList(eventCount, isCall);
    this.#bits = new Uint32Array(bitWords(bitCount));
    this.#openBits = new Uint32Array(bitWords(openCount));
    this.#known = new ConfigurationSet(this.#bits.length, this.#openBits.length);
    this.#furthest = new Furthest(operations.length);
    this.#openUsed = new Int32Array(openClasses.length);
    this.#executed = new Uint8Array(operations.length);
    this.#path = new Int32Array(operations.length);
    this.#stateBefore = new Int32Array(operations.length);
    this.#frontierBefore = new Int32Array(operations.length);
    this.#choiceAfter = new Int32Array(operations.length);
    this.#state = model.initial;
    this.#frontier = this.#list.firstReturn(this.#list.after(0));
  }

  /** @param maxSteps How often an operation may be tried. */
  run(maxSteps: number): SearchOutcome {
    let choice = START;
    while (this.#frontier !== this.#list.end) {
      const executed = choice === START ? this.#executeAny() : this.#executeFrom(choice);
      if (this.#steps > maxSteps) return { found: "budget", steps: maxSteps };
      if (executed) {
        choice = START;
        continue;
      }
      if (choice === START && !this.#leadsOn) {
        this.#furthest.note(this.#frontier, this.#state, this.#path, this.#depth);
      }
      choice = this.#back();
      if (choice === OVER) return this.#none();
    }
    const order = Array.from(this.#path.subarray(0, this.#depth));
    return { found: "order", steps: this.#steps, order, state: this.#state };
  }

  #none(): SearchOutcome {
    const stuck = this.#timeline.operationOf[this.#furthest.frontier]!;
    return { found: "none", steps: this.#steps, stuck, paths: this.#furthest.paths() };
  }

  /** Executes the first operation that can be, in a configuration that the search has just come to. */
  #executeAny(): boolean {
    this.#leadsOn = false;
    const { operationOf, operations } = this.#timeline;
    const first = this.#list.after(0);
    for (let event = first; event !== this.#frontier; event = this.#list.after(event)) {
      const operation = operationOf[event]!;
      const { readOnly, command } = operations[operation]!;
      if (!readOnly) continue;
      this.#steps += 1;
      const next = this.#model.step(this.#state, command);
      if (next === IMPOSSIBLE) continue;
      assert(next === this.#state, "search: what a model calls read-only changes no state");
      this.#execute(operation, next, EXHAUSTED);
      return true;
    }
    return this.#executeFrom(first);
  }

  /** Executes the first operation that can be, from a choice on: events before the frontier, then open classes. */
  #executeFrom(choice: number): boolean {
    const { operationOf, operations, openClasses } = this.#timeline;
    const { end } = this.#list;
    let event = choice;
    if (event < end) {
      for (; event !== this.#frontier; event = this.#list.after(event)) {
        const operation = operationOf[event]!;
        const { readOnly, command } = operations[operation]!;
        // one that was not taken at the start is impossible in this state
        if (readOnly) continue;
        if (this.#try(operation, command, this.#list.after(event))) return true;
      }
      event = end;
    }
    for (let index = event - end; index < openClasses.length; index += 1) {
      const { command, operations: members, calledAfter } = openClasses[index]!;
      const used = this.#openUsed[index]!;
      if (used === members.length || calledAfter[used]! >= this.#frontier) continue;
      if (this.#try(members[used]!, command, end + index + 1)) return true;
    }
    return false;
  }

  /** Executes an operation if the model allows it and it leads to a configuration that is new. */
  #try(operation: number, command: number, choiceAfter: number): boolean {
    this.#steps += 1;
    const next = this.#model.step(this.#state, command);
    if (next === IMPOSSIBLE) return false;
    const isOpen = this.#isOpen(operation);
    if (next === this.#state && isOpen) return false;
    if (!this.#hasPredecessors(operation)) return false;
    if (!this.#needsNoOpenBefore(command, next)) {
      this.#execute(operation, next, choiceAfter);
      if (this.#known.add(this.#frontier, next, this.#bits, this.#openBits)) return true;
      this.#undo();
    }
    if (!isOpen) this.#leadsOn = true;
    return false;
  }

  #hasPredecessors(operation: number): boolean {
    const predecessors = this.#timeline.predecessors.get(operation);
    return predecessors === undefined || predecessors.every((item) => this.#executed[item] === 1);
  }

  #isOpen(operation: number): boolean {
    return operation >= this.#timeline.requiredCount;
  }

  /** Whether the last operation is an open one without which the command leads to the same state. */
  #needsNoOpenBefore(command: number, next: number): boolean {
    const last = this.#depth - 1;
    if (last < 0 || !this.#isOpen(this.#path[last]!)) return false;
    return this.#model.step(this.#stateBefore[last]!, command) === next;
  }

  #execute(operation: number, next: number, choiceAfter: number): void {
    const depth = this.#depth;
    assert(this.#executed[operation] === 0, "search: an operation is executed once");
    this.#executed[operation] = 1;
    this.#path[depth] = operation;
    this.#stateBefore[depth] = this.#state;
    this.#frontierBefore[depth] = this.#frontier;
    this.#choiceAfter[depth] = choiceAfter;
    this.#depth = depth + 1;
    this.#state = next;
    if (this.#isOpen(operation)) {
      const open = operation - this.#timeline.requiredCount;
      this.#openUsed[this.#timeline.classOf[open]!]! += 1;
      this.#openBits[open >>> 5]! ^= 1 << open;
      return;
    }
    const { callEvent, returnEvent } = this.#timeline;
    const end = returnEvent[operation]!;
    this.#list.remove(callEvent[operation]!);
    const behind = this.#list.after(end);
    this.#list.remove(end);
    this.#flip(operation);
    if (end !== this.#frontier) return;
    this.#frontier = this.#list.firstReturn(behind);
    this.#flipReturned(end, this.#frontier);
  }

  /** Takes back the last operation. */
  #undo(): void {
    const depth = this.#depth - 1;
    const operation = this.#path[depth]!;
    this.#depth = depth;
    this.#executed[operation] = 0;
    this.#state = this.#stateBefore[depth]!;
    if (this.#isOpen(operation)) {
      const open = operation - this.#timeline.requiredCount;
      this.#openUsed[this.#timeline.classOf[open]!]! -= 1;
      this.#openBits[open >>> 5]! ^= 1 << open;
      return;
    }
    const { callEvent, returnEvent } = this.#timeline;
    const frontier = this.#frontierBefore[depth]!;
    this.#flipReturned(frontier, this.#frontier);
    this.#frontier = frontier;
    this.#flip(operation);
    this.#list.restore(returnEvent[operation]!);
    this.#list.restore(callEvent[operation]!);
  }

  #flip(operation: number): void {
    const bit = this.#timeline.bit[operation]!;
    this.#bits[bit >>> 5]! ^= 1 << bit;
  }

  /** The bits of operations that return from one frontier on, up to the next: all executed, all passed on. */
  #flipReturned(from: number, to: number): void {
    const { isCall, operationOf } = this.#timeline;
    for (let event = from; event < to; event += 1) {
      if (isCall[event] === 0) this.#flip(operationOf[event]!);
    }
  }

  /** Goes back to the last configuration with a choice left, and returns that choice. */
  #back(): number {
    while (this.#depth > 0) {
      this.#undo();
      const choice = this.#choiceAfter[this.#depth]!;
      if (choice === EXHAUSTED) continue;
      this.#furthest.shorten(this.#depth);
      return choice;
    }
    return OVER;
  }
}
