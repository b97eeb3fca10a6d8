import { expect, test } from "vitest";
import { checkHistory } from "../../../../src/verify/linearizability/check-history.ts";
import { keyValue } from "../../../../src/verify/linearizability/models/key-value.ts";
import { caught } from "../../history/caught.ts";
import { historyText } from "../history-text.ts";
import { failureOf, verdictOf } from "../verdict-of.ts";

const model = keyValue();

test.each([
  ["a get of nothing", "0 invoke get@x\n0 ok get@x null"],
  ["a get of what was put", '0 invoke put@x "a"\n0 ok put@x\n0 invoke get@x\n0 ok get@x "a"'],
  [
    "keys beside one another",
    "0 invoke put@x 1\n0 ok put@x\n0 invoke put@y 2\n0 ok put@y\n0 invoke get@x\n0 ok get@x 1",
  ],
  [
    "a delete that tells what there was, or not",
    `0 invoke delete@x
     0 ok delete false
     0 invoke put@x 1
     0 ok put
     0 invoke delete@x
     0 ok delete true
     0 invoke delete@x
     0 ok delete null
     0 invoke get@x
     0 ok get null`,
  ],
  [
    "a cas from nothing and back",
    `0 invoke cas@x [null, 1]
     0 ok cas true
     0 invoke cas@x [null, 2]
     0 ok cas false
     0 invoke cas@x [1, null]
     0 ok cas true
     0 invoke delete@x
     0 ok delete false`,
  ],
  [
    "appends beside one another, in the order that the get needs",
    `0 invoke append@x "a"
     1 invoke append@x "b"
     0 ok append
     1 ok append
     0 invoke get@x
     0 ok get "ba"`,
  ],
  [
    "halves of a character that are joined",
    String.raw`0 invoke append@x "\ud83d"
     0 ok append
     0 invoke append@x "\ude00"
     0 ok append
     0 invoke get@x
     0 ok get "😀"`,
  ],
  [
    "an open delete that takes effect late",
    `0 invoke put@x 1
     0 ok put
     1 invoke delete@x
     1 info delete
     0 invoke get@x
     0 ok get 1
     0 invoke get@x
     0 ok get null`,
  ],
])("key-value: %s is linearizable", (_, text) => {
  expect(verdictOf(model, text)).toBe("linearizable");
});

test.each([
  ["a stale get", "0 invoke put@x 1\n0 ok put\n1 invoke get@x\n1 ok get null", 2],
  [
    "a delete that found nothing",
    "0 invoke put@x 1\n0 ok put\n1 invoke delete@x\n1 ok delete false",
    2,
  ],
  ["a delete that found something", "1 invoke delete@x\n1 ok delete true", 0],
  [
    "a lost append",
    `0 invoke append@x "a"
     1 invoke append@x "b"
     0 ok append
     1 ok append
     0 invoke get@x
     0 ok get "b"`,
    4,
  ],
  [
    "an append to what is no text",
    '0 invoke put@x 1\n0 ok put\n0 invoke append@x "a"\n0 ok append',
    2,
  ],
])("key-value: %s is not linearizable", (_, text, stuck) => {
  expect(failureOf(model, text).stuck.callIndex).toBe(stuck);
});

test("key-value: each key that breaks is told, the others are not, in the order of their calls", () => {
  const text = ["z", "y", "x"].flatMap((key) => [
    `0 invoke put@${key} 1`,
    `0 ok put@${key}`,
    `0 invoke get@${key}`,
    `0 ok get@${key} ${key === "y" ? 1 : 2}`,
  ]);
  const more = "0 invoke delete@z\n0 ok delete@z true";
  const result = checkHistory(historyText(`${text.join("\n")}\n${more}`), model);
  expect(result).toMatchObject({
    verdict: "not-linearizable",
    failures: [
      { key: "z", stuck: { callIndex: 2 }, partials: [{ order: [0], state: "holds 1" }] },
      { key: "x", stuck: { callIndex: 10 }, partials: [{ order: [8], state: "holds 1" }] },
    ],
  });
});

test.each([
  ["0 invoke get", "history, index 0: key: expected one in every call for key-value, got none"],
  [
    "0 invoke put@x null",
    "history, index 0: value of a call of put: expected a value other than null, got null",
  ],
  ["0 invoke append@x 1", "history, index 0: value of a call of append: expected a text, got 1"],
  [
    "0 invoke cas@x 1",
    "history, index 0: value of a call of cas: expected [expected, new], null for no value, got 1",
  ],
  [
    "0 invoke delete@x\n0 ok delete 1",
    "history, index 1: value of a return of delete: expected null, or whether there was a value, got 1",
  ],
])("key-value: %j is refused", (text, message) => {
  const error = caught(() => verdictOf(model, text));
  expect(error).toEqual({ name: "StandinTypeError", code: "HISTORY_VALUE", message });
});

test("key-value: another function is refused", () => {
  expect(caught(() => verdictOf(model, "0 invoke read@x")).code).toBe("HISTORY_FUNCTION");
});
