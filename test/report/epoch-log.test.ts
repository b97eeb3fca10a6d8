import { expect, test } from "vitest";
import { EpochLog } from "../../src/report/epoch-log.ts";
import { ms, us } from "../../src/sim/time.ts";
import { epochRecords, failoverRecords, type Timed } from "./feed.ts";

function log(records: readonly Timed[]): EpochLog {
  const epochs = new EpochLog();
  for (const [atNs, record] of records) epochs.record(atNs, record);
  return epochs;
}

const last = (records: readonly Timed[]) => [...log(records).entries].at(-1);

test("epoch log: a checkpoint from its start to its release", () => {
  expect(last(epochRecords(4, ms(75)))).toEqual({
    machine: "m",
    host: "a",
    term: 1,
    epoch: 4,
    startedAtNs: ms(75),
    step: "acknowledged",
    pauseNs: us(50),
    dirtyPages: 3,
    pages: 3,
    bytes: 12_400,
    groups: 1,
    committedAtNs: ms(75) + us(150),
    acknowledgedAtNs: ms(75) + us(200),
    held: 1,
    released: 1,
    refusals: 0,
    isOver: false,
  });
});

test("epoch log: an epoch is over when the next checkpoint begins", () => {
  const entries = [...log([...epochRecords(1, ms(1)), ...epochRecords(2, ms(26))]).entries];
  expect(entries.map(({ isOver }) => isOver)).toEqual([true, false]);
});

test("epoch log: the crash of its primary ends a checkpoint, and it may still be committed", () => {
  const crash: Timed = [ms(50) + us(140), { kind: "host.crashed", host: "a" }];
  const committed = epochRecords(3, ms(50), "committed").filter(([, record]) => {
    return record.kind === "checkpoint.committed";
  });
  const entry = last([...epochRecords(3, ms(50), "sent"), crash, ...committed]);
  expect(entry).toMatchObject({
    isOver: true,
    committedAtNs: ms(50) + us(150),
    step: "group sent",
  });
});

test("epoch log: the crash of another host ends nothing", () => {
  const records = epochRecords(3, ms(50), "sent");
  expect(last([...records, [ms(51), { kind: "host.crashed", host: "b" }]])?.isOver).toBe(false);
});

test.each(["protection.lost", "machine.fenced"] as const)(
  "epoch log: %s ends a checkpoint",
  (kind) => {
    const of = { machine: "m", host: "a", term: 1, reason: "secondary silent" };
    const end = [ms(90), { kind, ...of }] as Timed;
    const entry = last([...epochRecords(3, ms(50), "sent"), end]);
    expect(entry).toMatchObject({ isOver: true, committedAtNs: undefined });
  },
);

test("epoch log: a failover ends what its predecessor had begun", () => {
  const entries = [...log(failoverRecords()).entries];
  expect(entries.map(({ epoch, isOver }) => [epoch, isOver])).toEqual([
    [1, true],
    [2, true],
    [3, true],
  ]);
});

test("epoch log: a refusal is counted, and what is sent again is not", () => {
  const of = { machine: "m", host: "a", term: 1, epoch: 3 };
  const refused: Timed = [
    ms(50) + us(180),
    { kind: "checkpoint.aborted", reason: "refused", ...of },
  ];
  const records = epochRecords(3, ms(50));
  const entry = last([...records.slice(0, 8), refused, ...records.slice(8)]);
  expect(entry).toMatchObject({ refusals: 1, bytes: 12_400, groups: 1 });
});

test("epoch log: pages of the first copy of memory are the first epoch's, no step of it", () => {
  const of = { machine: "m", host: "a", term: 1, epoch: 1 };
  const copy: Timed = [0, { kind: "group.sent", group: 0, pages: 256, bytes: 1_000_000, ...of }];
  expect(last([copy])).toMatchObject({ step: undefined, startedAtNs: undefined, pages: 256 });
  expect(last([copy, ...epochRecords(1, ms(5))])).toMatchObject({ pages: 259, bytes: 1_012_400 });
});

test("epoch log: output that leaves unprotected was released for no epoch", () => {
  const of = { machine: "m", host: "a", term: 2, epoch: 5 };
  const records: Timed[] = [[1, { kind: "output.released", bytes: 1, protected: false, ...of }]];
  expect([...log(records).entries]).toEqual([]);
});

test("epoch log: what a host is at is the last checkpoint begun of each machine", () => {
  const epochs = log([...epochRecords(1, ms(1)), ...epochRecords(2, ms(26), "collected")]);
  expect(epochs.latestAt("a").map(({ epoch, step }) => [epoch, step])).toEqual([[2, "collected"]]);
  expect(epochs.latestAt("b")).toEqual([]);
});

test("epoch log: output that is counted by positions of a log belongs to no epoch", () => {
  const at = { machine: "m", host: "a", term: 1, epoch: 912, bytes: 9, log: true } as const;
  const entries = [
    ...log([
      [1, { kind: "output.held", ...at }],
      [2, { kind: "output.released", protected: true, ...at }],
    ]).entries,
  ];
  expect(entries).toEqual([]);
});
