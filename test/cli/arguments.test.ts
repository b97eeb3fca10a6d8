import { expect, test } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

const options = { seed: { type: "string" }, json: { type: "boolean" } } as const;

test("arguments: options and places", () => {
  const { values, positionals } = parseArguments(["counter", "--seed=7", "--json"], options);
  expect({ ...values }).toEqual({ seed: "7", json: true });
  expect(positionals).toEqual(["counter"]);
});

test.each([
  [["--bogus"], "expected one of the options --seed, --json, got --bogus"],
  [["-x"], "expected one of the options --seed, --json, got -x"],
  [["--seed"], "--seed: expected a value, got none"],
  [["--json=1"], "--json: expected no value, got one"],
  [
    ["--seed", "--json"],
    "--seed: expected a value, got what looks like an option (--seed=VALUE takes it)",
  ],
])("arguments: %j", (args, message) => {
  expect(() => parseArguments(args, options)).toThrow(new UsageError(message));
});
