import { expect, test } from "vitest";
import { casRegister } from "../../../../src/verify/linearizability/models/cas-register.ts";
import { caught } from "../../history/caught.ts";
import { failureOf, verdictOf } from "../verdict-of.ts";

const model = casRegister({ initial: 0 });

test.each([
  ["an exchange", "0 invoke cas [0, 1]\n0 ok cas true\n0 invoke read\n0 ok read 1"],
  [
    "an exchange that repeats its call",
    "0 invoke cas [0, 1]\n0 ok cas [0, 1]\n0 invoke read\n0 ok read 1",
  ],
  ["an exchange that returns nothing", "0 invoke cas [0, 1]\n0 ok cas\n0 invoke read\n0 ok read 1"],
  ["a refusal", "0 invoke cas [1, 2]\n0 ok cas false\n0 invoke read\n0 ok read 0"],
  [
    "a refusal beside the exchange that made it one",
    `0 invoke cas [0, 1]
     1 invoke cas [0, 2]
     1 ok cas false
     0 ok cas true`,
  ],
  [
    "an open exchange that takes effect where it can",
    `0 invoke cas [5, 6]
     0 info cas [5, 6]
     1 invoke write 5
     1 ok write 5
     1 invoke read
     1 ok read 6`,
  ],
  [
    "open exchanges that build on one another",
    `0 invoke cas [0, 1]
     0 info cas
     1 invoke cas [1, 2]
     1 info cas
     2 invoke cas [2, 3]
     2 ok cas true`,
  ],
  ["an exchange that failed", "0 invoke cas [0, 1]\n0 fail cas [0, 1]\n0 invoke read\n0 ok read 0"],
])("cas register: %s is linearizable", (_, text) => {
  expect(verdictOf(model, text)).toBe("linearizable");
});

test.each([
  [
    "a lost update: two exchanges of one value",
    `0 invoke cas [0, 1]
     1 invoke cas [0, 2]
     0 ok cas true
     1 ok cas true`,
    1,
  ],
  ["an exchange of what was not there", "0 invoke cas [1, 2]\n0 ok cas true", 0],
  ["a refusal without a reason", "0 invoke cas [0, 1]\n0 ok cas false", 0],
  [
    "an open exchange that takes effect twice",
    `0 invoke cas [0, 1]
     0 info cas
     1 invoke cas [1, 0]
     1 ok cas true
     1 invoke cas [1, 0]
     1 ok cas true`,
    4,
  ],
])("cas register: %s is not linearizable", (_, text, stuck) => {
  expect(failureOf(model, text).stuck.callIndex).toBe(stuck);
});

test.each([
  ["0 invoke cas 5", "history, index 0: value of a call of cas: expected [expected, new], got 5"],
  [
    "0 invoke cas [1, 2, 3]",
    "history, index 0: value of a call of cas: expected [expected, new], got [1,2,3]",
  ],
  [
    '0 invoke cas [1, 2]\n0 ok cas "yes"',
    'history, index 1: value of a return of cas: expected true, false, or the value of the call for true, got "yes"',
  ],
])("cas register: %j is refused", (text, message) => {
  const error = caught(() => verdictOf(model, text));
  expect(error).toEqual({ name: "StandinTypeError", code: "HISTORY_VALUE", message });
});

test("cas register: another function is refused", () => {
  const { message } = caught(() => verdictOf(model, "0 invoke swap 1"));
  expect(message).toBe(
    'history, index 0: f: expected "read", "write" or "cas" for cas-register, got "swap"',
  );
});
