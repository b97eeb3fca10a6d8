// The verdicts are compared with those of trying every order in every-order.test.ts.
import { expect, test } from "vitest";
import { checkEntries } from "../../../src/verify/history/check-entries.ts";
import { pairHistory } from "../../../src/verify/history/pair-history.ts";
import type { Model } from "../../../src/verify/linearizability/model.ts";
import { models } from "../../../src/verify/linearizability/models.ts";
import { Search, type SearchOutcome } from "../../../src/verify/linearizability/search.ts";
import { StateSpace } from "../../../src/verify/linearizability/state-space.ts";
import { Timeline } from "../../../src/verify/linearizability/timeline.ts";
import { historyText } from "./history-text.ts";

function search(
  text: string,
  maxSteps = 10_000,
  model: Model = models.register,
  forced: readonly (readonly [number, number])[] = [],
): SearchOutcome {
  const space = new StateSpace(model);
  const operations = pairHistory(checkEntries(historyText(text))).map((operation) => {
    const command = space.command(operation);
    const readOnly = space.isReadOnly(command);
    return { operation, command, readOnly, required: operation.outcome === "ok" };
  });
  return new Search(new Timeline(operations, forced), space).run(maxSteps);
}

const WRITES = `
  0 invoke write 1
  1 invoke write 2
  0 ok write
  1 ok write`;

test("search: without operations there is nothing to try", () => {
  expect(search("")).toEqual({ found: "order", steps: 0, order: [], state: 0 });
});

test("search: an order of all that must be executed", () => {
  expect(search(`${WRITES}\n2 invoke read\n2 ok read 1`)).toMatchObject({
    found: "order",
    order: [1, 0, 2],
  });
});

test("search: reads that fit are executed at once, without another way being tried", () => {
  const reads = Array.from({ length: 30 }, (_, process) => process + 10);
  const text = [
    "0 invoke write 1",
    "0 ok write",
    ...reads.map((process) => `${process} invoke read`),
    ...reads.map((process) => `${process} ok read ${process === 39 ? 2 : 1}`),
  ].join("\n");
  const outcome = search(text);
  expect(outcome).toMatchObject({ found: "none", stuck: 30 });
  expect(outcome.steps).toBeLessThan(600);
});

test("search: an open operation is executed where it is needed only", () => {
  const open = "9 invoke write 5\n8 invoke write 6\n7 invoke write 5\n";
  expect(
    search(`${open}${WRITES}\n2 invoke read\n2 ok read 5\n2 invoke read\n2 ok read 1`),
  ).toMatchObject({
    found: "none",
  });
  expect(
    search(`${open}${WRITES}\n2 invoke read\n2 ok read 5\n2 invoke read\n2 ok read 5`),
  ).toMatchObject({
    found: "order",
    order: [0, 1, 4, 2, 3],
  });
});

test("search: an open operation that changes nothing is not executed", () => {
  expect(search("9 invoke write null\n1 invoke read\n1 ok read 1")).toMatchObject({
    found: "none",
    paths: [{ order: [], state: 0 }],
  });
});

test("search: steps that are used up end it", () => {
  expect(search(`${WRITES}\n2 invoke read\n2 ok read 3`, 2)).toEqual({ found: "budget", steps: 2 });
  expect(search("", 0)).toMatchObject({ found: "order" });
  expect(search(WRITES, 0)).toEqual({ found: "budget", steps: 0 });
});

test("search: exactly as many steps as are needed suffice", () => {
  const { steps } = search(WRITES);
  expect(search(WRITES, steps).found).toBe("order");
  expect(search(WRITES, steps - 1).found).toBe("budget");
});

test("search: the last order leads to the state that is told", () => {
  const outcome = search(WRITES);
  const space = new StateSpace(models.register);
  expect(outcome).toMatchObject({ found: "order", order: [0, 1], state: 2 });
  expect(space.initial).toBe(0);
});

test("search: an operation waits for those that are forced before it", () => {
  const forced = search(WRITES, 100, models.register, [[1, 0]]);
  expect(forced).toMatchObject({ found: "order", order: [1, 0] });
});

test("search: a model that calls a write read-only is found out", () => {
  const wrong: Model = { ...models.register, isReadOnly: () => true };
  expect(() => search(WRITES, 100, wrong)).toThrow(
    "search: what a model calls read-only changes no state",
  );
});
