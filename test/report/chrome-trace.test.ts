// covers src/report/chrome-trace.ts, src/report/chrome-trace-machines.ts, src/report/chrome-trace-canvas.ts, src/report/chrome-trace-tracks.ts, src/report/chrome-trace-event.ts
import { expect, test } from "vitest";
import { ChromeTrace } from "../../src/report/chrome-trace.ts";
import { ChromeTraceCanvas } from "../../src/report/chrome-trace-canvas.ts";
import { validateChromeTrace } from "../../src/report/chrome-trace-validator.ts";
import { ms, us } from "../../src/sim/time.ts";
import { epochRecords, failoverRecords, feed, type Timed, usualEpochs } from "./feed.ts";

/** All events of a run of 200 ms, after a look at the rules. */
function drawn(records: readonly Timed[]) {
  const text = [...feed(new ChromeTrace(), records).json(ms(200), { seed: 7 })].join("");
  const trace = JSON.parse(text) as { traceEvents: Record<string, unknown>[] };
  expect(validateChromeTrace(trace)).toEqual([]);
  const events = trace.traceEvents;
  const lines = new Map<string, string>();
  for (const { ph, name, pid, tid, args } of events) {
    if (ph !== "M") continue;
    if (name === "process_name") lines.set(String(pid), (args as { name: string }).name);
    if (name === "thread_name") {
      lines.set(`${String(pid)}/${String(tid)}`, (args as { name: string }).name);
    }
  }
  const lineOf = ({ pid, tid }: Record<string, unknown>): string =>
    `${lines.get(String(pid)) ?? "?"}, ${lines.get(`${String(pid)}/${String(tid)}`) ?? "?"}`;
  const of = (ph: string) => events.filter((event) => event["ph"] === ph);
  const slices = of("X").map((event) => {
    return `${lineOf(event)}: ${String(event["name"])} ${String(event["ts"])}+${String(event["dur"])}`;
  });
  return { text, events, of, lineOf, slices };
}

test("chrome trace: one epoch, every step where it happened", () => {
  expect(drawn(epochRecords(4, ms(75))).slices).toEqual([
    "host a, m: processor: stopped for epoch 4 75000+50",
    "host a, m: processor: stop 75000+20",
    "host a, m: processor: collect 75020+10",
    "host a, m: processor: copy 75030+10",
    "host a, m: processor: resume 75040+10",
    "host a, m: replication: send epoch 4 75050+40",
    "host a, m: replication: await acknowledgement 75090+110",
    "host b, m: image: receive epoch 4 75130+20",
    "host b, m: image: apply epoch 4 75150+10",
    "host a, m: replication: rest of the interval 75200+124800",
  ]);
});

test("chrome trace: an epoch is a span from its start to its commit, a request one to its reply", () => {
  const { of, lineOf } = drawn([...failoverRecords()]);
  const spans = (ph: string) =>
    of(ph).map((event) => [event["name"], event["id"], event["ts"], event["args"]]);
  expect(of("b").map(lineOf)).toContain("clients, client 1");
  expect(spans("b")).toEqual([
    ["epoch", "0x2", 500, { epoch: 1, term: 1 }],
    ["request", "0x1", 5_000, { number: 1, machine: "m", bytes: 8 }],
    ["epoch", "0x3", 25_500, { epoch: 2, term: 1 }],
    ["epoch", "0x4", 50_000, { epoch: 3, term: 1 }],
    ["request", "0x5", 51_000, { number: 2, machine: "m", bytes: 8 }],
  ]);
  expect(spans("e")).toEqual([
    ["epoch", "0x2", 650, { pages: 3 }],
    ["request", "0x1", 25_000, { attempts: 1 }],
    ["epoch", "0x3", 25_650, { pages: 3 }],
    ["epoch", "0x4", 148_100, { committed: false }],
    ["request", "0x5", 155_000, { attempts: 2 }],
  ]);
});

test("chrome trace: a commit leads to the other host and back", () => {
  const { of, lineOf } = drawn(epochRecords(4, ms(75)));
  const points = ["s", "t", "f"]
    .flatMap(of)
    .map((event) => [event["ph"], event["ts"], lineOf(event)]);
  expect(points).toEqual([
    ["s", 75_090, "host a, m: replication"],
    ["t", 75_150, "host b, m: image"],
    ["f", 75_200, "host a, m: replication"],
  ]);
});

test("chrome trace: a commit that is not acknowledged ends at the other host, one not sent nowhere", () => {
  const committed = drawn(epochRecords(4, ms(75), "committed"));
  expect(committed.of("f").map(committed.lineOf)).toEqual(["host b, m: image"]);
  expect(drawn(epochRecords(4, ms(75), "sent")).of("s")).toEqual([]);
});

test("chrome trace: a crash is seen everywhere, and cuts what its host was doing", () => {
  const { of, slices, events } = drawn(failoverRecords());
  expect(of("i").filter(({ s }) => s === "g")).toMatchObject([{ name: "a crashes", ts: 50_140 }]);
  expect(slices).toContain("host a, power: off 50140+149860");
  expect(slices).toContain("host a, m: replication: send epoch 3 50050+90");
  expect(slices).toContain("host a, m: role: primary, term 1 0+50140");
  expect(slices).toContain("host b, m: role: stand-by 0+148100");
  expect(slices).toContain("host b, m: role: stand in, epoch 2 148100+4900");
  expect(slices).toContain("host b, m: role: primary, alone, term 2 153000+47000");
  expect(events.find(({ name }) => name === "send epoch 3")?.["args"]).toEqual({ cutBy: "crash" });
  expect(of("i").map(({ name }) => name)).toEqual([
    "a crashes",
    "suspects a",
    "asks for term 2",
    "has term 2",
    "asks again",
    "promoted",
  ]);
});

test("chrome trace: counters say what is held and what is dirty", () => {
  const { of } = drawn([...usualEpochs(1), ...epochRecords(2, ms(50), "sent"), ...crashAt(ms(51))]);
  expect(
    of("C").map(({ name, ts, args }) => [
      name,
      ts,
      Object.values(args as Record<string, number>)[0],
    ]),
  ).toEqual([
    ["held packets of m", 0, 1],
    ["dirty pages of m", 530, 3],
    ["held packets of m", 700, 0],
    ["held packets of m", 49_500, 1],
    ["dirty pages of m", 50_030, 3],
    ["held packets of m", 51_000, 0],
  ]);
});

test("chrome trace: a packet that is not held, or finds no room, counts for nothing", () => {
  const of = { machine: "m", host: "a", term: 1, epoch: 2, bytes: 8 };
  const { of: drawnOf } = drawn([
    [1_000, { kind: "output.released", protected: false, ...of }],
    [2_000, { kind: "output.held", ...of }],
    [3_000, { kind: "output.discarded", reason: "queue-full", ...of }],
    [4_000, { kind: "output.discarded", reason: "fenced", ...of }],
  ]);
  expect(drawnOf("C").map(({ ts }) => ts)).toEqual([2, 4]);
});

test("chrome trace: of several values of a counter at one moment the last one is drawn", () => {
  const held = {
    kind: "output.held",
    machine: "m",
    host: "a",
    term: 1,
    epoch: 2,
    bytes: 8,
  } as const;
  const { of } = drawn([
    [1_000, held],
    [1_000, held],
    [2_000, held],
  ]);
  expect(of("C").map(({ ts, args }) => [ts, args])).toEqual([
    [1, { "held packets of m": 2 }],
    [2, { "held packets of m": 3 }],
  ]);
});

test("chrome trace: a checkpoint of several groups is received once", () => {
  const onB = { machine: "m", host: "b", term: 1, epoch: 2, pages: 64 };
  const { slices } = drawn([
    [1_000, { kind: "group.staged", group: 0, ...onB }],
    [2_000, { kind: "group.staged", group: 1, ...onB }],
    [3_000, { kind: "checkpoint.committed", ...onB }],
  ]);
  expect(slices[0]).toBe("host b, m: image: receive epoch 2 1+2");
});

test("chrome trace: a part of the first copy is received and applied like a checkpoint", () => {
  const onB = { machine: "m", host: "b", term: 1, epoch: 2, pages: 64 };
  const { slices } = drawn([
    [1_000, { kind: "group.staged", group: 0, ...onB }],
    [3_000, { kind: "bring-up.committed", ...onB }],
    [5_000, { kind: "bring-up.applied", ...onB }],
  ]);
  expect(slices.slice(0, 2)).toEqual([
    "host b, m: image: receive epoch 2 1+2",
    "host b, m: image: apply epoch 2 3+2",
  ]);
});

test("chrome trace: pauses, cuts and roles without a failover", () => {
  const onA = { machine: "m", host: "a", term: 2 };
  const { slices, of } = drawn([
    [0, { kind: "protection.started", machine: "m", host: "a", term: 1, secondary: "b" }],
    [ms(1), { kind: "host.paused", host: "b" }],
    [ms(2), { kind: "host.resumed", host: "b" }],
    [ms(3), { kind: "link.partitioned", from: "a", to: "b" }],
    ...epochRecords(1, ms(5), "collected"),
    [ms(9), { kind: "witness.refused", held: 2, ...onA, host: "b" }],
    [ms(9), { kind: "stand-by.abandoned", reason: "refused", ...onA, host: "b" }],
    [ms(9), { kind: "protection.lost", reason: "silent", ...onA }],
    [ms(10), { kind: "link.healed", from: "a", to: "b" }],
    [ms(11), { kind: "machine.fenced", ...onA }],
  ]);
  expect(slices).toContain("host b, power: standing still 1000+1000");
  expect(slices).toContain("host a, m: processor: stopped for epoch 1 5000+4000");
  expect(slices).toContain("host a, m: role: primary, alone, term 2 9000+2000");
  expect(slices).toContain("host a, m: role: fenced 11000+189000");
  expect(slices).toContain("host b, m: role: abandoned 9000+191000");
  expect(of("i").map(({ name }) => name)).toEqual([
    "b stands still",
    "a > b cut",
    "is refused term 2",
    "a > b mended",
  ]);
});

test("chrome trace: refusals and first copies", () => {
  const onA = { machine: "m", host: "a", term: 1, epoch: 1 };
  const { slices, of } = drawn([
    [0, { kind: "synchronisation.started", ...onA }],
    ...epochRecords(1, ms(5), "sent"),
    [ms(6), { kind: "checkpoint.rejected", reason: "missing group", ...onA, host: "b" }],
    [ms(7), { kind: "checkpoint.aborted", reason: "refused", ...onA }],
  ]);
  expect(slices).toContain("host a, m: replication: first copy of memory 0+5000");
  expect(slices).toContain("host b, m: image: receive epoch 1 5130+870");
  expect(of("i").map(({ name }) => name)).toEqual(["refused"]);
});

test("chrome trace: the same records give the same text, without any date", () => {
  const [one, other] = [drawn(failoverRecords()).text, drawn(failoverRecords()).text];
  expect(one).toBe(other);
  expect(one.split("\n")[0]).toBe('{"displayTimeUnit":"ms","otherData":{"seed":7},"traceEvents":[');
  expect([...new ChromeTrace().json(0)].join("")).toBe(
    '{"displayTimeUnit":"ms","otherData":{},"traceEvents":[\n]}\n',
  );
});

test("chrome trace: a host may be called like the clients", () => {
  const renamed = failoverRecords().map(([atNs, record]): Timed => {
    return [
      atNs,
      "host" in record && record.host === "a" ? { ...record, host: "clients" } : record,
    ];
  });
  const { events } = drawn(renamed);
  const names = events.filter(({ name }) => name === "process_name");
  expect(names.map(({ args }) => args)).toEqual([
    { name: "host clients" },
    { name: "host b" },
    { name: "clients" },
  ]);
});

test("chrome trace canvas: a span without length begins before it ends", () => {
  const canvas = new ChromeTraceCanvas();
  const track = canvas.tracks.host("a", "x");
  canvas.beginSpan("key", track, us(5), { cat: "c", name: "n" });
  canvas.endSpan("key", us(5));
  canvas.begin(track, us(5), "slice");
  const phases = canvas.finish(us(5)).map(({ ph }) => ph);
  expect(phases.filter((ph) => ph !== "M")).toEqual(["X", "b", "e"]);
});

test("chrome trace canvas: beginning a span again ends the one before", () => {
  const canvas = new ChromeTraceCanvas();
  const track = canvas.tracks.host("a", "x");
  canvas.beginSpan("key", track, us(5), { cat: "c", name: "n" });
  canvas.beginSpan("key", track, us(9), { cat: "c", name: "n" });
  expect(validateChromeTrace(canvas.finish(us(10)))).toEqual([]);
});

function crashAt(atNs: number): Timed[] {
  return [[atNs, { kind: "host.crashed", host: "a" }]];
}
