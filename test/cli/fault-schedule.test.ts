import { expect, test } from "vitest";
import {
  type FaultOption,
  parseCrash,
  parsePartition,
  parsePause,
} from "../../src/cli/fault-options.ts";
import { scheduleFaults } from "../../src/cli/fault-schedule.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { ms } from "../../src/sim/time.ts";
import { Simulation } from "../../src/simulation/simulation.ts";

function suffered(faults: FaultOption[], names = ["a", "b", "node-1", "x-y"]): string[] {
  const simulation = new Simulation({ seed: 1 });
  simulation.hosts(names);
  const sink = new MemorySink();
  simulation.trace.addSink(sink);
  scheduleFaults(simulation, faults);
  simulation.run({ until: ms(100) });
  return sink.records.map(({ atNs, record: { kind, ...fields } }) => {
    return `${atNs / ms(1)} ${kind} ${Object.values(fields).join(" ")}`;
  });
}

test("fault schedule: hosts and links suffer what was asked for, when it was asked for", () => {
  const faults = [
    parsePartition("a-b@5ms..6ms"),
    parsePartition("b>a@7ms..8ms"),
    parsePause("a@2ms..3ms"),
    parseCrash("b@9ms"),
  ];
  expect(suffered(faults)).toEqual([
    "2 host.paused a",
    "3 host.resumed a",
    "5 link.partitioned a b",
    "5 link.partitioned b a",
    "6 link.healed a b",
    "6 link.healed b a",
    "7 link.partitioned b a",
    "8 link.healed b a",
    "9 host.crashed b",
  ]);
});

test("fault schedule: a window may begin where another one ends", () => {
  expect(suffered([parsePause("a@3ms..4ms"), parsePause("a@2ms..3ms")])).toEqual([
    "2 host.paused a",
    "3 host.resumed a",
    "3 host.paused a",
    "4 host.resumed a",
  ]);
});

test("fault schedule: host names with dashes are told apart by the hosts that there are", () => {
  expect(suffered([parsePartition("node-1-x-y@1ms..2ms")])[0]).toBe(
    "1 link.partitioned node-1 x-y",
  );
  expect(suffered([parsePartition("x-y>node-1@1ms..2ms")])).toHaveLength(2);
});

test("fault schedule: a pause that a crash ends is over", () => {
  expect(suffered([parsePause("a@1ms..9ms"), parseCrash("a@5ms")])).toEqual([
    "1 host.paused a",
    "5 host.crashed a",
  ]);
});

test.each<[string, FaultOption[], string]>([
  [
    "an unknown host",
    [parseCrash("c@1ms")],
    '--crash c@1ms: expected one of the hosts a, b, node-1, x-y, got "c"',
  ],
  [
    "an unknown pair",
    [parsePartition("a-c@1ms..2ms")],
    '--partition a-c@1ms..2ms: expected two of the hosts a, b, node-1, x-y, got "a-c"',
  ],
  [
    "one host as a pair",
    [parsePartition("a-a@1ms..2ms")],
    '--partition a-a@1ms..2ms: expected two hosts with a link between them, got "a-a"',
  ],
  [
    "two crashes of a host",
    [parseCrash("a@1ms"), parseCrash("a@2ms")],
    "--crash a@2ms: expected one crash of a host, got --crash a@1ms, too",
  ],
  [
    "pauses that overlap",
    [parsePause("a@1ms..3ms"), parsePause("a@2ms..4ms")],
    "--pause a@2ms..4ms: expected no overlap, got one with --pause a@1ms..3ms",
  ],
  [
    "a cut of one way during one of both",
    [parsePartition("a-b@1ms..3ms"), parsePartition("b>a@2ms..4ms")],
    "--partition b>a@2ms..4ms: expected no overlap, got one with --partition a-b@1ms..3ms",
  ],
  [
    "a pause after a crash",
    [parsePause("a@2ms..4ms"), parseCrash("a@1ms")],
    "--pause a@2ms..4ms: expected a pause before the crash of a at 1 ms, got one after it",
  ],
])("fault schedule: %s is refused", (_what, faults, message) => {
  expect(() => suffered(faults)).toThrow(message);
});

test("fault schedule: opposite ways may be cut at overlapping times", () => {
  const faults = [parsePartition("a>b@1ms..3ms"), parsePartition("b>a@2ms..4ms")];
  expect(suffered(faults)).toHaveLength(4);
});
