import { expect, test } from "vitest";
import { counter, INCREMENT_MAX } from "../../../../src/verify/linearizability/models/counter.ts";
import { caught } from "../../history/caught.ts";
import { failureOf, verdictOf } from "../verdict-of.ts";

const model = counter();

test.each([
  [
    "increments that tell the count",
    "0 invoke increment\n0 ok increment 1\n0 invoke increment 5\n0 ok increment 6",
  ],
  [
    "an increment that does not",
    "0 invoke increment\n0 ok increment null\n0 invoke read\n0 ok read 1",
  ],
  ["counting down", "0 invoke increment -2\n0 ok increment -2\n0 invoke read\n0 ok read -2"],
  [
    "increments beside one another, in the other order",
    `0 invoke increment
     1 invoke increment
     0 ok increment 2
     1 ok increment 1`,
  ],
  [
    "an open increment that takes effect late",
    `0 invoke increment
     0 info increment
     1 invoke read
     1 ok read 0
     1 invoke increment
     1 ok increment 2`,
  ],
  [
    "an open increment that never takes effect",
    `0 invoke increment
     1 invoke increment
     1 ok increment 1
     1 invoke read
     1 ok read 1`,
  ],
])("counter: %s is linearizable", (_, text) => {
  expect(verdictOf(model, text)).toBe("linearizable");
});

test.each([
  [
    "a lost update: two increments to one count",
    `0 invoke increment
     1 invoke increment
     0 ok increment 1
     1 ok increment 1`,
    1,
  ],
  [
    "an increment that was executed twice",
    "0 invoke increment\n0 ok increment 1\n0 invoke read\n0 ok read 2",
    2,
  ],
  ["a count that went back", "0 invoke increment\n0 ok increment 1\n1 invoke read\n1 ok read 0", 2],
])("counter: %s is not linearizable", (_, text, stuck) => {
  expect(failureOf(model, text).stuck.callIndex).toBe(stuck);
});

test("counter: an initial count", () => {
  expect(verdictOf(counter({ initial: 7 }), "0 invoke increment\n0 ok increment 8")).toBe(
    "linearizable",
  );
  for (const initial of [0.5, INCREMENT_MAX + 1, Number.NaN]) {
    expect(caught(() => counter({ initial })).code).toBe("COUNTER_INITIAL");
  }
});

test.each([
  [
    '0 invoke increment "x"',
    'history, index 0: value of a call of increment: expected null or an integer of at most 4294967296 either way, got "x"',
  ],
  [
    "0 invoke increment\n0 ok increment true",
    "history, index 1: value of a return of increment: expected the new count, or null where that is not told, got true",
  ],
  [
    "0 invoke read\n0 ok read null",
    "history, index 1: value of a return of read: expected an integer, got null",
  ],
])("counter: %j is refused", (text, message) => {
  const error = caught(() => verdictOf(model, text));
  expect(error).toEqual({ name: "StandinTypeError", code: "HISTORY_VALUE", message });
});

test("counter: another function is refused", () => {
  expect(caught(() => verdictOf(model, "0 invoke add 1")).code).toBe("HISTORY_FUNCTION");
});
