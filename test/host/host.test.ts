import fc from "fast-check";
import { expect, test } from "vitest";
import { INBOX_CAPACITY } from "../../src/host/host.ts";
import { sleep } from "../../src/sim/process.ts";
import { ms, us } from "../../src/sim/time.ts";
import { bytesOf, collect, twoHosts } from "./rig.ts";

test("host: is on, runs and is in its first incarnation at first", () => {
  const { a } = twoHosts();
  expect([a.power, a.paused, a.runs, a.incarnation, a.owner.state]).toEqual([
    "on",
    false,
    true,
    1,
    "running",
  ]);
});

test("host: a crash drops its processes in the middle, no finally runs", () => {
  const { engine, a, of } = twoHosts();
  const steps: string[] = [];
  engine.spawn("victim", a.owner, function* () {
    try {
      steps.push("before");
      yield* sleep(ms(2));
      steps.push("after");
    } finally {
      steps.push("finally");
    }
  });
  engine.at(ms(1), () => a.crash());
  engine.run();
  expect(steps).toEqual(["before"]);
  expect([a.power, a.runs, a.owner.state]).toEqual(["off", false, "dead"]);
  expect(of("host.crashed")).toEqual([{ kind: "host.crashed", host: "a" }]);
});

test("host: a restart gives a new owner and incarnation, and closed ports", () => {
  const { engine, network, a, b, of } = twoHosts();
  b.open("p");
  const before = b.owner;
  b.crash();
  b.restart();
  expect([b.power, b.incarnation, b.owner.state]).toEqual(["on", 2, "running"]);
  expect(b.owner).not.toBe(before);
  network.send(a, "b", "p", bytesOf("x"));
  engine.run();
  expect(of("link.dropped")).toMatchObject([{ reason: "no-port" }]);
  expect(of("host.restarted")).toEqual([{ kind: "host.restarted", host: "b" }]);
});

test("host: crashing what is off, restarting what is on and the like do nothing", () => {
  const { a, happened } = twoHosts();
  a.restart();
  a.resume();
  expect(happened).toEqual([]);
  a.pause();
  a.pause();
  a.resume();
  a.resume();
  a.crash();
  a.crash();
  a.pause();
  a.resume();
  expect(happened.map(({ kind }) => kind)).toEqual(["host.paused", "host.resumed", "host.crashed"]);
  expect(a.incarnation).toBe(1);
});

test("host: a paused one keeps still and its clock falls behind", () => {
  const { engine, a } = twoHosts();
  const ticks: number[][] = [];
  engine.spawn("ticker", a.owner, function* () {
    for (let i = 0; i < 4; i += 1) {
      yield* a.clock.sleep(ms(1));
      ticks.push([engine.now, a.clock.now()]);
    }
  });
  engine.at(us(2_500), () => a.pause());
  engine.at(us(7_500), () => a.resume());
  engine.run();
  expect(ticks).toEqual([
    [ms(1), ms(1)],
    [ms(2), ms(2)],
    [ms(8), ms(3)],
    [ms(9), ms(4)],
  ]);
});

test("host: what arrives in a pause waits in the inbox", () => {
  const rig = twoHosts();
  const { engine, network, a, b } = rig;
  const arrivals = collect(rig, b, "p");
  engine.at(ms(1), () => b.pause());
  engine.at(ms(2), () => network.send(a, "b", "p", bytesOf("x")));
  engine.at(ms(5), () => b.resume());
  engine.run();
  expect(arrivals).toEqual([{ atNs: ms(5), text: "x" }]);
});

test("host: a crash ends a pause", () => {
  const { engine, a } = twoHosts();
  engine.at(ms(1), () => a.pause());
  engine.at(ms(3), () => a.crash());
  engine.at(ms(4), () => a.restart());
  engine.run({ until: ms(5) });
  expect([a.paused, a.runs, a.clock.now()]).toEqual([false, true, ms(3)]);
});

test("host: off or paused it sends nothing", () => {
  const { engine, network, a, b, count } = twoHosts();
  a.pause();
  network.send(a, "b", "p", bytesOf("x"));
  b.crash();
  network.send(b, "a", "p", bytesOf("x"));
  engine.run();
  expect(count("link.sent", "link.dropped")).toBe(0);
});

test("host: a full inbox loses the newest", () => {
  const { engine, network, a, b, count, of } = twoHosts();
  const inbox = b.open("p", 2);
  for (const text of ["1", "2", "3"]) network.send(a, "b", "p", bytesOf(text));
  engine.run();
  expect([inbox.tryReceive()?.bytes, inbox.tryReceive()?.bytes]).toEqual([
    bytesOf("1"),
    bytesOf("2"),
  ]);
  expect(count("link.delivered")).toBe(2);
  expect(of("link.dropped")).toMatchObject([{ reason: "queue-full" }]);
  expect(b.open("q").capacity).toBe(INBOX_CAPACITY);
});

test("host: a port is open once, and can be closed", () => {
  const { engine, network, a, b, of } = twoHosts();
  b.open("p");
  expect(() => b.open("p")).toThrow(expect.objectContaining({ code: "PORT_OPEN" }));
  b.close("p");
  b.close("p");
  network.send(a, "b", "p", bytesOf("x"));
  engine.run();
  expect(of("link.dropped")).toMatchObject([{ reason: "no-port" }]);
  b.open("p");
});

test("host: a port opened while off is connected to nothing", () => {
  const { b } = twoHosts();
  b.crash();
  b.open("p");
  b.restart();
  b.open("p");
});

test("host: a program starts with it, now and after each restart", () => {
  const { a, b } = twoHosts();
  const starts: number[] = [];
  a.onStart((host) => starts.push(host.incarnation));
  b.crash();
  b.onStart((host) => starts.push(100 + host.incarnation));
  expect(starts).toEqual([1]);
  a.crash();
  a.restart();
  b.restart();
  expect(starts).toEqual([1, 2, 102]);
});

test("host: work takes longer on a part of a processor", () => {
  const { engine, a, of } = twoHosts();
  const ends: number[] = [];
  engine.spawn("worker", a.owner, function* () {
    yield* a.compute(us(100));
    ends.push(engine.now);
    a.setProcessorShare(0.25);
    yield* a.compute(us(100));
    ends.push(engine.now);
  });
  engine.run();
  expect(ends).toEqual([us(100), us(500)]);
  expect(of("host.processor-share")).toEqual([
    { kind: "host.processor-share", host: "a", sharePpm: 250_000 },
  ]);
});

test("host: it knows how much of its processor was used, whatever its share, since it was made", () => {
  const { engine, a, b } = twoHosts();
  for (const name of ["one", "other"]) {
    engine.spawn(name, a.owner, function* () {
      yield* a.compute(us(100));
      a.setProcessorShare(0.25);
      yield* a.compute(us(50));
    });
  }
  engine.run();
  a.crash();
  a.restart();
  expect([a.busyNs, b.busyNs]).toEqual([us(300), 0]);
  expect(() => a.compute(Number.NaN)).toThrow(expect.objectContaining({ code: "DELAY" }));
  expect(a.busyNs).toBe(us(300));
});

test("host: a share is more than nothing and at most all", () => {
  const { a } = twoHosts();
  for (const share of [0, -0.5, 1.1, Number.NaN, 0.000_000_1]) {
    expect(() => a.setProcessorShare(share)).toThrow(
      expect.objectContaining({ code: "PROCESSOR_SHARE" }),
    );
  }
  a.setProcessorShare(0.000_001);
  expect(a.processorSharePpm).toBe(1);
});

test("host: the cost of work is whole nanoseconds", () => {
  const { engine, a } = twoHosts();
  engine.spawn("worker", a.owner, function* () {
    yield* a.compute(0.5);
  });
  expect(() => engine.run()).toThrow(/whole nanoseconds/);
});

test("host: work on any share is exact, rounded up", () => {
  const cost = fc.integer({ min: 0, max: 4_000_000_000 });
  fc.assert(
    fc.property(cost, fc.integer({ min: 1, max: 1_000_000 }), (costNs, sharePpm) => {
      const { engine, a } = twoHosts();
      a.setProcessorShare(sharePpm / 1_000_000);
      engine.spawn("worker", a.owner, function* () {
        yield* a.compute(costNs);
      });
      engine.run();
      const exact = (BigInt(costNs) * 1_000_000n + BigInt(sharePpm) - 1n) / BigInt(sharePpm);
      expect(BigInt(engine.now)).toBe(exact);
    }),
  );
});
