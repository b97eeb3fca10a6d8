import { expect, test } from "vitest";
import { Metrics } from "../../src/report/metrics.ts";
import { ms, us } from "../../src/sim/time.ts";
import { epochRecords, failoverRecords, feed, requestRecords, usualEpochs } from "./feed.ts";

test("metrics: a run in which nothing happened has no quantiles", () => {
  const nothing = { p50: null, p99: null, max: null };
  const { clients, checkpoints, failovers } = new Metrics();
  expect(clients).toEqual({ issued: 0, acknowledged: 0, latencyNs: nothing });
  expect(checkpoints).toEqual({
    started: 0,
    committed: 0,
    aborted: 0,
    pages: 0,
    bytes: 0,
    pauseNs: nothing,
  });
  expect(failovers).toEqual([]);
});

test("metrics: requests, replies and latency are those of all clients", () => {
  const metrics = feed(new Metrics(), [
    ...requestRecords(1, ms(1), ms(3)),
    ...requestRecords(2, ms(2), ms(8)),
    ...requestRecords(3, ms(3), ms(4)).slice(0, 1),
  ]);
  expect(metrics.clients).toEqual({
    issued: 3,
    acknowledged: 2,
    latencyNs: { p50: ms(3), p99: ms(8), max: ms(8) },
  });
});

test("metrics: every started checkpoint is committed, aborted or under way", () => {
  const metrics = feed(new Metrics(), [...usualEpochs(2), ...epochRecords(3, ms(50), "sent")]);
  expect(metrics.checkpoints).toMatchObject({ started: 3, committed: 2, aborted: 0 });
  feed(metrics, [[ms(51), { kind: "host.crashed", host: "a" }]]);
  expect(metrics.checkpoints).toMatchObject({ started: 3, committed: 2, aborted: 1 });
});

test("metrics: committed without an acknowledgement is committed", () => {
  const records = [...epochRecords(1, ms(1)), ...epochRecords(2, ms(26), "committed")];
  const metrics = feed(new Metrics(), [...records, [ms(27), { kind: "host.crashed", host: "a" }]]);
  expect(metrics.checkpoints).toMatchObject({ committed: 2, aborted: 0, pages: 6, bytes: 24_800 });
});

test("metrics: pages and bytes are those that the primary says were acknowledged", () => {
  const records = usualEpochs(5);
  const [pages, bytes] = records.reduce(
    ([sumPages, sumBytes], [, record]) =>
      record.kind === "checkpoint.acknowledged"
        ? [sumPages + record.pages, sumBytes + record.bytes]
        : [sumPages, sumBytes],
    [0, 0],
  );
  expect(feed(new Metrics(), records).checkpoints).toMatchObject({ pages, bytes });
});

test("metrics: a failover with what was lost of it", () => {
  const metrics = feed(new Metrics(), failoverRecords());
  expect(metrics.checkpoints).toMatchObject({ started: 3, committed: 2, aborted: 1 });
  expect(metrics.checkpoints.pauseNs).toEqual({ p50: us(50), p99: us(50), max: us(50) });
  expect(metrics.failovers).toMatchObject([{ from: "a", to: "b", epoch: 2 }]);
});

test("metrics: records of kinds that it does not know change nothing", () => {
  const metrics = new Metrics();
  metrics.record(5, 1, { kind: "my.own", pages: 3, latencyNs: 9 });
  expect(metrics.clients.issued).toBe(0);
});
