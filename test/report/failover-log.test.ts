import { expect, test } from "vitest";
import { FailoverLog } from "../../src/report/failover-log.ts";
import { ms, us } from "../../src/sim/time.ts";
import { failoverRecords, type Timed } from "./feed.ts";

function failovers(records: readonly Timed[]) {
  const log = new FailoverLog();
  for (const [atNs, record] of records) log.record(atNs, record);
  return log.failovers;
}

test("failover log: crash, suspicion and service are put together", () => {
  expect(failovers(failoverRecords())).toEqual([
    {
      crashedAtNs: ms(50) + us(140),
      detectedAtNs: ms(148),
      servingAtNs: ms(153),
      from: "a",
      to: "b",
      epoch: 2,
    },
  ]);
});

test("failover log: without a fault the cause is unknown, not the suspicion", () => {
  const records = failoverRecords().filter(([, { kind }]) => kind !== "host.crashed");
  expect(failovers(records)).toMatchObject([{ crashedAtNs: null, detectedAtNs: ms(148) }]);
});

test("failover log: without a suspicion neither cause nor detection are known", () => {
  const records = failoverRecords().filter(([, { kind }]) => kind !== "failure.suspected");
  expect(failovers(records)).toMatchObject([{ crashedAtNs: null, detectedAtNs: null }]);
});

test("failover log: a fault that was over before the silence began is not the cause", () => {
  const records = failoverRecords().filter(([, { kind }]) => kind !== "host.crashed");
  const early: Timed[] = [
    [ms(1), { kind: "host.paused", host: "a" }],
    [ms(2), { kind: "host.resumed", host: "a" }],
  ];
  expect(failovers([...early, ...records])).toMatchObject([{ crashedAtNs: null }]);
});

test("failover log: the suspicion of another machine's host is another one", () => {
  const records = failoverRecords().map(([atNs, record]): Timed => {
    return [atNs, record.kind === "failure.suspected" ? { ...record, machine: "other" } : record];
  });
  expect(failovers(records)).toMatchObject([{ detectedAtNs: null }]);
});
