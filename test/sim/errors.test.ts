import { expect, test } from "vitest";
import {
  InvariantError,
  ProcessError,
  StandinRangeError,
  StandinTypeError,
} from "../../src/sim/errors.ts";

const place = {
  seed: 7,
  timeNs: 12_345_000,
  time: "12.345 ms",
  tracePosition: 3,
  processName: "p",
};

test("errors: argument errors are the language's own, with a code", () => {
  const type = new StandinTypeError("A", "expected one, got two");
  const range = new StandinRangeError("B", "expected 1, got 2");
  expect(type).toBeInstanceOf(TypeError);
  expect(range).toBeInstanceOf(RangeError);
  expect([type.code, range.code]).toEqual(["A", "B"]);
  expect([type.name, range.name]).toEqual(["StandinTypeError", "StandinRangeError"]);
});

test("errors: an invariant error learns its place once", () => {
  const error = new InvariantError("pages are equal");
  expect(error.code).toBe("INVARIANT");
  expect([error.seed, error.timeNs, error.tracePosition, error.processName]).toEqual(
    new Array(4).fill(undefined),
  );
  error.locate(place);
  error.locate({ ...place, seed: 8, processName: "outer" });
  expect([error.seed, error.timeNs, error.tracePosition, error.processName]).toEqual([
    7,
    12_345_000,
    3,
    "p",
  ]);
  const message = 'pages are equal (process "p" at 12.345 ms, trace position 3, seed 7)';
  expect(error.message).toBe(message);
  expect(error.stack).toContain(message);
});

test("errors: a message with replacement patterns stays as it is", () => {
  const error = new InvariantError("costs $& and $1");
  error.locate(place);
  expect(error.stack).toContain('costs $& and $1 (process "p"');
});

test("errors: a process error tells what, who, when and where", () => {
  const cause = new RangeError("too far");
  const error = new ProcessError(place, cause);
  expect(error.message).toBe(
    'process "p" failed at 12.345 ms, trace position 3, seed 7: RangeError: too far',
  );
  expect(error).toMatchObject({
    code: "PROCESS_FAILED",
    name: "ProcessError",
    processName: "p",
    timeNs: 12_345_000,
    tracePosition: 3,
    seed: 7,
    cause,
  });
  expect(new ProcessError(place, "just text").message).toContain("seed 7: just text");
});
