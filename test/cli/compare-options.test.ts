import { expect, test } from "vitest";
import { COMPARED_DEFAULT, parseCompareOptions } from "../../src/cli/compare-options.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { remus2008 } from "../../src/host/profiles/remus2008.ts";
import { ms } from "../../src/sim/time.ts";

const parse = (line: string) => parseCompareOptions(line.split(" ").filter((word) => word !== ""));

test("compare options: defaults", () => {
  expect(parse("parts")).toEqual({
    what: "parts",
    scenarios: COMPARED_DEFAULT.parts,
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
    what: "parts",
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
  expect(parse("schemes")).toMatchObject({ what: "schemes", scenarios: COMPARED_DEFAULT.schemes });
  expect(parse("schemes kv --interval 10ms").scenario).toEqual({ interval: ms(10), parts: {} });
});

test.each([
  ["", "expected what to compare (parts, schemes), got none"],
  ["schemes kv --part encode=feedback", "--part: expected with compare parts, got it with"],
  ["schemes kv --stage encode", "--stage: expected with compare parts, got it with"],
  ["kv", 'expected what to compare (parts, schemes), got "kv"'],
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
