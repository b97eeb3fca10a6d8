import { expect, test } from "vitest";
import { parseRunOptions } from "../../src/cli/run-options.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { remus2008 } from "../../src/host/profiles/remus2008.ts";
import { ms, seconds } from "../../src/sim/time.ts";

test("run options: defaults", () => {
  expect(parseRunOptions(["counter"])).toEqual({
    scenario: "counter",
    seed: 1,
    untilNs: undefined,
    intervalNs: undefined,
    profile: modern,
    fence: undefined,
    scheme: undefined,
    parts: {},
    faults: [],
    trace: undefined,
    json: false,
  });
});

test("run options: everything given", () => {
  const args =
    "kv --seed 7 --until 2s --interval 5ms --profile remus2008 --trace t.json --json --crash a@1ms " +
    "--crash b@2ms --fence power --scheme checkpoint --part encode=feedback --part track=shadow --pause a@1ms..2ms --partition a-b@1ms..2ms --partition a>b@3ms..4ms";
  expect(parseRunOptions(args.split(" "))).toMatchObject({
    scenario: "kv",
    seed: 7,
    untilNs: seconds(2),
    intervalNs: ms(5),
    profile: remus2008,
    fence: "power",
    scheme: "checkpoint",
    parts: { encode: "feedback", track: "shadow" },
    trace: "t.json",
    json: true,
    faults: [
      { type: "crash", host: "a" },
      { type: "crash", host: "b" },
      { type: "partition", pair: "a-b" },
      { type: "partition", pair: "a>b" },
      { type: "pause" },
    ],
  });
});

test.each([
  ["", "SCENARIO: expected one, got none"],
  ["counter kv", 'SCENARIO: expected one, got also "kv"'],
  ["counter --seed x", '--seed: expected a whole number from 0 to 2^53 - 1, got "x"'],
  ["counter --until 0s", '--until: expected a duration from 1 us to 3600 s, got "0s"'],
  ["counter --until 61m", '--until: expected a duration from 1 us to 3600 s, got "61m"'],
  ["counter --interval 9us", '--interval: expected a duration from 10 us to 60 s, got "9us"'],
  ["counter --part x", "--part: expected STAGE=NAME, such as encode=feedback"],
  ["counter --fence x", /^fence: expected one of witness, .*, got "x"$/],
  ["counter --scheme x", /^scheme: expected one of checkpoint, .*, got "x"$/],
  ["counter --scheme hybrid --part encode=feedback", "--part: expected with --scheme checkpoint"],
  ["counter --scheme vmware-ft --interval 5ms", "--interval: expected with a scheme that makes"],
  ["counter --profile x", '--profile: expected one of modern, remus2008, got "x"'],
  [
    "counter --trace x",
    '--trace: expected a name that ends in .json (Chrome Trace) or .ndjson (one record per line), got "x"',
  ],
])("run options: %j", (args, message) => {
  expect(() => parseRunOptions(args.split(" ").filter((arg) => arg !== ""))).toThrow(message);
});
