// covers src/cli/compare-options.ts, src/cli/compare-arguments.ts, src/cli/sweep-options.ts
import { expect, test } from "vitest";
import { parseCompareArguments } from "../../src/cli/compare-arguments.ts";
import { COMPARED_DEFAULT, compareOptions } from "../../src/cli/compare-options.ts";
import { sweepOptions } from "../../src/cli/sweep-options.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { remus2008 } from "../../src/host/profiles/remus2008.ts";
import { ms, seconds } from "../../src/sim/time.ts";

function parse(line: string) {
  const words = line.split(" ").filter((word) => word !== "");
  const { what, ...given } = parseCompareArguments(words);
  return what === "sweep" ? sweepOptions(given) : compareOptions(what, given);
}

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
  expect(parse("schemes kv --interval 10ms")).toMatchObject({
    scenario: { interval: ms(10), parts: {} },
  });
});

test("compare options: scenarios by place and by name", () => {
  expect(parse("schemes kv --scenario sqlite --scenario counter")).toMatchObject({
    scenarios: ["kv", "sqlite", "counter"],
    isDefault: false,
  });
  expect(parse("parts --scenario kv")).toMatchObject({ scenarios: ["kv"], isDefault: false });
});

test("compare options: sweeps", () => {
  expect(parse("sweep")).toEqual({
    ...{ sweeps: ["similarity", "minimum-interval"], scheme: "active-active", svg: undefined },
    ...{ seed: 1, untilNs: seconds(1), profile: modern, format: "text" },
  });
  const line = "sweep similarity --svg a.svg --scheme colo --until 80ms --seed 7 --json";
  expect(parse(line)).toEqual({
    ...{ sweeps: ["similarity"], scheme: "colo", svg: "a.svg" },
    ...{ seed: 7, untilNs: ms(80), profile: modern, format: "json" },
  });
  expect(parse("sweep similarity similarity")).toMatchObject({ sweeps: ["similarity"] });
});

test.each([
  ["", "expected what to compare (parts, schemes, sweep), got none"],
  ["schemes kv --part encode=feedback", "--part: expected with compare parts, got it with"],
  ["schemes kv --stage encode", "--stage: expected with compare parts, got it with"],
  ["kv", 'expected what to compare (parts, schemes, sweep), got "kv"'],
  ["schemes --svg a.svg", "--svg: expected with compare sweep, got it with compare schemes"],
  ["parts --scheme colo", "--scheme: expected with compare sweep, got it with compare parts"],
  ["sweep brake", 'SWEEP: expected one of similarity, minimum-interval, got "brake"'],
  [
    "sweep --svg a.svg",
    "--svg: expected one sweep to draw (similarity or minimum-interval), got 2",
  ],
  ["sweep similarity --svg a.png", '--svg: expected a name that ends in .svg, got "a.png"'],
  ["sweep --scheme remus", "--scheme: expected one of active-active, colo, quasi-lockstep, got"],
  ["sweep --interval 5ms", "--interval: expected without compare sweep, got it with"],
  ["sweep --scenario kv", "--scenario: expected without compare sweep, got it with"],
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
