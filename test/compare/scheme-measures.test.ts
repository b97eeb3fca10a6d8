// covers src/compare/scheme-measures.ts, src/compare/recovery-measures.ts, src/compare/answer-meter.ts
import { expect, test } from "vitest";
import { AnswerMeter } from "../../src/compare/answer-meter.ts";
import { RecoveryMeter } from "../../src/compare/recovery-measures.ts";
import { SchemeMeter } from "../../src/compare/scheme-measures.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";
import type { TraceSink } from "../../src/sim/trace.ts";

const OF = { machine: "m", host: "a", term: 1 };

function say(meter: TraceSink, atNs: number, kind: string, more: object = {}): void {
  meter.record(atNs, 0, { kind, ...OF, ...more });
}

test("scheme measures: all but latency begins with the first commit", () => {
  const busyNs = new Map([
    ["a", ms(70)],
    ["b", ms(10)],
  ]);
  const meter = new SchemeMeter((host) => busyNs.get(host)!);
  const wire = (from: string, to: string, bytes: number, port = "m"): void =>
    say(meter, ms(20), "link.sent", { from, to, port, bytes });
  say(meter, ms(1), "protection.started", { secondary: "b" });
  wire("a", "b", 90_000);
  say(meter, ms(2), "group.sent", { bytes: 80_000 });
  say(meter, ms(2), "comparison.sent", { message: "cut", bytes: 80 });
  wire("a", "b", 50, "heartbeat m");
  say(meter, ms(3), "checkpoint.resumed", { pauseNs: ms(9) });
  say(meter, ms(4), "request.acknowledged", { latencyNs: us(30) });
  say(meter, ms(10), "checkpoint.committed");
  busyNs.set("a", ms(570)).set("b", ms(12));
  wire("a", "b", 5_000);
  wire("b", "a", 100);
  wire("a", "b", 30, "heartbeat m");
  wire("b", "a", 30, "heartbeat m");
  wire("a", "b", 40, "heartbeat n");
  wire("a", "witness", 7_777);
  wire("client", "a", 7_777);
  say(meter, ms(20), "group.sent", { bytes: 3_000 });
  say(meter, ms(20), "commit.sent", { bytes: 200 });
  say(meter, ms(20), "log.sent", { bytes: 400 });
  say(meter, ms(20), "comparison.sent", { message: "input", bytes: 300 });
  say(meter, ms(20), "comparison.sent", { message: "output", bytes: 500, host: "b" });
  say(meter, ms(21), "checkpoint.resumed", { pauseNs: us(80) });
  say(meter, ms(22), "request.acknowledged", { latencyNs: us(50) });
  expect(meter.measures(ms(10) + seconds(2))).toEqual({
    primary: "a",
    latencyNs: { p50: us(30), p99: us(50), max: us(50) },
    pauseNs: { p50: us(80), p99: us(80), max: us(80) },
    pageBytesPerSecond: 1_600,
    logBytesPerSecond: 200,
    comparisonBytesPerSecond: 400,
    heartbeatBytesPerSecond: 30,
    // 5,200 bytes on the wires, 4,400 of messages and 60 of heartbeats.
    restBytesPerSecond: 370,
    linkBytesPerSecond: 2_600,
    primaryPercent: 25,
    secondaryPercent: 0.1,
  });
});

test("scheme measures: nothing of a machine that was never protected", () => {
  const measures = new SchemeMeter(() => 0).measures(ms(5));
  expect(measures).toMatchObject({ primary: null, linkBytesPerSecond: null, primaryPercent: null });
});

test("recovery measures: from the crash to the stand-in, and to its first reply", () => {
  const meter = new RecoveryMeter();
  expect(meter.measures()).toEqual({ servingNs: null, answeredNs: null });
  say(meter, ms(5), "request.acknowledged");
  say(meter, ms(10), "host.crashed");
  say(meter, ms(11), "request.acknowledged");
  expect(meter.measures()).toEqual({ servingNs: null, answeredNs: null });
  say(meter, ms(60), "failover.serving");
  say(meter, ms(63), "request.acknowledged");
  say(meter, ms(64), "request.acknowledged");
  say(meter, ms(70), "failover.serving");
  expect(meter.measures()).toEqual({ servingNs: ms(50), answeredNs: ms(53) });
});

test("answer meter: up to the last answer, however long the run goes on", () => {
  const meter = new AnswerMeter();
  expect(meter.perSecond).toBeNull();
  for (const atNs of [ms(10), ms(20), ms(250)]) say(meter, atNs, "request.acknowledged");
  say(meter, seconds(9), "host.crashed");
  expect(meter.perSecond).toBe(12);
});
