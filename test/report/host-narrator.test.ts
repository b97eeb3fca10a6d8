import { expect, test } from "vitest";
import { EpochLog } from "../../src/report/epoch-log.ts";
import { HostNarrator } from "../../src/report/host-narrator.ts";
import { Journal } from "../../src/report/journal.ts";
import { ms, us } from "../../src/sim/time.ts";
import { epochRecords, type Reach, type Timed } from "./feed.ts";

function told(records: readonly Timed[]): string[] {
  const journal = new Journal();
  const epochs = new EpochLog();
  const narrator = new HostNarrator(journal, epochs);
  for (const [atNs, record] of records) {
    narrator.record(atNs, record);
    epochs.record(atNs, record);
  }
  return journal.entries.map((entry) =>
    entry.type === "event" ? `${entry.mark} ${entry.text}` : "",
  );
}

const crash: Timed = [ms(60), { kind: "host.crashed", host: "a" }];

test.each<[Reach, string]>([
  ["started", "in the middle of epoch 3: nothing copied yet"],
  ["collected", "in the middle of epoch 3: 3 pages to copy"],
  ["sent", "in the middle of epoch 3: 3 of 3 pages sent, no commit record"],
  ["committed", "in the middle of epoch 3: all sent, not acknowledged"],
  ["acknowledged", "between two checkpoints; epoch 3 is safe"],
])("host narrator: a crash of a host whose checkpoint is %s", (reach, where) => {
  expect(told([...epochRecords(3, ms(50), reach), crash])).toEqual([`✗ a crashes ${where}`]);
});

test("host narrator: a crash after copying, and in the first epoch", () => {
  const copied = epochRecords(3, ms(50), "sent").filter(([, { kind }]) => kind !== "group.sent");
  expect(told([...copied, crash])).toEqual([
    "✗ a crashes in the middle of epoch 3: 3 pages copied, none sent",
  ]);
  expect(told([...epochRecords(1, ms(50), "sent"), crash])).toEqual([
    "✗ a crashes in the middle of epoch 1: 1 group of pages sent, no commit record",
  ]);
});

test("host narrator: a crash of a host without a machine, and of one with several", () => {
  expect(told([crash])).toEqual(["✗ a crashes"]);
  const other = epochRecords(9, ms(51)).map(([atNs, record]): Timed => {
    return [atNs, "machine" in record ? { ...record, machine: "n" } : record];
  });
  expect(told([...epochRecords(3, ms(50)), ...other, crash])).toEqual([
    "✗ a crashes with 2 machines on it",
  ]);
});

test("host narrator: pauses, restarts, slow processors and wrong clocks", () => {
  expect(
    told([
      [1, { kind: "host.paused", host: "a" }],
      [2, { kind: "host.resumed", host: "a" }],
      [3, { kind: "host.restarted", host: "a" }],
      [4, { kind: "host.processor-share", host: "a", sharePpm: 125_000 }],
      [5, { kind: "clock.changed", host: "a", offsetNs: -ms(3), driftPpm: 0 }],
      [6, { kind: "clock.changed", host: "a", offsetNs: us(5), driftPpm: -40 }],
      [7, { kind: "cable.cut", host: "a" }],
      [8, { kind: "cable.mended", host: "a" }],
    ]),
  ).toEqual([
    "✗ a stands still",
    "· a goes on where it stood",
    "· a starts again, with nothing in its memory",
    "! a has 12.5 % of its processor",
    "! a has a clock that is off by -3 ms",
    "! a has a clock that is off by 5 us, and goes wrong by -40 us per second",
    "✗ a is cut off from the clients",
    "· a has its way to the clients back",
  ]);
});

test("host narrator: both directions of a link at one moment are the link", () => {
  const cut = (atNs: number, from: string, to: string): Timed => [
    atNs,
    { kind: "link.partitioned", from, to },
  ];
  expect(told([cut(1, "a", "b"), cut(1, "b", "a")])).toEqual(["✗ the link between a and b is cut"]);
  expect(told([cut(1, "a", "b"), cut(2, "b", "a")])).toEqual([
    "✗ the way from a to b is cut",
    "✗ the way from b to a is cut",
  ]);
  expect(told([cut(1, "a", "b"), cut(1, "b", "c")])).toHaveLength(2);
  expect(told([[1, { kind: "link.healed", from: "b", to: "a" }]])).toEqual([
    "· the way from b to a is mended",
  ]);
});

test("host narrator: a link that changes tells what is bad about it", () => {
  const changed = (from: string, to: string, lossPpm: number): Timed => [
    1,
    {
      kind: "link.changed",
      from,
      to,
      latencyNs: us(50),
      bandwidthBitsPerSecond: 1_000_000,
      jitterNs: 0,
      lossPpm,
      duplicationPpm: 0,
      reorderingPpm: 0,
      corruptionPpm: 1_000,
    },
  ];
  expect(told([changed("a", "b", 20_000), changed("b", "a", 20_000)])).toEqual([
    "! the link between a and b changes: latency 50 us, 2 % lost, 0.1 % damaged",
  ]);
  expect(told([changed("a", "b", 20_000), changed("b", "a", 0)])).toHaveLength(2);
});
