import { expect, test } from "vitest";
import { checkEntries } from "../../../src/verify/history/check-entries.ts";
import { pairHistory } from "../../../src/verify/history/pair-history.ts";
import { type SearchOperation, Timeline } from "../../../src/verify/linearizability/timeline.ts";
import { historyText } from "./history-text.ts";

/** Operations with the commands of their inputs; reads are read-only. */
function operationsOf(text: string): readonly SearchOperation[] {
  return pairHistory(checkEntries(historyText(text))).map((operation) => ({
    operation,
    command: typeof operation.input === "number" ? operation.input : 0,
    readOnly: operation.f === "read",
    required: operation.outcome === "ok",
  }));
}

test("timeline: calls and returns are events in order, bits are passed on", () => {
  const timeline = new Timeline(
    operationsOf(`
      0 invoke write 1
      1 invoke read
      0 ok write 1
      2 invoke write 2
      2 ok write 2
      1 ok read 1`),
  );
  expect(timeline.requiredCount).toBe(3);
  expect(timeline.eventCount).toBe(6);
  expect([...timeline.operationOf.subarray(1, 7)]).toEqual([0, 1, 0, 2, 2, 1]);
  expect([...timeline.isCall]).toEqual([0, 1, 1, 0, 1, 0, 0, 0]);
  expect([...timeline.callEvent]).toEqual([1, 2, 4]);
  expect([...timeline.returnEvent]).toEqual([3, 6, 5]);
  expect([...timeline.bit]).toEqual([0, 1, 0]);
  expect(timeline.bitCount).toBe(2);
  expect(timeline.openClasses).toEqual([]);
});

test("timeline: open operations are grouped by command, those that change nothing left out", () => {
  const timeline = new Timeline(
    operationsOf(`
      0 invoke write 7
      1 invoke write 1
      1 ok write 1
      2 invoke write 8
      3 invoke write 7
      4 invoke read
      1 invoke write 2
      1 ok write 2`),
  );
  expect(timeline.openCount).toBe(3);
  expect(timeline.operations.map(({ operation }) => operation.callIndex)).toEqual([1, 6, 0, 3, 4]);
  expect(timeline.openClasses).toEqual([
    { command: 7, operations: Int32Array.of(2, 4), calledAfter: Int32Array.of(0, 2) },
    { command: 8, operations: Int32Array.of(3), calledAfter: Int32Array.of(2) },
  ]);
  expect([...timeline.classOf]).toEqual([0, 1, 0]);
});

test("timeline: forced pairs are given by position and kept by number", () => {
  const operations = operationsOf(`
    0 invoke write 7
    1 invoke write 1
    1 ok write 1
    2 invoke write 2
    2 ok write 2`);
  const timeline = new Timeline(operations, [
    [0, 1],
    [2, 1],
    [1, 0],
  ]);
  expect(timeline.predecessors).toEqual(
    new Map([
      [0, [2, 1]],
      [2, [0]],
    ]),
  );
  expect(() => new Timeline(operationsOf("0 invoke read"), [[0, 0]])).toThrow(
    "timeline: what is forced has an effect",
  );
});
