import { expect, test } from "vitest";
import { parseCount } from "../../src/cli/count.ts";

test("count: whole numbers within the bounds, these included", () => {
  expect(parseCount("--n", "1", 1, 20)).toBe(1);
  expect(parseCount("--n", "020", 1, 20)).toBe(20);
});

test.each(["", "0", "21", "-1", "1.5", "1e1", "+3", " 3", "x", "99999999999999999"])(
  "count: %j is refused",
  (text) => {
    expect(() => parseCount("--n", text, 1, 20)).toThrow(
      `--n: expected a whole number from 1 to 20, got "${text}"`,
    );
  },
);
