import { expect, test } from "vitest";
import type { Operation } from "../../../src/verify/history/operation.ts";
import {
  malformedCall,
  malformedReturn,
  missingKey,
  unknownFunction,
} from "../../../src/verify/linearizability/operation-error.ts";

const operation: Operation = {
  process: 0,
  f: "push",
  input: [1],
  outcome: "ok",
  output: 2,
  callIndex: 3,
  returnIndex: 8,
};

test("operation errors: each names the entry, what was expected and what was given", () => {
  expect(unknownFunction(operation, "stack", ["pop"]).message).toBe(
    'history, index 3: f: expected "pop" for stack, got "push"',
  );
  expect(unknownFunction(operation, "stack", ["pop", "top", "size"]).message).toContain(
    '"pop", "top" or "size"',
  );
  expect(malformedCall(operation, "a number").message).toBe(
    "history, index 3: value of a call of push: expected a number, got [1]",
  );
  expect(malformedCall(operation, "a number", "x").message).toContain('got "x"');
  expect(malformedReturn(operation, "null").message).toBe(
    "history, index 8: value of a return of push: expected null, got 2",
  );
  expect(missingKey(operation, "stack").message).toBe(
    "history, index 3: key: expected one in every call for stack, got none",
  );
});
