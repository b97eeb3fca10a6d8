import { expect, test } from "vitest";
import { PartMeter } from "../../src/compare/part-measures.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";
import type { StandinRecord } from "../../src/verify/standin-record.ts";

type Kinds = Extract<StandinRecord, { epoch: number }>["kind"];

/** A run of three checkpoints of which the last is under way: a second from the first commit to the end. */
function metered(): PartMeter {
  const meter = new PartMeter();
  let position = 0;
  const say = (atNs: number, kind: Kinds, epoch: number, more: object = {}): void => {
    const of = { machine: "m", host: "a", term: 1, epoch };
    meter.record(atNs, position++, { kind, ...of, ...more });
  };
  say(ms(2), "synchronisation.started", 1);
  say(ms(3), "group.sent", 1, { group: 0, pages: 9, bytes: 50_000 });
  say(ms(4), "checkpoint.resumed", 1, { pauseNs: us(300) });
  say(ms(5), "commit.sent", 1, { pages: 9, bytes: 100 });
  say(ms(10), "checkpoint.committed", 1, { pages: 9 });
  say(ms(11), "checkpoint.applied", 1, { pages: 9, digest: "" });
  say(ms(20), "group.sent", 2, { group: 0, pages: 2, bytes: 3_000 });
  say(ms(21), "checkpoint.resumed", 2, { pauseNs: us(100) });
  say(ms(22), "group.sent", 2, { group: 1, pages: 1, bytes: 900 });
  say(ms(23), "commit.sent", 2, { pages: 3, bytes: 100 });
  say(ms(25), "checkpoint.committed", 2, { pages: 3 });
  say(ms(27), "checkpoint.applied", 2, { pages: 3, digest: "" });
  say(ms(30), "commit.sent", 3, { pages: 0, bytes: 200 });
  say(ms(31), "checkpoint.resumed", 3, { pauseNs: us(200) });
  say(ms(32), "checkpoint.committed", 3, { pages: 0 });
  say(ms(33), "checkpoint.applied", 3, { pages: 0, digest: "" });
  say(ms(40), "group.sent", 4, { group: 0, pages: 2, bytes: 70_000 });
  const request = { client: "c", machine: "m" };
  for (const number of [1, 2, 3]) {
    meter.record(ms(1), position++, { kind: "request.invoked", ...request, number, bytes: 8 });
  }
  for (const [number, latencyNs] of [ms(5), ms(7)].entries()) {
    const reply = { ...request, number: number + 1, latencyNs, attempts: 1 };
    meter.record(ms(9), position++, { kind: "request.acknowledged", ...reply });
  }
  return meter;
}

test("part measures: figures of a run, those of its first checkpoint apart", () => {
  expect(metered().measures(ms(10) + seconds(1))).toEqual({
    pauseNs: { p50: us(200), p99: us(300), max: us(300) },
    bytesPerSecond: 4_200,
    bytesPerCheckpoint: 2_100,
    checkpointsPerSecond: 2,
    issued: 3,
    acknowledged: 2,
    latencyNs: { p50: ms(5), p99: ms(7), max: ms(7) },
    bringUpNs: ms(8),
    commitNs: { p50: ms(2), p99: ms(6), max: ms(6) },
  });
});

test("part measures: rates are those of the time after the first commit", () => {
  const { bytesPerSecond, checkpointsPerSecond } = metered().measures(ms(310));
  expect(bytesPerSecond).toBe(14_000);
  expect(checkpointsPerSecond).toBe(6.7);
});

test("part measures: what was not measured is null", () => {
  const nothing = { p50: null, p99: null, max: null };
  expect(new PartMeter().measures(seconds(1))).toEqual({
    pauseNs: nothing,
    bytesPerSecond: null,
    bytesPerCheckpoint: null,
    checkpointsPerSecond: null,
    issued: 0,
    acknowledged: 0,
    latencyNs: nothing,
    bringUpNs: null,
    commitNs: nothing,
  });
});
