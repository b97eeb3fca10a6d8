import { expect, test } from "vitest";
import { checkEntries } from "../../../src/verify/history/check-entries.ts";
import { pairHistory } from "../../../src/verify/history/pair-history.ts";
import type { Model } from "../../../src/verify/linearizability/model.ts";
import { models } from "../../../src/verify/linearizability/models.ts";
import {
  type PartitionOutcome,
  PartitionSearch,
} from "../../../src/verify/linearizability/partition-search.ts";
import { StateSpace } from "../../../src/verify/linearizability/state-space.ts";
import { historyText } from "./history-text.ts";

function search(model: Model, text: string, maxSteps = 10_000): PartitionOutcome {
  const space = new StateSpace(model);
  const operations = pairHistory(checkEntries(historyText(text))).map((operation) => {
    const command = space.command(operation);
    const readOnly = space.isReadOnly(command);
    return { operation, command, readOnly, required: operation.outcome === "ok" };
  });
  return new PartitionSearch(model, space).run(operations, maxSteps);
}

/** What a late answer makes impossible, after a long time in which all was well. */
const LATE = `
  0 invoke enqueue 1
  1 invoke enqueue 2
  0 ok enqueue
  1 ok enqueue
  0 invoke dequeue
  0 ok dequeue 2
  0 invoke enqueue 3
  0 ok enqueue
  0 invoke dequeue
  0 ok dequeue 3
  0 invoke dequeue
  0 ok dequeue 1`;

test("partition search: what broke is the first return that cannot be explained", () => {
  // the order that the last answer forces is broken at once; the first that cannot be explained is index 9
  const outcome = search(models.queue, LATE);
  expect(outcome).toMatchObject({
    found: "none",
    stuck: { callIndex: 8, returnIndex: 9 },
    partials: [{ order: [1, 0, 4, 6], state: "holds 1, 3" }],
  });
  const plain: Model = { ...models.queue, forcedOrder: () => [] };
  expect(search(plain, LATE)).toMatchObject({ found: "none", stuck: { callIndex: 8 } });
});

test("partition search: steps that are used up on the way leave a later return", () => {
  const { steps } = search(models.queue, LATE);
  let latest = 0;
  for (let maxSteps = 1; maxSteps <= steps; maxSteps += 1) {
    const outcome = search(models.queue, LATE, maxSteps);
    expect(outcome.steps).toBeLessThanOrEqual(maxSteps);
    if (outcome.found === "none") latest = Math.max(latest, outcome.stuck.callIndex);
  }
  expect(latest).toBe(10);
});

test("partition search: without forced orders the furthest paths are told", () => {
  const outcome = search(
    models.register,
    "0 invoke write 1\n1 invoke read\n1 ok read 2\n0 ok write",
  );
  expect(outcome).toMatchObject({
    found: "none",
    stuck: { callIndex: 1 },
    partials: [{ order: [0], state: "holds 1" }],
  });
});

test("partition search: an order is told in operations", () => {
  const outcome = search(
    models.register,
    "0 invoke write 1\n1 invoke read\n1 ok read 1\n0 ok write",
  );
  expect(outcome).toMatchObject({ found: "order", order: [{ callIndex: 0 }, { callIndex: 1 }] });
});

test("partition search: the budget is passed on", () => {
  expect(search(models.register, "0 invoke write 1\n0 ok write", 0)).toEqual({
    found: "budget",
    steps: 0,
  });
});
