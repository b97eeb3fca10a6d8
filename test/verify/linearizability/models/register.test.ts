import { expect, test } from "vitest";
import { register } from "../../../../src/verify/linearizability/models/register.ts";
import { caught } from "../../history/caught.ts";
import { failureOf, verdictOf } from "../verdict-of.ts";

const model = register();

test.each([
  ["a read of the initial value", "0 invoke read\n0 ok read null"],
  ["a read of what was written", "0 invoke write 1\n0 ok write 1\n1 invoke read\n1 ok read 1"],
  [
    "reads beside a write that see it and then still see it",
    `0 invoke write 1
     1 invoke read
     1 ok read null
     1 invoke read
     1 ok read 1
     0 ok write 1`,
  ],
  [
    "writes beside one another, in the order that the read needs",
    `0 invoke write 1
     1 invoke write 2
     1 ok write 2
     0 ok write 1
     2 invoke read
     2 ok read 2`,
  ],
  [
    "an open write that takes effect late",
    `0 invoke write 1
     0 info write 1
     1 invoke read
     1 ok read null
     1 invoke read
     1 ok read 1`,
  ],
  [
    "an open write that never takes effect",
    `0 invoke write 1
     0 info write 1
     1 invoke write 2
     1 ok write 2
     1 invoke read
     1 ok read 2`,
  ],
  [
    "a write that failed and is not seen",
    "0 invoke write 1\n0 fail write 1\n1 invoke read\n1 ok read null",
  ],
  ["an open read", "0 invoke write 1\n0 ok write 1\n1 invoke read"],
  [
    "values of every kind",
    '0 invoke write {"b":[1],"a":null}\n0 ok write\n0 invoke read\n0 ok read {"a":null,"b":[1]}',
  ],
])("register: %s is linearizable", (_, text) => {
  expect(verdictOf(model, text)).toBe("linearizable");
});

test.each([
  [
    "a stale read",
    `0 invoke write 1
     0 ok write 1
     0 invoke write 2
     0 ok write 2
     1 invoke read
     1 ok read 1`,
    4,
  ],
  [
    "reads that see a write and then do not",
    `0 invoke write 1
     1 invoke read
     1 ok read 1
     1 invoke read
     1 ok read null
     0 ok write 1`,
    3,
  ],
  [
    "two readers that see two writes in two orders",
    `0 invoke write 1
     1 invoke write 2
     2 invoke read
     3 invoke read
     2 ok read 1
     3 ok read 2
     2 invoke read
     3 invoke read
     2 ok read 2
     3 ok read 1
     0 ok write 1
     1 ok write 2`,
    7,
  ],
  [
    "a write that failed and is seen",
    "0 invoke write 1\n0 fail write 1\n1 invoke read\n1 ok read 1",
    2,
  ],
  [
    "an open write that is seen before its call",
    "1 invoke read\n1 ok read 1\n0 invoke write 1\n0 info write 1",
    0,
  ],
  [
    "one open write that takes effect twice",
    `0 invoke write 1
     0 info write 1
     1 invoke read
     1 ok read 1
     1 invoke write 2
     1 ok write 2
     1 invoke read
     1 ok read 1`,
    6,
  ],
])("register: %s is not linearizable", (_, text, stuck) => {
  expect(failureOf(model, text).stuck.callIndex).toBe(stuck);
});

test("register: an initial value is what the first read reads", () => {
  const text = "0 invoke read\n0 ok read 5";
  expect(verdictOf(register({ initial: 5 }), text)).toBe("linearizable");
  expect(verdictOf(model, text)).toBe("not-linearizable");
  expect(caught(() => register({ initial: Number.NaN })).code).toBe("JSON_VALUE");
});

test("register: keys are registers of their own", () => {
  const text = "0 invoke write@x 1\n0 ok write@x 1\n0 invoke read@y\n0 ok read@y null";
  expect(verdictOf(model, text)).toBe("linearizable");
  expect(verdictOf(model, text.replaceAll("@y", "@x"))).toBe("not-linearizable");
});

test("register: another function is refused", () => {
  const error = caught(() => verdictOf(model, "0 invoke read\n1 invoke cas [1, 2]"));
  expect(error).toEqual({
    name: "StandinRangeError",
    code: "HISTORY_FUNCTION",
    message: 'history, index 1: f: expected "read" or "write" for register, got "cas"',
  });
});
