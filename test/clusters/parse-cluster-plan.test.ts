import { expect, test } from "vitest";
import {
  CLUSTER_CHARS_MAX,
  type KnownNames,
  parseClusterPlan,
} from "../../src/clusters/parse-cluster-plan.ts";
import { schemeNames } from "../../src/schemes/scheme-choice.ts";

const known: KnownNames = {
  guests: ["counter", "kv"],
  schemes: schemeNames,
  profiles: ["modern", "remus2008"],
};

type Fields = Readonly<Record<string, unknown>>;

const HOSTS = [{ name: "a" }, { name: "b" }, { name: "c" }];

/** A small plan with changes; a field that is undefined is left out. */
function parse(changes: Fields = {}) {
  const least = { version: 1, name: "small", until: "5s", hosts: HOSTS };
  const machines = [{ name: "m", guest: "counter" }];
  return parseClusterPlan(JSON.stringify({ ...least, machines, ...changes }), known);
}

test("parse cluster plan: the least that there must be, and all defaults", () => {
  expect(parse()).toEqual({
    ...{ name: "small", seed: 1, untilNs: 5_000_000_000, profile: "modern" },
    ...{ link: {}, detection: {}, hosts: HOSTS, schedule: [] },
    coordinator: { syncsMost: 2, reportNs: 1e8, lookNs: 5e7, silenceNs: 5e8 },
    machines: [
      { name: "m", guest: "counter", scheme: "checkpoint", clients: 1, thinkNs: 100_000_000 },
    ],
  });
});

test("parse cluster plan: everything that there can be", () => {
  const plan = parse({
    ...{ seed: 9, profile: "remus2008", protectedWithin: "2s" },
    link: { latency: "50us", bandwidth: "10Gbit/s", jitter: "1us", loss: 0.01 },
    detection: { heartbeat: "10ms", timeout: "80ms" },
    coordinator: { syncsMost: 3, report: "20ms", look: "10ms", silence: "90ms" },
    hosts: [
      { name: "h", count: 2, memory: "64MiB", domain: "rack 1" },
      { name: "x", domain: "rack 2" },
    ],
    machines: [
      {
        ...{ name: "m", count: 2, guest: "kv", memory: "1MiB", scheme: "checkpoint" },
        ...{ interval: "50ms", parts: { encode: "word-difference" } },
        ...{ primary: "h1", secondary: "x", clients: 2, think: "5ms", requests: 7 },
      },
    ],
    failures: { meanBetween: "3s", meanRepair: "1s", from: "0s", until: "4s" },
    schedule: [
      { at: "0s", do: "crash", host: "h1" },
      { at: "1s", do: "restart", host: "h1" },
      { at: "1s", do: "evacuate", host: "x" },
      { at: "1s", do: "use", host: "x" },
      { at: "2s", do: "pause", host: "h2", for: "10ms" },
      { at: "2s", do: "partition", between: ["h1", "x"], for: "30ms" },
      { at: "3s", do: "hand-over", machine: "m1" },
      { at: "3s", do: "dismiss", machine: "m2" },
      { at: "4s", do: "rolling-restart" },
      { at: "5s", do: "rolling-restart", off: "2s" },
    ],
    availability: { meanBetween: "3y", meanRepair: "4h", restore: "2h", years: 10 },
  });
  const rack = { memoryBytes: 67_108_864, domain: "rack 1" };
  const shared = {
    ...{ guest: "kv", memoryBytes: 1_048_576, scheme: "checkpoint", intervalNs: 50_000_000 },
    ...{ parts: { encode: "word-difference" }, primary: "h1", secondary: "x" },
    ...{ clients: 2, thinkNs: 5_000_000, requests: 7 },
  };
  const S = 1_000_000_000;
  expect(plan).toEqual({
    ...{ name: "small", seed: 9, untilNs: 5 * S, profile: "remus2008", protectedWithinNs: 2 * S },
    link: { latency: 50_000, bandwidth: 10_000_000_000, jitter: 1_000, loss: 0.01 },
    detection: { heartbeat: 10_000_000, timeout: 80_000_000 },
    coordinator: { syncsMost: 3, reportNs: 2e7, lookNs: 1e7, silenceNs: 9e7 },
    hosts: [
      { name: "h1", ...rack },
      { name: "h2", ...rack },
      { name: "x", domain: "rack 2" },
    ],
    machines: [
      { name: "m1", ...shared },
      { name: "m2", ...shared },
    ],
    failures: { betweenNs: 3 * S, repairNs: S, fromNs: 0, untilNs: 4 * S },
    schedule: [
      { atNs: 0, do: "crash", host: "h1" },
      { atNs: S, do: "restart", host: "h1" },
      { atNs: S, do: "evacuate", host: "x" },
      { atNs: S, do: "use", host: "x" },
      { atNs: 2 * S, do: "pause", host: "h2", forNs: 10_000_000 },
      { atNs: 2 * S, do: "partition", between: ["h1", "x"], forNs: 30_000_000 },
      { atNs: 3 * S, do: "hand-over", machine: "m1" },
      { atNs: 3 * S, do: "dismiss", machine: "m2" },
      { atNs: 4 * S, do: "rolling-restart", offNs: S },
      { atNs: 5 * S, do: "rolling-restart", offNs: 2 * S },
    ],
    availability: {
      ...{ betweenMs: 94_608_000_000, repairMs: 14_400_000, restoreMs: 7_200_000, years: 10 },
    },
  });
});

test("parse cluster plan: failures begin after a second, in a shorter run at its end, and end with it", () => {
  const failures = { meanBetween: "3s", meanRepair: "1s" };
  expect(parse({ failures }).failures).toEqual({ betweenNs: 3e9, repairNs: 1e9, fromNs: 1e9 });
  expect(parse({ failures, until: "20ms" }).failures?.fromNs).toBe(2e7);
});

test.each([
  ["", 'cluster: expected an object in JSON, got text that is none: ""'],
  ['{"version": 1, "na', 'got text that is none: "{\\"version\\": 1, \\"na"'],
  ["{}}", "got text that is none"],
  [" ".repeat(CLUSTER_CHARS_MAX + 1), "cluster: expected at most 1048576 characters, got 1048577"],
])("parse cluster plan: text that is no JSON, or too long (%#)", (text, message) => {
  const parsing = () => parseClusterPlan(text, known);
  expect(parsing).toThrow(expect.objectContaining({ code: "CLUSTER_JSON" }));
  expect(parsing).toThrow(message);
});

test.each(["null", "[]", "1", '"a"', "true"])("parse cluster plan: %s is no object", (text) => {
  expect(() => parseClusterPlan(text, known)).toThrow("cluster: expected an object, got");
});

const machine = (changes: Fields): Fields => ({
  machines: [{ name: "m", guest: "counter", ...changes }],
});
const operation = (changes: Fields): Fields => ({
  schedule: [{ at: "1s", do: "crash", ...changes }],
});
const years = { meanBetween: "90d", meanRepair: "4h", restore: "2h" };
const failing = { meanBetween: "3s", meanRepair: "1s" };

test.each<[string, Fields, string]>([
  ["FIELD", { version: undefined }, "cluster.version: expected a number, got nothing"],
  ["FIELD", { version: "1" }, 'cluster.version: expected a number, got "1"'],
  ["VALUE", { version: 2 }, "cluster.version: expected 1, the only one that there is, got 2"],
  ["FIELD", { host: [] }, "cluster: expected no fields but version, until, name, seed, profile,"],
  ["FIELD", { name: undefined }, "cluster.name: expected 1 to 64 printable ASCII characters"],
  [
    "VALUE",
    { seed: -1 },
    "cluster.seed: expected a whole number from 0 to 9007199254740991, got -1",
  ],
  ["VALUE", { until: "999us" }, 'cluster.until: expected from 1 ms to 86400 s, got "999us"'],
  ["VALUE", { until: "25h" }, 'got "25h"'],
  [
    "VALUE",
    { profile: "pdp11" },
    'cluster.profile: expected one of modern, remus2008, got "pdp11"',
  ],
  ["FIELD", { link: { speed: 1 } }, "cluster.link: expected no fields but latency"],
  ["VALUE", { link: { loss: 2 } }, "cluster.link.loss: expected from 0 to 1, got 2"],
  ["FIELD", { detection: { timeOut: "1s" } }, "cluster.detection: expected no fields but"],
  [
    "FIELD",
    { coordinator: { every: "1s" } },
    "cluster.coordinator: expected no fields but syncsMost",
  ],
  [
    "VALUE",
    { coordinator: { syncsMost: 0 } },
    "cluster.coordinator.syncsMost: expected a whole number from 1",
  ],
  ["FIELD", { protectedWithin: 5 }, "cluster.protectedWithin: expected a time"],
  ["VALUE", { hosts: [] }, "cluster.hosts: expected at least 2, got 0"],
  ["VALUE", { hosts: undefined }, "cluster.hosts: expected at least 2, got 0"],
  ["VALUE", { hosts: [{ name: "a" }] }, "cluster.hosts: expected at least 2, got 1"],
  [
    "VALUE",
    { hosts: [...HOSTS, { name: "a" }] },
    'cluster.hosts: expected each name once, got "a" twice',
  ],
  ["VALUE", { hosts: [{ name: "h2" }, { name: "h", count: 3 }] }, 'got "h2" twice'],
  [
    "VALUE",
    { hosts: [{ name: "h", count: 257 }] },
    "cluster.hosts[0].count: expected a whole number from 1 to 256, got 257",
  ],
  [
    "VALUE",
    { hosts: [{ name: "h", count: 256 }, { name: "x" }] },
    "cluster.hosts: expected at most 256, got 257",
  ],
  [
    "VALUE",
    { hosts: [...HOSTS, { name: "witness" }] },
    'cluster.hosts: expected names other than witness, coordinator, array, got "witness"',
  ],
  ["VALUE", { hosts: [...HOSTS, { name: "coordinator" }] }, 'got "coordinator"'],
  ["VALUE", { hosts: [...HOSTS, { name: "array" }] }, 'got "array"'],
  [
    "FIELD",
    { hosts: [...HOSTS, { name: "d", memory: 64 }] },
    "cluster.hosts[3].memory: expected a size such as 64MiB",
  ],
  [
    "FIELD",
    { hosts: [...HOSTS, { name: "d", rack: "1" }] },
    "cluster.hosts[3]: expected no fields but",
  ],
  ["VALUE", { machines: [] }, "cluster.machines: expected at least 1, got 0"],
  [
    "FIELD",
    machine({ guest: "counter", memroy: "1MiB" }),
    "cluster.machines[0]: expected no fields but",
  ],
  [
    "VALUE",
    machine({ guest: "vax" }),
    'cluster.machines[0].guest: expected one of counter, kv, got "vax"',
  ],
  [
    "VALUE",
    machine({ scheme: "luck" }),
    "cluster.machines[0].scheme: expected one of checkpoint, remus",
  ],
  [
    "VALUE",
    machine({ parts: { encode: "zip" } }),
    "cluster.machines[0].parts.encode: expected one of",
  ],
  [
    "FIELD",
    machine({ parts: { zip: "zip" } }),
    "cluster.machines[0].parts: expected no fields but",
  ],
  [
    "VALUE",
    machine({ clients: 33 }),
    "cluster.machines[0].clients: expected a whole number from 0 to 32",
  ],
  [
    "VALUE",
    machine({ requests: 65_536 }),
    "cluster.machines[0].requests: expected a whole number from 0",
  ],
  ["VALUE", machine({ think: "2h" }), "cluster.machines[0].think: expected from 1 ns to 3600 s"],
  ["VALUE", machine({ interval: "0s" }), "cluster.machines[0].interval: expected from 1 ns"],
  [
    "VALUE",
    machine({ count: 4_097 }),
    "cluster.machines[0].count: expected a whole number from 1 to 4096",
  ],
  [
    "VALUE",
    machine({ primary: "z" }),
    'cluster.machines[0].primary: expected one of a, b, c, got "z"',
  ],
  [
    "VALUE",
    machine({ secondary: "z" }),
    'cluster.machines[0].secondary: expected one of a, b, c, got "z"',
  ],
  [
    "VALUE",
    machine({ primary: "a", secondary: "a" }),
    'cluster.machines[0].secondary: expected another host than the primary, got "a"',
  ],
  [
    "VALUE",
    {
      machines: [
        { name: "m", guest: "kv" },
        { name: "m", guest: "kv" },
      ],
    },
    'cluster.machines: expected each name once, got "m" twice',
  ],
  ["FIELD", { schedule: {} }, "cluster.schedule: expected a list, got an object"],
  ["VALUE", operation({ do: "explode" }), "cluster.schedule[0].do: expected one of crash, restart"],
  [
    "VALUE",
    operation({ at: "6s", host: "a" }),
    'cluster.schedule[0].at: expected from 0 ns to 5 s, got "6s"',
  ],
  ["FIELD", operation({}), "cluster.schedule[0].host: expected 1 to 64 printable"],
  ["VALUE", operation({ host: "z" }), 'cluster.schedule[0].host: expected one of a, b, c, got "z"'],
  ["VALUE", operation({ host: "witness" }), 'got "witness"'],
  [
    "FIELD",
    operation({ host: "a", for: "1s" }),
    'cluster.schedule[0]: expected no fields but at, do, host, got "for"',
  ],
  ["FIELD", operation({ do: "pause", host: "a" }), "cluster.schedule[0].for: expected a time"],
  [
    "FIELD",
    operation({ do: "partition", for: "1s" }),
    "cluster.schedule[0].between: expected a list of two",
  ],
  [
    "VALUE",
    operation({ do: "partition", for: "1s", between: ["a", "z"] }),
    "cluster.schedule[0].between: expected one of",
  ],
  [
    "VALUE",
    operation({ do: "hand-over", machine: "z" }),
    'cluster.schedule[0].machine: expected one of m, got "z"',
  ],
  ["FIELD", { failures: {} }, "cluster.failures.meanBetween: expected a time"],
  [
    "VALUE",
    { failures: { ...failing, meanBetween: "9ms" } },
    "cluster.failures.meanBetween: expected from 10 ms to",
  ],
  [
    "VALUE",
    { failures: { ...failing, meanRepair: "40h" } },
    "cluster.failures.meanRepair: expected from 10 ms to 140400 s",
  ],
  [
    "VALUE",
    { failures: { ...failing, until: "6s" } },
    "cluster.failures.until: expected from 1 ns to 5 s",
  ],
  [
    "VALUE",
    { failures: { ...failing, from: "3s", until: "2s" } },
    'cluster.failures.until: expected not before 3 s, when they begin, got "2 s"',
  ],
  [
    "FIELD",
    { availability: { ...years, restore: undefined } },
    "cluster.availability.restore: expected a time such as 30s",
  ],
  [
    "VALUE",
    { availability: { ...years, meanBetween: "999ms" } },
    "cluster.availability.meanBetween: expected from 1s to 1000y",
  ],
  [
    "VALUE",
    { availability: { ...years, restore: "1001y" } },
    "cluster.availability.restore: expected from 1s to 1000y",
  ],
  [
    "VALUE",
    { availability: { ...years, years: 100_001 } },
    "cluster.availability.years: expected a whole number from 1 to 100000, got 100001",
  ],
  [
    "VALUE",
    { availability: { ...years, meanBetween: "1h", meanRepair: "1s", years: 100_000 } },
    "cluster.availability.years: expected at most",
  ],
])("parse cluster plan: refused: CLUSTER_%s, %j", (code, changes, message) => {
  const parsing = () => parse(changes);
  expect(parsing).toThrow(expect.objectContaining({ code: `CLUSTER_${code}` }));
  expect(parsing).toThrow(message);
});

test("parse cluster plan: many names are not all listed, and many entries are refused one by one", () => {
  const hosts = [{ name: "h", count: 12 }];
  const shown = "expected one of h1, h2, h3, h4, h5, h6, h7, h8, h9, h10 and 2 more, got";
  expect(() => parse({ hosts, ...operation({ host: "a" }) })).toThrow(shown);
  // Not 40 million names first.
  const machines = new Array<unknown>(10_000).fill({ name: "m", count: 4_096, guest: "kv" });
  expect(() => parse({ machines })).toThrow("cluster.machines: expected at most 4096, got 8192");
});
