import fc from "fast-check";
import { expect, test } from "vitest";
import { plainRecord } from "../../src/fast-check/plain-record.ts";
import { simplest } from "./simplest.ts";

const fields = { a: fc.nat(9), b: fc.constantFrom("x", "y") };

test("plain record: every field is there unless told otherwise", () => {
  fc.assert(
    fc.property(plainRecord(fields), (drawn) => {
      expect(Object.keys(drawn)).toEqual(["a", "b"]);
      expect(Object.getPrototypeOf(drawn)).toBe(Object.prototype);
    }),
  );
});

test("plain record: fields that are not required come, go, and are left out when shrunk", () => {
  const some = plainRecord(fields, ["b"]);
  const lengths = new Set(fc.sample(some, 100).map((drawn) => Object.keys(drawn).length));
  expect(lengths).toEqual(new Set([1, 2]));
  expect(simplest(some, () => false).value).toEqual({ b: "x" });
  expect(simplest(some, ({ a = 0 }) => a < 4).value).toEqual({ a: 4, b: "x" });
});
