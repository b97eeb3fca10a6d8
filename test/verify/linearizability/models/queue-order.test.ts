import fc from "fast-check";
import { expect, test } from "vitest";
import type { HistoryEntry } from "../../../../src/verify/history/entry.ts";
import { simulateHistory } from "../../../../src/verify/history/simulate-history.ts";
import { checkHistory } from "../../../../src/verify/linearizability/check-history.ts";
import type { CheckResult } from "../../../../src/verify/linearizability/check-result.ts";
import type { Model, PlacedCommand } from "../../../../src/verify/linearizability/model.ts";
import { queue } from "../../../../src/verify/linearizability/models/queue.ts";
import {
  type QueueCommand,
  queueOrder,
} from "../../../../src/verify/linearizability/models/queue-order.ts";
import { drawsFrom } from "../random-draws.ts";
import { objects } from "../simulated-objects.ts";

const INFINITE = Number.POSITIVE_INFINITY;

function place(
  f: QueueCommand["f"],
  item: string | undefined,
  callIndex: number,
  returnIndex: number,
  required = returnIndex < INFINITE,
): PlacedCommand<QueueCommand> {
  return { command: { f, item }, callIndex, returnIndex, required };
}

test("queue order: an item that was out before another began to go out went in before it", () => {
  const commands = [
    place("enqueue", "1", 0, 10),
    place("enqueue", "2", 1, 11),
    place("dequeue", "2", 12, 13),
    place("dequeue", "1", 14, 15),
  ];
  expect(queueOrder(commands)).toEqual([[1, 0]]);
});

test("queue order: dequeues beside one another force nothing", () => {
  const commands = [
    place("enqueue", "1", 0, 10),
    place("enqueue", "2", 1, 11),
    place("dequeue", "2", 12, 14),
    place("dequeue", "1", 13, 15),
  ];
  expect(queueOrder(commands)).toEqual([]);
});

test("queue order: what stays in the queue went in after what came out", () => {
  const commands = [
    place("enqueue", "1", 0, 10),
    place("enqueue", "2", 1, 11),
    place("dequeue", "2", 12, 14),
  ];
  expect(queueOrder(commands)).toEqual([[1, 0]]);
});

test("queue order: what stays may have been taken by a dequeue that never returned", () => {
  const commands = [
    place("enqueue", "1", 0, 10),
    place("enqueue", "2", 1, 11),
    place("dequeue", undefined, 2, INFINITE),
    place("dequeue", "2", 12, 14),
  ];
  expect(queueOrder(commands)).toEqual([]);
});

test("queue order: what went out after the queue was found empty went in after that", () => {
  const commands = [
    place("enqueue", "1", 0, 10),
    place("dequeue", "null", 1, 5),
    place("dequeue", "1", 6, 7),
  ];
  expect(queueOrder(commands)).toEqual([[1, 0]]);
});

test("queue order: a dequeue that need not have been executed forces nothing behind it", () => {
  const commands = [
    place("enqueue", "1", 0, 10),
    place("enqueue", "2", 1, 11),
    place("dequeue", "2", 12, 13, false),
    place("dequeue", "null", 12, 13, false),
    place("dequeue", "1", 14, 15),
  ];
  expect(queueOrder(commands)).toEqual([]);
});

test("queue order: what need not have been dequeued may have been by one that never returned", () => {
  const commands = [
    place("dequeue", undefined, 0, INFINITE),
    place("enqueue", "1", 1, 2),
    place("dequeue", "null", 3, 4),
    place("dequeue", "1", 5, 6, false),
  ];
  expect(queueOrder(commands)).toEqual([]);
});

test("queue order: items that go in twice are passed over", () => {
  const commands = [
    place("enqueue", "1", 0, 10),
    place("enqueue", "1", 1, 11),
    place("enqueue", "2", 2, 12),
    place("dequeue", "1", 13, 14),
    place("dequeue", "2", 15, 16),
  ];
  expect(queueOrder(commands)).toEqual([]);
});

test("queue order: items that come out twice are passed over", () => {
  const commands = [
    place("enqueue", "1", 0, 10),
    place("enqueue", "2", 1, 11),
    place("dequeue", "1", 12, 13),
    place("dequeue", "2", 14, 15),
    place("dequeue", "1", 16, 17),
  ];
  expect(queueOrder(commands)).toEqual([]);
});

test("queue order: what follows from other pairs is left out", () => {
  const items = Array.from({ length: 50 }, (_, item) => item);
  const commands = [
    ...items.map((item) => place("enqueue", String(item), item, 100 + item)),
    ...items.map((item) => place("dequeue", String(item), 200 + 2 * item, 201 + 2 * item)),
  ];
  expect(queueOrder(commands)).toEqual(items.slice(1).map((item) => [item - 1, item]));
});

/** The queue's model without the orders. */
function plainQueue(): Model {
  const parts = Object.entries(queue()).filter(([name]) => name !== "forcedOrder");
  return Object.fromEntries(parts) as unknown as Model;
}

function brokenAt(result: CheckResult): number | undefined {
  return result.verdict === "not-linearizable" ? result.failures[0]?.stuck.callIndex : undefined;
}

test("queue order: verdicts and what broke are the same with and without it", () => {
  const plain = plainQueue();
  const verdicts = new Set<string>();
  fc.assert(
    fc.property(fc.nat(), fc.boolean(), (seed, breaks) => {
      const random = drawsFrom([], seed);
      let item = 0;
      // items are different: equal ones force nothing
      const unique = {
        ...objects.queue,
        request() {
          if (random.below(2) === 0) return { f: "dequeue", value: null };
          item += 1;
          return { f: "enqueue", value: item };
        },
      };
      const options = { clients: 4, operations: 16, openPercent: 15 };
      const simulated = simulateHistory(unique, options, random);
      const history = breaks ? swapTwoItems(simulated, random.below(item + 1)) : simulated;
      const result = checkHistory(history, queue());
      const expected = checkHistory(history, plain);
      expect(result.verdict).toBe(expected.verdict);
      expect(brokenAt(result)).toBe(brokenAt(expected));
      verdicts.add(result.verdict);
    }),
    { numRuns: 200, seed: 3 },
  );
  expect([...verdicts].sort()).toEqual(["linearizable", "not-linearizable"]);
});

/** Dequeues tell one of two items that follow one another for the other. */
function swapTwoItems(history: readonly HistoryEntry[], first: number): readonly HistoryEntry[] {
  return history.map((entry) => {
    if (entry.type !== "ok" || entry.f !== "dequeue") return entry;
    if (entry.value === first) return { ...entry, value: first + 1 };
    return entry.value === first + 1 ? { ...entry, value: first } : entry;
  });
}
