import { expect, test } from "vitest";
import { checkEntries } from "../../../src/verify/history/check-entries.ts";
import type { Operation } from "../../../src/verify/history/operation.ts";
import { pairHistory } from "../../../src/verify/history/pair-history.ts";
import { mergeOrders } from "../../../src/verify/linearizability/merge-orders.ts";
import { historyText } from "./history-text.ts";

const operations = pairHistory(
  checkEntries(
    historyText(`
      0 invoke write@x 1
      1 invoke write@y 1
      2 invoke write@x 2
      2 ok write
      1 ok write
      3 invoke write@y 2
      3 ok write
      0 ok write`),
  ),
);

const pick = (...indices: number[]): readonly Operation[] =>
  indices.map((index) => operations.find((item) => item.callIndex === index)!);

test("orders: merged, each is kept, and what returned stays before what was called later", () => {
  expect(mergeOrders([pick(2, 0), pick(1, 5)])).toEqual([1, 2, 0, 5]);
  expect(mergeOrders([pick(0, 2), pick(1, 5)])).toEqual([0, 1, 2, 5]);
  expect(mergeOrders([])).toEqual([]);
});

test("orders: one that is wrong is noticed", () => {
  expect(() => mergeOrders([pick(5, 1)])).toThrow("orders: effects come before returns");
});
