import { expect, test } from "vitest";
import { COMPARED_DEFAULT, parseCompareOptions } from "../../src/cli/compare-options.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { remus2008 } from "../../src/host/profiles/remus2008.ts";
import { ms } from "../../src/sim/time.ts";

const parse = (line: string) => parseCompareOptions(line.split(" ").filter((word) => word !== ""));

test("compare options: defaults", () => {
  expect(parse("parts")).toEqual({
    scenarios: COMPARED_DEFAULT,
    isDefault: true,
    stages: undefined,
    seed: 1,
    untilNs: undefined,
    profile: modern,
    scenario: { parts: {} },
    format: "text",
  });
});

test("compare options: everything given", () => {
  const line =
    "parts kv ./own.js --stage encode --stage bring-up --part trigger=adaptive --seed 7 --until 80ms " +
    "--interval 10ms --profile remus2008 --json";
  expect(parse(line)).toEqual({
    scenarios: ["kv", "./own.js"],
    isDefault: false,
    stages: ["encode", "bring-up"],
    seed: 7,
    untilNs: ms(80),
    profile: remus2008,
    scenario: { interval: ms(10), parts: { trigger: "adaptive" } },
    format: "json",
  });
  expect(parse("parts --markdown").format).toBe("markdown");
});

test.each([
  ["", "expected what to compare (parts), got none"],
  ["kv", 'expected what to compare (parts), got "kv"'],
  ["parts --stage brake", "stage: expected one of trigger, track"],
  ["parts --part encode=x", "encode: expected one of whole, "],
  [
    "parts --stage encode --part encode=feedback",
    "--stage encode: expected a stage without --part, got encode=feedback",
  ],
  ["parts --json --markdown", "expected --json or --markdown, got both"],
  ["parts --seed x", "--seed: expected a whole number"],
  ["parts --until 0s", "--until: expected a duration from 1 us"],
  ["parts --interval 1us", "--interval: expected a duration from 10 us"],
  ["parts --profile x", "--profile: expected one of modern, remus2008"],
])("compare options: %j is refused", (line, message) => {
  expect(() => parse(line)).toThrow(message);
});
