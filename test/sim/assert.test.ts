import { expect, test } from "vitest";
import { assert } from "../../src/sim/assert.ts";
import { InvariantError } from "../../src/sim/errors.ts";

test("assert: what holds passes, what does not throws", () => {
  expect(() => assert(true, "fine")).not.toThrow();
  expect(() => assert(false, "pages are equal")).toThrow(InvariantError);
  expect(() => assert(false, "pages are equal")).toThrow("pages are equal");
});

test("assert: narrows types", () => {
  const value: string | undefined = ["text"][0];
  assert(value !== undefined, "there is a text");
  expect(value.length).toBe(4);
});
