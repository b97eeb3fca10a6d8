import { expect, test } from "vitest";
import { HISTORY_ENTRIES_MAX } from "../../../src/verify/history/entry.ts";
import { parseHistory } from "../../../src/verify/history/parse-history.ts";
import { caught } from "./caught.ts";

const CALL = '{"process": 0, "type": "invoke", "f": "write", "value": 3, "time": 10, "index": 0}';
const RETURN = '{"process": 0, "type": "ok", "f": "write", "value": 3, "time": 25, "index": 1}';
const ENTRIES = [
  { process: 0, type: "invoke", f: "write", value: 3, time: 10, index: 0 },
  { process: 0, type: "ok", f: "write", value: 3, time: 25, index: 1 },
];

test("parse: an array, also over several lines and behind a byte order mark", () => {
  expect(parseHistory(`[${CALL},${RETURN}]`)).toEqual(ENTRIES);
  expect(parseHistory(`\uFEFF\n[\n${CALL},\n${RETURN}\n]\n`)).toEqual(ENTRIES);
  expect(parseHistory("[]")).toEqual([]);
});

test("parse: one entry a line, with empty lines and any line ends", () => {
  expect(parseHistory(`${CALL}\n${RETURN}`)).toEqual(ENTRIES);
  expect(parseHistory(`\n${CALL}\r\n\r\n${RETURN}\r\n`)).toEqual(ENTRIES);
});

test.each([
  ["nothing", "", "HISTORY_SHAPE", "got nothing"],
  ["blanks", " \n ", "HISTORY_SHAPE", "got nothing"],
  ["a number", "12", "HISTORY_SHAPE", 'got text that begins "12"'],
  ["other text", "hello, world", "HISTORY_SHAPE", 'got text that begins "hello, world"'],
  [
    "an array that ends too early",
    `[${CALL},${RETURN.slice(0, 20)}`,
    "HISTORY_JSON",
    'history, entry 1: expected an entry, then "," or "]", got text that ends too early',
  ],
  [
    "an array that is damaged",
    `[${CALL},nonsense,${RETURN}]`,
    "HISTORY_JSON",
    'history, entry 1: expected an entry, then "," or "]", got text that is not JSON',
  ],
  [
    "a last line that ends too early",
    `${CALL}\n\n${RETURN.slice(0, 20)}`,
    "HISTORY_JSON",
    "history, entry 1 (line 3): expected one whole entry a line, got a last line that ends too early",
  ],
  [
    "a line that is damaged",
    `${CALL}\n{"process"}\n${RETURN}\n`,
    "HISTORY_JSON",
    "history, entry 1 (line 2): expected one whole entry a line, got a line that is not JSON",
  ],
  ["an object", '{"history": []}', "HISTORY_FIELD", "history, index 0: type: expected"],
  ["an entry that is none", "[1]", "HISTORY_FIELD", "history, entry 0: expected an object"],
  [
    "a return without a call",
    `[${RETURN}]`,
    "HISTORY_PAIR",
    "history, index 1 (entry 0): expected an invoke",
  ],
])("parse: %s is refused", (_, text, code, message) => {
  const error = caught(() => parseHistory(text));
  expect(error.code).toBe(code);
  expect(error.message).toContain(message);
});

test("parse: too many entries are refused, in an array and in lines", () => {
  const count = HISTORY_ENTRIES_MAX + 1;
  const message = "history: expected at most 1000000 entries, got 1000001";
  for (const text of [`[${"1,".repeat(count - 1)}1]`, "{}\n".repeat(count)]) {
    const error = caught(() => parseHistory(text));
    expect(error).toEqual({ name: "StandinRangeError", code: "HISTORY_TOO_LONG", message });
  }
});

test("parse: a value nested many times is refused", () => {
  const value = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const text = `[{"process": 0, "type": "invoke", "f": "write", "value": ${value}}]`;
  const { message } = caught(() => parseHistory(text));
  expect(message).toMatch(/index 0: value: .*more than 32 levels of nesting/);
});
