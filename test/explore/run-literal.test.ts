import { expect, test } from "vitest";
import { drawCase } from "../../src/explore/draw-case.ts";
import { formatRun, parseRun } from "../../src/explore/run-literal.ts";
import { ms } from "../../src/sim/time.ts";

const SETTING = { hosts: ["a", "b", "witness"], points: ["commit.sent"], untilNs: ms(1_000) };

test("run literal: whatever a swarm draws comes back as it went out", () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const named = {
      scenario: "counter",
      run: drawCase(seed, { ...SETTING, broken: ["no-witness"] }),
    };
    const text = formatRun(named);
    expect(text).not.toMatch(/['\n]/);
    expect(parseRun(text)).toEqual(named);
  }
});

test("run literal: the parts of a checkpoint come back as they went out", () => {
  const run = drawCase(1, SETTING);
  const parts = { encode: "feedback", capture: "brownout" };
  const named = { scenario: "counter", run: { ...run, options: { ...run.options, parts } } };
  expect(parseRun(formatRun(named))).toEqual(named);
});

test("run literal: the scheme comes back as it went out", () => {
  const run = drawCase(1, { ...SETTING, scheme: "vmware-ft" });
  const named = { scenario: "counter", run };
  expect(parseRun(formatRun(named))).toEqual(named);
  expect(run.options.scheme).toBe("vmware-ft");
});

test("run literal: the fence, and all of the detection, come back as they went out", () => {
  const run = drawCase(1, { ...SETTING, fence: "power-head-start" });
  expect(run.options.fence).toBe("power-head-start");
  const detection = {
    ...{ heartbeat: ms(5), timeout: ms(50), replicationTimeout: ms(70) },
    ...{ paths: ["link", "switch"] as const, trafficCounts: true },
  };
  const named = { scenario: "counter", run: { ...run, options: { ...run.options, detection } } };
  expect(parseRun(formatRun(named))).toEqual(named);
});

test("run literal: a name with a quote in it does not end the argument", () => {
  const named = { scenario: "./it's.js", run: drawCase(1, SETTING) };
  expect(formatRun(named)).not.toContain("'");
  expect(parseRun(formatRun(named))).toEqual(named);
});

const good = {
  scenario: "counter",
  seed: 1,
  untilNs: 5,
  options: {},
  plan: { version: 1, faults: [] },
};

test.each([
  ["{", 'run: expected whole JSON, got "{"'],
  ["[]", "run: expected an object, got []"],
  [{ ...good, scenario: "" }, 'scenario: expected a name, got ""'],
  [{ ...good, seed: -1 }, "seed: expected a whole number from 0 to 9007199254740991, got -1"],
  [{ ...good, untilNs: 0 }, "untilNs: expected a whole number from 1"],
  [
    { ...good, extra: 1 },
    'run: expected fields scenario, seed, untilNs, options, plan, got "extra"',
  ],
  [{ ...good, options: { speed: 1 } }, 'got "speed"'],
  [{ ...good, options: { interval: "x" } }, "options.interval: expected a whole number from 1"],
  [
    { ...good, options: { link: { latency: "1" } } },
    'options.link.latency: expected a number, got "1"',
  ],
  [{ ...good, options: { client: { hurry: 1 } } }, "options.client: expected fields requests"],
  [
    { ...good, options: { broken: ["everything"] } },
    "options.broken: expected some of release-at-stop",
  ],
  [{ ...good, options: { fence: 1 } }, "options.fence: expected a name, got 1"],
  [{ ...good, options: { fence: "x" } }, "fence: expected one of witness, "],
  [
    { ...good, options: { detection: { paths: ["x"] } } },
    'options.detection.paths: expected a list of link, switch, got ["x"]',
  ],
  [{ ...good, options: { detection: { paths: 1 } } }, "options.detection.paths: expected a list"],
  [
    { ...good, options: { detection: { trafficCounts: 1 } } },
    "options.detection.trafficCounts: expected true or false, got 1",
  ],
  [{ ...good, options: { scheme: 1 } }, "options.scheme: expected a name, got 1"],
  [{ ...good, options: { scheme: "x" } }, "scheme: expected one of checkpoint, "],
  [{ ...good, options: { parts: "all" } }, "options.parts: expected an object"],
  [{ ...good, options: { parts: { encode: 1 } } }, "options.parts.encode: expected a name, got 1"],
  [{ ...good, options: { parts: { encode: "x" } } }, "encode: expected one of whole, "],
  [{ ...good, options: { parts: { brake: "x" } } }, "stage: expected one of trigger, "],
  [{ ...good, options: { broken: "all" } }, "options.broken: expected a list of names"],
  [{ ...good, plan: { version: 1, faults: [{ kind: "flood" }] } }, "flood"],
  [{ ...good, plan: undefined }, "plan"],
])("run literal: %j is refused", (given, message) => {
  const text = typeof given === "string" ? given : JSON.stringify(given);
  expect(() => parseRun(text)).toThrow(message);
});

test("run literal: a text without bounds is not read", () => {
  expect(() => parseRun(" ".repeat(1_048_577))).toThrow("expected at most 1048576 characters");
});
