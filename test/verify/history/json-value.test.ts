import fc from "fast-check";
import { expect, test } from "vitest";
import {
  canonicalText,
  jsonFault,
  showValue,
  VALUE_DEPTH_MAX,
} from "../../../src/verify/history/json-value.ts";
import { caught } from "./caught.ts";

function nest(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

test("json value: equal values have equal texts, in whatever order their names stand", () => {
  expect(canonicalText({ b: [1, "x"], a: null })).toBe('{"a":null,"b":[1,"x"]}');
  expect(canonicalText({ a: null, b: [1, "x"] })).toBe('{"a":null,"b":[1,"x"]}');
  expect(canonicalText({ b: 1, a: undefined })).toBe('{"b":1}');
  expect(canonicalText(-0)).toBe("0");
  expect(canonicalText([true, 1.5, 1e21])).toBe("[true,1.5,1e+21]");
});

test("json value: the text reads back as the value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const plain: unknown = JSON.parse(JSON.stringify(value));
      expect(JSON.parse(canonicalText(value))).toEqual(plain);
    }),
  );
});

test.each<[string, unknown]>([
  ["a function", () => 1],
  ["undefined", undefined],
  ["NaN", Number.NaN],
  ["Infinity", [1, Number.POSITIVE_INFINITY]],
  ["a bigint", { a: 1n }],
  ["an object of a class", new Map()],
  ["undefined", [undefined]],
])("json value: %s is none", (fault, value) => {
  expect(jsonFault(value)).toBe(fault);
  expect(showValue(value)).toBe(fault);
  const { name, code, message } = caught(() => canonicalText(value));
  expect([name, code]).toEqual(["StandinTypeError", "JSON_VALUE"]);
  expect(message).toBe(`expected plain JSON data, got ${fault}`);
});

test("json value: nesting is bounded, and deep nesting does not overflow the stack", () => {
  expect(jsonFault(nest(VALUE_DEPTH_MAX))).toBeUndefined();
  expect(jsonFault(nest(VALUE_DEPTH_MAX + 1))).toBe("more than 32 levels of nesting");
  expect(jsonFault(nest(1_000_000))).toBe("more than 32 levels of nesting");
});

test("json value: a long value is cut where a message shows it", () => {
  expect(showValue("x".repeat(100))).toBe(`"${"x".repeat(59)}...`);
  expect(showValue([1, 2])).toBe("[1,2]");
});
