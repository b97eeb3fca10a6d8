import { assert } from "../../sim/assert.ts";
import type { Operation } from "../history/operation.ts";
import type { PartialLinearization } from "./check-result.ts";
import type { ForcedPair, Model } from "./model.ts";
import { Search, type SearchOutcome } from "./search.ts";
import type { StateSpace } from "./state-space.ts";
import { type SearchOperation, Timeline } from "./timeline.ts";

/** What became of the search through the operations on one object. */
export type PartitionOutcome =
  | { readonly found: "order"; readonly steps: number; readonly order: readonly Operation[] }
  | {
      readonly found: "none";
      readonly steps: number;
      readonly stuck: Operation;
      readonly partials: readonly PartialLinearization[];
    }
  | { readonly found: "budget"; readonly steps: number };

/** A search together with what its numbers mean. */
interface Searched {
  readonly timeline: Timeline;
  readonly outcome: SearchOutcome;
}

/** Searches through the operations on one object. */
export class PartitionSearch<State, Command> {
  readonly #model: Model<State, Command>;
  readonly #space: StateSpace<State, Command>;

  constructor(model: Model<State, Command>, space: StateSpace<State, Command>) {
    this.#model = model;
    this.#space = space;
  }

  /** @param operations In the order of their calls. @param maxSteps How often one may be tried. */
  run(operations: readonly SearchOperation[], maxSteps: number): PartitionOutcome {
    const searched = this.#search(operations, maxSteps);
    const { timeline, outcome } = searched;
    if (outcome.found === "budget") return outcome;
    if (outcome.found === "order") {
      return { found: "order", steps: outcome.steps, order: this.#operationsOf(searched) };
    }
    if (this.#model.forcedOrder !== undefined) {
      return this.#narrow(operations, outcome.steps, maxSteps);
    }
    const partials = outcome.paths.map(({ order, state }) => ({
      order: order.map((number) => timeline.operations[number]!.operation.callIndex),
      state: this.#space.describe(state),
    }));
    const stuck = timeline.operations[outcome.stuck]!.operation;
    return { found: "none", steps: outcome.steps, stuck, partials };
  }

  /**
   * Finds what broke where answers given later took part in the search: how far it came says little
   * then. Looks for the first return that cannot be explained, as if the history ended with it, by
   * halving; where the steps do not suffice, a later one is what it finds.
   */
  #narrow(
    operations: readonly SearchOperation[],
    stepsUsed: number,
    maxSteps: number,
  ): PartitionOutcome {
    const returned = operations
      .filter(({ required }) => required)
      .sort((a, b) => endOf(a) - endOf(b));
    let steps = stepsUsed;
    let explained = 0;
    let broken = returned.length;
    let partial: PartialLinearization = {
      order: [],
      state: this.#space.describe(this.#space.initial),
    };
    while (broken - explained > 1 && steps < maxSteps) {
      const middle = (explained + broken) >>> 1;
      const searched = this.#search(
        endAt(operations, endOf(returned[middle - 1]!)),
        maxSteps - steps,
      );
      const { outcome } = searched;
      steps += outcome.steps;
      if (outcome.found === "none") broken = middle;
      if (outcome.found !== "order") continue;
      explained = middle;
      const order = this.#operationsOf(searched).map(({ callIndex }) => callIndex);
      partial = { order, state: this.#space.describe(outcome.state) };
    }
    const stuck = returned[broken - 1];
    assert(stuck !== undefined, "search: without a return every history is linearizable");
    return { found: "none", steps, stuck: stuck.operation, partials: [partial] };
  }

  #search(operations: readonly SearchOperation[], maxSteps: number): Searched {
    const timeline = new Timeline(operations, this.#forcedOrder(operations));
    return { timeline, outcome: new Search(timeline, this.#space).run(maxSteps) };
  }

  #forcedOrder(operations: readonly SearchOperation[]): readonly ForcedPair[] {
    if (this.#model.forcedOrder === undefined) return [];
    const placed = operations.map(({ operation, command, required }) => ({
      command: this.#space.commandOf(command),
      callIndex: operation.callIndex,
      returnIndex: operation.returnIndex ?? Number.POSITIVE_INFINITY,
      required,
    }));
    return this.#model.forcedOrder(placed);
  }

  #operationsOf({ timeline, outcome }: Searched): readonly Operation[] {
    assert(outcome.found === "order", "search: only an order has operations");
    return outcome.order.map((number) => timeline.operations[number]!.operation);
  }
}

function endOf({ operation }: SearchOperation): number {
  return operation.returnIndex ?? Number.POSITIVE_INFINITY;
}

/** The operations as they stand when the one that returns at `end` has just returned. */
function endAt(operations: readonly SearchOperation[], end: number): readonly SearchOperation[] {
  return operations
    .filter(({ operation }) => operation.callIndex < end)
    .map((item) => (endOf(item) <= end ? item : { ...item, required: false }));
}
