import { canonicalText } from "../../history/json-value.ts";
import type { Operation } from "../../history/operation.ts";
import type { Model } from "../model.ts";
import { malformedCall, unknownFunction } from "../operation-error.ts";
import { NO_ITEM, type QueueCommand, queueOrder } from "./queue-order.ts";

/** Items that a description of the state shows. */
const SHOWN_ITEMS_MAX = 8;

function readEnqueue(operation: Operation): QueueCommand {
  if (operation.input === null) throw malformedCall(operation, "an item other than null");
  return { f: "enqueue", item: canonicalText(operation.input) };
}

function dequeue(
  state: readonly string[],
  item: string | undefined,
): readonly string[] | undefined {
  const [head = NO_ITEM] = state;
  if (item !== undefined && item !== head) return undefined;
  return head === NO_ITEM ? state : state.slice(1);
}

function describe(state: readonly string[]): string {
  if (state.length === 0) return "is empty";
  const shown = state.slice(0, SHOWN_ITEMS_MAX).join(", ");
  return `holds ${shown}${state.length > SHOWN_ITEMS_MAX ? `, ... (${state.length} items)` : ""}`;
}

/**
 * A queue, first in, first out. Entries:
 *
 * | f | value of the call | value of the return |
 * |---|---|---|
 * | `enqueue` | the item, not null | passed over |
 * | `dequeue` | passed over | the item, null if the queue was empty |
 */
export function queue(): Model<readonly string[], QueueCommand> {
  return {
    name: "queue",
    initial: [],
    command(operation) {
      const { f, outcome, output } = operation;
      if (f === "enqueue") return readEnqueue(operation);
      if (f !== "dequeue") throw unknownFunction(operation, "queue", ["enqueue", "dequeue"]);
      return { f, item: outcome === "open" ? undefined : canonicalText(output) };
    },
    step(state, { f, item }) {
      return f === "enqueue" ? [...state, item ?? NO_ITEM] : dequeue(state, item);
    },
    // canonical JSON has no raw newline, and no item is an empty text
    stateKey: (state) => state.join("\n"),
    isReadOnly: ({ f, item }) => f === "dequeue" && item === NO_ITEM,
    forcedOrder: queueOrder,
    describeState: describe,
  };
}
