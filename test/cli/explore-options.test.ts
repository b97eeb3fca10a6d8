import { expect, test } from "vitest";
import { parseExploreOptions } from "../../src/cli/explore-options.ts";
import { ms, seconds } from "../../src/sim/time.ts";

const parse = (line: string) => parseExploreOptions(line.split(" ").filter((word) => word !== ""));

test("explore options: the defaults", () => {
  expect(parse("counter")).toEqual({
    scenario: "counter",
    explore: { mode: "swarm", scenario: {} },
    workers: undefined,
    shrinks: true,
    json: false,
  });
});

test("explore options: all of them", () => {
  const swarm =
    "--swarm --seeds 50 --from-seed 0 --until 2s --break no-witness --break torn-apply --part encode=feedback --fence power";
  expect(parse(`kv ${swarm} --workers 3 --json --no-shrink`)).toEqual({
    scenario: "kv",
    explore: {
      mode: "swarm",
      seeds: 50,
      fromSeed: 0,
      untilNs: seconds(2),
      scenario: {
        fence: "power",
        parts: { encode: "feedback" },
        broken: ["no-witness", "torn-apply"],
      },
    },
    workers: 3,
    shrinks: false,
    json: true,
  });
  expect(parse("./x.js --every-step --steps 9 --host a --host b --interval 5ms").explore).toEqual({
    mode: "every-step",
    steps: 9,
    hosts: ["a", "b"],
    scenario: { interval: ms(5) },
  });
  expect(parse("kv --points --requests 7").explore.scenario).toEqual({ client: { requests: 7 } });
  expect(parse("kv --points").explore.mode).toBe("points");
  expect(parse("kv --pairs").explore.mode).toBe("pairs");
  expect(parse("kv --cuts").explore.mode).toBe("cuts");
});

test.each([
  ["", "SCENARIO: expected one, got none"],
  ["counter kv", 'SCENARIO: expected one, got also "kv"'],
  [
    "counter --points --every-step",
    "expected one of --every-step, --points, --cuts, --pairs, --swarm, got --every-step and --points",
  ],
  ["counter --swarm --pairs", "got --pairs and --swarm"],
  ["counter --points --seeds 5", "--seeds: expected with --swarm, got it with --points"],
  ["counter --steps 5", "--steps: expected with --every-step, got it with --swarm"],
  ["counter --pairs --steps 5", "--steps: expected with --every-step, got it with --pairs"],
  [
    "counter --host a",
    "--host: expected with --every-step, --points, --cuts or --pairs, got it with",
  ],
  ["counter --requests 5", "--requests: expected with --every-step, --points, --cuts or --pairs"],
  ["counter --points --requests 0", "--requests: expected a whole number from 1 to 65535, got"],
  [
    "counter --interval 5ms",
    "--interval: expected with --every-step, --points, --cuts or --pairs, got it",
  ],
  ["counter --seeds 0", '--seeds: expected a whole number from 1 to 1000000000, got "0"'],
  ["counter --seeds many", '--seeds: expected a whole number from 1 to 1000000000, got "many"'],
  ["counter --from-seed x", "--from-seed: expected a whole number from 0 to 2^53 - 1"],
  ["counter --every-step --steps 0", "--steps: expected a whole number from 1"],
  ["counter --workers 0", '--workers: expected a whole number from 1 to 256, got "0"'],
  ["counter --until 9ms", "--until: expected a duration from 10 ms to 3600 s"],
  ["counter --points --interval 1us", "--interval: expected a duration from 10 us to 60 s"],
  ["counter --break gravity", "--break: expected one of release-at-stop, torn-apply"],
  ["counter --part encode=x", "encode: expected one of whole, "],
  ["counter --bogus", "expected one of the options --every-step, --points"],
  ["counter --seeds", "--seeds: expected a value, got none"],
])("explore options: %j is refused", (line, message) => {
  expect(() => parse(line)).toThrow(message);
});
