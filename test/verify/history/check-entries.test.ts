// covers src/verify/history/check-entries.ts, src/verify/history/entry.ts
import { expect, test } from "vitest";
import {
  checkEntries,
  checkEntryCount,
  nameEntry,
} from "../../../src/verify/history/check-entries.ts";
import { HISTORY_ENTRIES_MAX } from "../../../src/verify/history/entry.ts";
import { caught } from "./caught.ts";

const call = { process: 0, type: "invoke", f: "read" };

test("entries: index and value are filled in, unknown fields are left out", () => {
  const given = [
    { ...call, value: null, time: 5, error: "timeout" },
    { process: "b", type: "ok", f: "read", value: [1], key: "x", time: 5 },
  ];
  expect(checkEntries(given)).toEqual([
    { index: 0, process: 0, type: "invoke", f: "read", value: null, time: 5 },
    { index: 1, process: "b", type: "ok", f: "read", value: [1], key: "x", time: 5 },
  ]);
});

test("entries: null says the same as leaving out", () => {
  expect(checkEntries([{ ...call, index: null, key: null, time: null }])).toEqual([
    { index: 0, process: 0, type: "invoke", f: "read", value: null },
  ]);
});

test("entries: indices may leave gaps, and messages then name the position as well", () => {
  expect(
    checkEntries([
      { ...call, index: 7 },
      { ...call, index: 9 },
    ]),
  ).toHaveLength(2);
  expect(nameEntry(9, 1)).toBe("index 9 (entry 1)");
  expect(nameEntry(1, 1)).toBe("index 1");
});

function message(given: readonly unknown[]): string {
  const error = caught(() => checkEntries(given));
  return `${error.name} ${error.code} ${error.message}`;
}

test.each<[string, readonly unknown[], string]>([
  [
    "no object",
    [call, 5],
    "StandinTypeError HISTORY_FIELD history, entry 1: expected an object such as",
  ],
  ["null", [null], "StandinTypeError HISTORY_FIELD history, entry 0: expected an object such as"],
  ["an array", [[]], "StandinTypeError HISTORY_FIELD history, entry 0: expected an object such as"],
  [
    "an unknown type",
    [call, { ...call, type: "okay" }],
    'StandinRangeError HISTORY_TYPE history, index 1: type: expected "invoke", "ok", "fail" or "info", got "okay"',
  ],
  [
    "no type",
    [{ process: 0, f: "read" }],
    'StandinTypeError HISTORY_FIELD history, index 0: type: expected "invoke", "ok", "fail" or "info", got undefined',
  ],
  [
    "no process",
    [{ type: "invoke", f: "read" }],
    "StandinTypeError HISTORY_FIELD history, index 0: process: expected an integer or a name, got undefined",
  ],
  [
    "half a process",
    [{ ...call, process: 0.5 }],
    "StandinTypeError HISTORY_FIELD history, index 0: process: expected an integer or a name, got 0.5",
  ],
  [
    "no f",
    [{ process: 0, type: "invoke" }],
    "StandinTypeError HISTORY_FIELD history, index 0: f: expected the name of a function, got undefined",
  ],
  [
    "a value that is no JSON",
    [{ ...call, value: () => 1 }],
    "StandinTypeError HISTORY_FIELD history, index 0: value: expected plain JSON data, got a function",
  ],
  [
    "a key that is none",
    [{ ...call, key: [1] }],
    "StandinTypeError HISTORY_FIELD history, index 0: key: expected an integer or a name, got [1]",
  ],
  [
    "an index below 0",
    [{ ...call, index: -1 }],
    "StandinTypeError HISTORY_FIELD history, entry 0: index: expected an integer of at least 0, got -1",
  ],
  [
    "an index that goes back",
    [
      { ...call, index: 4 },
      { ...call, index: 4 },
    ],
    "StandinRangeError HISTORY_INDEX history, entry 1: index: expected more than the 4 before it, got 4",
  ],
  [
    "a time that is none",
    [{ ...call, time: "now" }],
    'StandinTypeError HISTORY_FIELD history, index 0: time: expected a finite number, got "now"',
  ],
  [
    "a time that goes back, past entries without one",
    [{ ...call, time: 10 }, call, { ...call, time: 9 }],
    "StandinRangeError HISTORY_TIME history, index 2: time: expected at least the 10 of an earlier entry, got 9",
  ],
])("entries: %s is refused", (_, given, expected) => {
  expect(message(given)).toContain(expected);
});

test("entries: what is no array is refused", () => {
  expect(message({ length: 1 } as unknown as unknown[])).toBe(
    'StandinTypeError HISTORY_SHAPE history: expected an array of entries, got {"length":1}',
  );
});

test("entries: their number is bounded", () => {
  checkEntryCount(HISTORY_ENTRIES_MAX);
  expect(message(new Array(HISTORY_ENTRIES_MAX + 1))).toBe(
    "StandinRangeError HISTORY_TOO_LONG history: expected at most 1000000 entries, got 1000001",
  );
});
