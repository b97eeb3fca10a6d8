import { expect, test } from "vitest";
import { compareLedger } from "../../src/verify/ledger.ts";

test("ledger: what was acknowledged and executed once is neither lost nor duplicated", () => {
  const executions = new Map([
    [1, 1],
    [2, 1],
  ]);
  expect(compareLedger([1, 2], executions)).toEqual({ lost: [], duplicated: [] });
});

test("ledger: an acknowledged request that the machine does not hold is lost", () => {
  expect(compareLedger([1, 2, 3], new Map([[2, 1]])).lost).toEqual([1, 3]);
  expect(compareLedger([1], new Map([[1, 0]])).lost).toEqual([1]);
});

test("ledger: executing twice counts whether it was acknowledged or not", () => {
  const executions = new Map([
    [5, 2],
    [1, 3],
    [2, 1],
  ]);
  expect(compareLedger([1], executions).duplicated).toEqual([1, 5]);
});

test("ledger: an unacknowledged request may be executed or not", () => {
  expect(compareLedger([], new Map([[7, 1]]))).toEqual({ lost: [], duplicated: [] });
});
