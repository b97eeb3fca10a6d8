import { expect, test } from "vitest";
import { checkEntries } from "../../../src/verify/history/check-entries.ts";
import type { Operation } from "../../../src/verify/history/operation.ts";
import { pairHistory } from "../../../src/verify/history/pair-history.ts";
import { historyText } from "../linearizability/history-text.ts";
import { caught } from "./caught.ts";

const pair = (text: string): readonly Operation[] => pairHistory(checkEntries(historyText(text)));

test("pairing: every call gets what became of it, in the order of the calls", () => {
  const operations = pair(`
    0 invoke write@x 1
    1 invoke read
    0 ok write 1
    2 invoke write 2
    1 ok read 7
    2 fail write 2
    3 invoke write 3
    3 info write 3
    4 invoke read`);
  expect(operations).toEqual([
    {
      process: 0,
      f: "write",
      key: "x",
      input: 1,
      outcome: "ok",
      output: 1,
      callIndex: 0,
      returnIndex: 2,
    },
    { process: 1, f: "read", input: null, outcome: "ok", output: 7, callIndex: 1, returnIndex: 4 },
    { process: 3, f: "write", input: 3, outcome: "open", output: null, callIndex: 6 },
    { process: 4, f: "read", input: null, outcome: "open", output: null, callIndex: 8 },
  ]);
});

test("pairing: a process may go on after info", () => {
  const operations = pair("0 invoke write 1\n0 info write 1\n0 invoke read\n0 ok read 1");
  expect(operations.map(({ outcome }) => outcome)).toEqual(["open", "ok"]);
});

test("pairing: a number and its text are two processes", () => {
  const entries = [
    { process: 1, type: "invoke", f: "read" },
    { process: "1", type: "invoke", f: "read" },
  ];
  expect(pairHistory(checkEntries(entries))).toHaveLength(2);
});

test("pairing: what the nemesis does is no operation", () => {
  const entries = [
    { process: "nemesis", type: "info", f: "start" },
    { process: "nemesis", type: "info", f: "start" },
  ];
  expect(pairHistory(checkEntries(entries))).toEqual([]);
});

test.each([
  [
    "a return without a call",
    "0 invoke read\n0 ok read 1\n0 ok read 1",
    "history, index 2: expected an invoke of process 0 before its ok, got none",
  ],
  [
    "a return of another process",
    "0 invoke read\n1 info read",
    "history, index 1: expected an invoke of process 1 before its info, got none",
  ],
  [
    "two calls of a process at once",
    "0 invoke read\n0 invoke write 1",
    'history, index 1: expected of process 0 the end of its call at index 0 first, got a second invoke of f "write"',
  ],
  [
    "a return of another function",
    "0 invoke read\n0 ok write 1",
    'history, index 1: expected f "read" as in its call at index 0, got "write"',
  ],
  [
    "a return on another key",
    "0 invoke get@x\n0 ok get@y 1",
    'history, index 1: expected key "x" as in its call at index 0, got "y"',
  ],
  [
    "a return on a key that the call did not have",
    "0 invoke get\n0 ok get@y 1",
    'history, index 1: expected no key as in its call at index 0, got "y"',
  ],
])("pairing: %s is refused", (_, text, message) => {
  const error = caught(() => pair(text));
  expect(error).toEqual({ name: "StandinRangeError", code: "HISTORY_PAIR", message });
});
