import { expect, test } from "vitest";
import { queue } from "../../../../src/verify/linearizability/models/queue.ts";
import { caught } from "../../history/caught.ts";
import { failureOf, verdictOf } from "../verdict-of.ts";

const model = queue();

test.each([
  ["a dequeue of nothing", "0 invoke dequeue\n0 ok dequeue null"],
  [
    "first in, first out",
    `0 invoke enqueue 1
     0 ok enqueue
     0 invoke enqueue 2
     0 ok enqueue
     1 invoke dequeue
     1 ok dequeue 1
     1 invoke dequeue
     1 ok dequeue 2
     1 invoke dequeue
     1 ok dequeue null`,
  ],
  [
    "enqueues beside one another, in the order that the dequeues need",
    `0 invoke enqueue 1
     1 invoke enqueue 2
     0 ok enqueue
     1 ok enqueue
     0 invoke dequeue
     0 ok dequeue 2`,
  ],
  [
    "an open enqueue that takes effect late",
    `0 invoke enqueue 1
     0 info enqueue
     1 invoke dequeue
     1 ok dequeue null
     1 invoke dequeue
     1 ok dequeue 1`,
  ],
  [
    "an open dequeue that took an item",
    `0 invoke enqueue 1
     0 ok enqueue
     1 invoke dequeue
     1 info dequeue
     0 invoke enqueue 2
     0 ok enqueue
     0 invoke dequeue
     0 ok dequeue 2`,
  ],
  [
    "an open dequeue that never took an item",
    `1 invoke dequeue
     1 info dequeue
     0 invoke enqueue 1
     0 ok enqueue
     0 invoke dequeue
     0 ok dequeue 1`,
  ],
  [
    "equal items",
    "0 invoke enqueue 1\n0 ok enqueue\n0 invoke enqueue 1\n0 ok enqueue\n0 invoke dequeue\n0 ok dequeue 1",
  ],
])("queue: %s is linearizable", (_, text) => {
  expect(verdictOf(model, text)).toBe("linearizable");
});

test.each([
  [
    "a double dequeue",
    `0 invoke enqueue 1
     0 ok enqueue
     1 invoke dequeue
     2 invoke dequeue
     1 ok dequeue 1
     2 ok dequeue 1`,
    3,
    [0, 2],
  ],
  [
    "last in, first out",
    `0 invoke enqueue 1
     0 ok enqueue
     0 invoke enqueue 2
     0 ok enqueue
     1 invoke dequeue
     1 ok dequeue 2`,
    4,
    [0, 2],
  ],
  ["a lost item", "0 invoke enqueue 1\n0 ok enqueue\n1 invoke dequeue\n1 ok dequeue null", 2, [0]],
  ["an item from nowhere", "1 invoke dequeue\n1 ok dequeue 7", 0, []],
  [
    "two orders for two readers",
    `0 invoke enqueue 1
     1 invoke enqueue 2
     0 ok enqueue
     1 ok enqueue
     0 invoke dequeue
     0 ok dequeue 2
     0 invoke dequeue
     0 ok dequeue null`,
    6,
    [1, 0, 4],
  ],
])("queue: %s is not linearizable", (_, text, stuck, order) => {
  const failure = failureOf(model, text);
  expect(failure.stuck.callIndex).toBe(stuck);
  expect(failure.partials.map((partial) => partial.order)).toEqual([order]);
});

test("queue: a state shows its first items", () => {
  const text = (count: number): string =>
    `${Array.from({ length: count }, (_, item) => `0 invoke enqueue ${item}\n0 ok enqueue`).join("\n")}
     0 invoke dequeue
     0 ok dequeue 99`;
  const state = (count: number): string | undefined =>
    failureOf(model, text(count)).partials[0]?.state;
  expect(state(0)).toBe("is empty");
  expect(state(8)).toBe("holds 0, 1, 2, 3, 4, 5, 6, 7");
  expect(state(9)).toBe("holds 0, 1, 2, 3, 4, 5, 6, 7, ... (9 items)");
});

test("queue: null is no item, and another function is refused", () => {
  expect(caught(() => verdictOf(model, "0 invoke enqueue"))).toEqual({
    name: "StandinTypeError",
    code: "HISTORY_VALUE",
    message:
      "history, index 0: value of a call of enqueue: expected an item other than null, got null",
  });
  expect(caught(() => verdictOf(model, "0 invoke push 1")).code).toBe("HISTORY_FUNCTION");
});
