import fc from "fast-check";
import { expect, test } from "vitest";
import type { HistoryEntry } from "../../../src/verify/history/entry.ts";
import { formatHistory } from "../../../src/verify/history/format-history.ts";
import { parseHistory } from "../../../src/verify/history/parse-history.ts";
import { simulateHistory } from "../../../src/verify/history/simulate-history.ts";
import { drawsFrom } from "../linearizability/random-draws.ts";
import { objects } from "../linearizability/simulated-objects.ts";
import { caught } from "./caught.ts";

const history: readonly HistoryEntry[] = [
  { process: 0, type: "invoke", f: "put", value: { a: [1] }, key: "x", time: 10, index: 3 },
  { process: 0, type: "ok", f: "put", value: null, index: 5 },
];

test("format: an array with one entry a line", () => {
  expect(formatHistory(history)).toBe(`[
{"process":0,"type":"invoke","f":"put","value":{"a":[1]},"key":"x","time":10,"index":3},
{"process":0,"type":"ok","f":"put","value":null,"index":5}
]
`);
  expect(formatHistory([])).toBe("[]\n");
});

test("format: lines", () => {
  expect(formatHistory(history, "lines").split("\n")).toHaveLength(3);
  expect(formatHistory([], "lines")).toBe("");
});

test("format: what is written reads back the same, in both forms", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom("array", "lines"), (seed, form) => {
      const options = { clients: 3, operations: 20, openPercent: 20, failPercent: 10 };
      const given = simulateHistory(objects["key-value"], options, drawsFrom([], seed));
      expect(parseHistory(formatHistory(given, form))).toEqual(given);
    }),
    { numRuns: 30 },
  );
});

test("format: a malformed entry is refused, not written", () => {
  const { code } = caught(() => formatHistory([{ process: 0.5, type: "ok", f: "put" }]));
  expect(code).toBe("HISTORY_FIELD");
});
