import { expect, test } from "vitest";
import { parseSeed } from "../../src/cli/seed.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

test.each([
  ["0", 0],
  ["7", 7],
  ["9007199254740991", 2 ** 53 - 1],
])("seed: %s", (text, seed) => {
  expect(parseSeed("--seed", text)).toBe(seed);
});

test.each([
  "",
  "-1",
  "1.5",
  "1e3",
  "0x10",
  " 1",
  "seven",
  "9007199254740992",
  "99999999999999999999",
])("seed: %j is none", (text) => {
  expect(() => parseSeed("--seed", text)).toThrow(
    new UsageError(`--seed: expected a whole number from 0 to 2^53 - 1, got "${text}"`),
  );
});
