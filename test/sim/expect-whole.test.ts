import { expect, test } from "vitest";
import { expectWhole } from "../../src/sim/expect-whole.ts";

const check = (value: number, least: number, most?: number) => () => {
  expectWhole("SOME_OPTION", "size", value, least, most);
};

test("expect whole: whole numbers within their bounds pass, the bounds with them", () => {
  for (const value of [3, 4, 9]) expect(check(value, 3, 9)).not.toThrow();
  expect(check(Number.MAX_SAFE_INTEGER, 0)).not.toThrow();
});

test.each([
  [2, 3, 9, "size: expected a whole number from 3 to 9, got 2"],
  [10, 3, 9, "size: expected a whole number from 3 to 9, got 10"],
  [3.5, 3, 9, "size: expected a whole number from 3 to 9, got 3.5"],
  [0, 1, undefined, "size: expected a whole number of at least 1, got 0"],
  [Number.NaN, 1, undefined, "size: expected a whole number of at least 1, got NaN"],
  [2 ** 53, 1, undefined, "size: expected a whole number of at least 1, got 9007199254740992"],
])("expect whole: %d, least %d, most %s", (value, least, most, message) => {
  expect(check(value, least, most)).toThrow(message);
  expect(check(value, least, most)).toThrow(expect.objectContaining({ code: "SOME_OPTION" }));
});
