import { expect, test } from "vitest";
import { AMOUNT_MAX, bank } from "../../../../src/verify/linearizability/models/bank.ts";
import { caught } from "../../history/caught.ts";
import { failureOf, verdictOf } from "../verdict-of.ts";

const model = bank({ balances: { a: 10, b: 0 } });

const MOVE = '{"from": "a", "to": "b", "amount": 7}';
const BACK = '{"from": "b", "to": "a", "amount": 7}';

test.each([
  ["a read", '0 invoke read\n0 ok read {"a": 10, "b": 0}'],
  ["a read without empty accounts", '0 invoke read\n0 ok read {"a": 10}'],
  [
    "a transfer",
    `0 invoke transfer ${MOVE}\n0 ok transfer true\n0 invoke read\n0 ok read {"b": 7, "a": 3}`,
  ],
  [
    "a transfer that repeats its call",
    `0 invoke transfer ${MOVE}\n0 ok transfer ${MOVE}\n0 invoke read\n0 ok read {"b": 7, "a": 3}`,
  ],
  [
    "a refusal",
    `0 invoke transfer ${BACK}\n0 ok transfer false\n0 invoke read\n0 ok read {"a": 10}`,
  ],
  [
    "a transfer that waits for money beside it",
    `0 invoke transfer ${BACK}
     1 invoke transfer ${MOVE}
     1 ok transfer true
     0 ok transfer true`,
  ],
  [
    "a read in the middle of a transfer that sees all of it or nothing",
    `0 invoke transfer ${MOVE}
     1 invoke read
     1 ok read {"a": 10}
     1 invoke read
     1 ok read {"a": 3, "b": 7}
     0 ok transfer`,
  ],
  [
    "a deposit",
    '0 invoke deposit {"to": 5, "amount": 1}\n0 ok deposit\n0 invoke read\n0 ok read {"5": 1, "a": 10}',
  ],
  [
    "an open transfer that takes effect late",
    `0 invoke transfer ${MOVE}
     0 info transfer
     1 invoke read
     1 ok read {"a": 10}
     1 invoke transfer ${BACK}
     1 ok transfer true`,
  ],
  [
    "a transfer to the same account",
    '0 invoke transfer {"from": "a", "to": "a", "amount": 10}\n0 ok transfer true\n0 invoke read\n0 ok read {"a": 10}',
  ],
])("bank: %s is linearizable", (_, text) => {
  expect(verdictOf(model, text)).toBe("linearizable");
});

test.each([
  [
    "half a transfer",
    `0 invoke transfer ${MOVE}\n1 invoke read\n1 ok read {"a": 3}\n0 ok transfer true`,
    1,
  ],
  ["an overdraft", `0 invoke transfer ${BACK}\n0 ok transfer true`, 0],
  ["a refusal with enough money", `0 invoke transfer ${MOVE}\n0 ok transfer false`, 0],
  [
    "a transfer that was carried out twice",
    '0 invoke transfer {"from": "a", "to": "b", "amount": 2}\n0 ok transfer true\n0 invoke read\n0 ok read {"a": 6, "b": 4}',
    2,
  ],
  [
    "money spent twice",
    `0 invoke transfer ${MOVE}
     1 invoke transfer {"from": "a", "to": "c", "amount": 7}
     0 ok transfer true
     1 ok transfer true`,
    1,
  ],
])("bank: %s is not linearizable", (_, text, stuck) => {
  expect(failureOf(model, text).stuck.callIndex).toBe(stuck);
});

test("bank: a state shows the balances", () => {
  const failure = failureOf(
    model,
    `0 invoke transfer ${MOVE}\n0 ok transfer\n0 invoke read\n0 ok read {}`,
  );
  expect(failure.partials[0]?.state).toBe('holds "a": 3, "b": 7');
  expect(failureOf(bank(), '0 invoke read\n0 ok read {"a": 1}').partials[0]?.state).toBe(
    "is empty",
  );
});

test.each([-1, 0.5, AMOUNT_MAX + 1])("bank: an initial balance of %d is refused", (balance) => {
  const error = caught(() => bank({ balances: { a: balance } }));
  expect(error.code).toBe("BANK_BALANCE");
  expect(error.message).toContain('balance of "a": expected an integer from 0 to 4294967296, got ');
});

test.each([
  [
    "0 invoke transfer 5",
    "history, index 0: value of a call of transfer: expected {from, to, amount}, got 5",
  ],
  [
    "0 invoke deposit",
    "history, index 0: value of a call of deposit: expected {to, amount}, got null",
  ],
  [
    '0 invoke transfer {"from": "a", "to": "b", "amount": 0}',
    "history, index 0: value of a call of transfer: expected an amount from 1 to 4294967296, got 0",
  ],
  [
    '0 invoke transfer {"to": "b", "amount": 1}',
    'history, index 0: value of a call of transfer: expected an account as from, got {"amount":1,"to":"b"}',
  ],
  [
    '0 invoke transfer {"from": "a", "to": [], "amount": 1}',
    "history, index 0: value of a call of transfer: expected an account as to, got []",
  ],
  [
    `0 invoke transfer ${MOVE}\n0 ok transfer 5`,
    "history, index 1: value of a return of transfer: expected true, false, or the value of the call for true, got 5",
  ],
  [
    "0 invoke read\n0 ok read 5",
    "history, index 1: value of a return of read: expected an object of integers by account, got 5",
  ],
  [
    '0 invoke read\n0 ok read {"a": 0.5}',
    'history, index 1: value of a return of read: expected an object of integers by account, got {"a":0.5}',
  ],
])("bank: %j is refused", (text, message) => {
  const error = caught(() => verdictOf(model, text));
  expect(error).toEqual({ name: "StandinTypeError", code: "HISTORY_VALUE", message });
});

test("bank: another function is refused", () => {
  expect(caught(() => verdictOf(model, "0 invoke withdraw 1")).code).toBe("HISTORY_FUNCTION");
});
