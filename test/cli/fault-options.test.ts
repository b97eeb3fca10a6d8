import { expect, test } from "vitest";
import {
  checkWithin,
  parseCrash,
  parsePartition,
  parsePause,
} from "../../src/cli/fault-options.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { ms, seconds } from "../../src/sim/time.ts";

test("fault options: each kind in its form", () => {
  expect(parseCrash("a@310ms")).toEqual({
    type: "crash",
    given: "--crash a@310ms",
    host: "a",
    atNs: ms(310),
  });
  expect(parsePause("a@0.3s..450ms")).toMatchObject({ host: "a", fromNs: ms(300), toNs: ms(450) });
  expect(parsePartition("a-b@1s..1.5s")).toMatchObject({
    type: "partition",
    pair: "a-b",
    fromNs: seconds(1),
    toNs: ms(1_500),
  });
  expect(parsePartition("a>b@1ms..2ms")).toMatchObject({ pair: "a>b" });
});

test("fault options: host names may hold what separates", () => {
  expect(parseCrash("me@home@1ms")).toMatchObject({ host: "me@home", atNs: ms(1) });
  expect(parsePause("node..1@1ms..2ms")).toMatchObject({ host: "node..1" });
  expect(parsePartition("node-1-node-2@1ms..2ms")).toMatchObject({ pair: "node-1-node-2" });
});

test.each(["", "a", "a@", "@1ms", "310ms"])("fault options: --crash %j", (text) => {
  expect(() => parseCrash(text)).toThrow(
    new UsageError(`--crash ${text}: expected HOST@TIME, such as a@310ms, got "${text}"`),
  );
});

test.each(["a@1ms", "a@1ms..", "a@..2ms", "@1ms..2ms", "a", "a@1ms-2ms"])(
  "fault options: --pause %j",
  (text) => {
    expect(() => parsePause(text)).toThrow(
      new UsageError(
        `--pause ${text}: expected HOST@FROM..TO, such as a@300ms..450ms, got "${text}"`,
      ),
    );
  },
);

test.each([
  "ab@1ms..2ms",
  "a-@1ms..2ms",
  "-b@1ms..2ms",
  "a-b@1ms",
  "a-b",
  "a>@1ms..2ms",
  ">b@1ms..2ms",
])("fault options: --partition %j", (text) => {
  const form = "A-B@FROM..TO, such as a-b@300ms..1s, or A>B@FROM..TO";
  expect(() => parsePartition(text)).toThrow(
    new UsageError(`--partition ${text}: expected ${form}, got "${text}"`),
  );
});

test("fault options: times are durations, and windows have a length", () => {
  expect(() => parseCrash("a@soon")).toThrow(/^--crash a@soon: expected a duration such as/);
  expect(() => parsePause("a@1ms..1ms")).toThrow(
    new UsageError("--pause a@1ms..1ms: expected FROM before TO, got 1 ms and 1 ms"),
  );
  expect(() => parsePartition("a-b@2ms..1ms")).toThrow(
    /expected FROM before TO, got 2 ms and 1 ms$/,
  );
});

test("fault options: faults lie within the run, whose last moment only a window may touch", () => {
  const untilNs = ms(100);
  expect(() =>
    checkWithin([parseCrash("a@99ms"), parsePause("a@1ms..100ms")], untilNs),
  ).not.toThrow();
  for (const [fault, late] of [
    [parseCrash("a@100ms"), "100 ms"],
    [parsePause("a@1ms..101ms"), "101 ms"],
    [parsePartition("a-b@200ms..300ms"), "200 ms"],
  ] as const) {
    expect(() => checkWithin([fault], untilNs)).toThrow(
      new UsageError(
        `${fault.given}: expected times within the run of 100 ms (--until), got ${late}`,
      ),
    );
  }
});
