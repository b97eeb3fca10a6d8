// covers src/sim/engine.ts, src/sim/scheduler.ts, src/sim/task.ts
import { expect, test } from "vitest";
import { Channel } from "../../src/sim/channel.ts";
import { Engine } from "../../src/sim/engine.ts";
import {
  InvariantError,
  ProcessError,
  StandinRangeError,
  StandinTypeError,
} from "../../src/sim/errors.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { type Process, sleep } from "../../src/sim/process.ts";
import { Signal } from "../../src/sim/signal.ts";
import { ms } from "../../src/sim/time.ts";
import type { TraceSink } from "../../src/sim/trace.ts";

function* ticks(engine: Engine, seen: number[], delayNs: number): Process {
  for (;;) {
    yield* sleep(delayNs);
    seen.push(engine.now);
  }
}

test("engine: runs until a time, what is due at it included, and goes on from there", () => {
  const engine = new Engine({ seed: 1 });
  const seen: number[] = [];
  engine.spawn("ticks", engine.createOwner("o"), () => ticks(engine, seen, 10));
  expect(engine.run({ until: 30 })).toEqual({ events: 4, now: 30, reason: "until" });
  expect(seen).toEqual([10, 20, 30]);
  expect(engine.run({ until: 35 })).toEqual({ events: 0, now: 35, reason: "until" });
  expect(engine.now).toBe(35);
  expect(engine.run({ until: 40 })).toEqual({ events: 1, now: 40, reason: "until" });
  expect(engine.events).toBe(5);
});

test("engine: runs until nothing is left", () => {
  const engine = new Engine({ seed: 1 });
  engine.schedule(5, () => undefined);
  expect(engine.run({ until: 9 })).toEqual({ events: 1, now: 9, reason: "idle" });
  engine.schedule(5, () => undefined);
  expect(engine.run()).toEqual({ events: 1, now: 14, reason: "idle" });
  expect(engine.run()).toEqual({ events: 0, now: 14, reason: "idle" });
});

test("engine: runs a number of events, or one", () => {
  const engine = new Engine({ seed: 1 });
  const seen: number[] = [];
  engine.spawn("ticks", engine.createOwner("o"), () => ticks(engine, seen, 10));
  expect(engine.run({ maxEvents: 3, until: 1_000 })).toEqual({
    events: 3,
    now: 20,
    reason: "events",
  });
  expect(engine.step()).toBe(true);
  expect(seen).toEqual([10, 20, 30]);
  expect(engine.run({ maxEvents: 0 })).toEqual({ events: 0, now: 30, reason: "events" });
  expect(new Engine({ seed: 1 }).step()).toBe(false);
});

test("engine: how a run is cut into pieces does not show in its hash", () => {
  const hashes = [[1_000], [1, 2, 3, 500, 501, 1_000], [999, 1_000]].map((limits) => {
    const engine = new Engine({ seed: 1 });
    engine.spawn("ticks", engine.createOwner("o"), () => ticks(engine, [], 7));
    for (const until of limits) engine.run({ until });
    return engine.trace.hash();
  });
  expect(new Set(hashes).size).toBe(1);
});

test("engine: events of the same time run in the order in which they were asked for", () => {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("o");
  const seen: string[] = [];
  engine.at(5, () => seen.push("at"));
  engine.spawn("p", owner, function* () {
    seen.push("start");
    yield* sleep(5);
    seen.push("slept");
  });
  engine.schedule(5, () => {
    seen.push("callback");
    engine.schedule(0, () => seen.push("nested"));
  });
  engine.run();
  expect(seen).toEqual(["start", "at", "callback", "slept", "nested"]);
});

test("engine: a process starts through the queue, not within spawn", () => {
  const engine = new Engine({ seed: 1 });
  const seen: string[] = [];
  engine.spawn("p", engine.createOwner("o"), () => {
    seen.push("body");
    return ticks(engine, [], 1);
  });
  expect(seen).toEqual([]);
  engine.step();
  expect(seen).toEqual(["body"]);
});

test("engine: a random stream is the same object for the same name", () => {
  const engine = new Engine({ seed: 1 });
  expect(engine.random("a")).toBe(engine.random("a"));
  expect(engine.random("a").u32()).not.toBe(engine.random("b").u32());
  expect(new Engine({ seed: 2 }).random("c").u32()).not.toBe(engine.random("c").u32());
});

test("engine: another consumer of randomness changes nobody's draws", () => {
  const draw = (withOther: boolean): number => {
    const engine = new Engine({ seed: 3 });
    if (withOther) engine.random("other").u32();
    return engine.random("link a-b loss").u32();
  };
  expect(draw(true)).toBe(draw(false));
});

test("announce: emits, then gives way once", () => {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("o");
  const seen: string[] = [];
  const sink = new MemorySink();
  engine.trace.addSink(sink);
  engine.spawn("a", owner, function* () {
    yield* engine.announce({ kind: "group.sent", group: 1 });
    seen.push(`a goes on at ${engine.now}`);
  });
  engine.spawn("b", owner, function* () {
    seen.push(`b sees ${engine.trace.position}`);
    yield* sleep(1);
  });
  engine.run();
  expect(seen).toEqual(["b sees 1", "a goes on at 0"]);
  expect(sink.records[0]?.record).toEqual({ kind: "group.sent", group: 1 });
});

test("announce: a sink that crashes the host there keeps the process from its next step", () => {
  const engine = new Engine({ seed: 1 });
  const host = engine.createOwner("host");
  const other = engine.createOwner("other");
  const seen: string[] = [];
  engine.trace.addSink({
    record: (_atNs, _position, { kind }) => {
      if (kind === "checkpoint.copied") host.kill();
    },
  });
  const handle = engine.spawn("checkpoint", host, function* () {
    try {
      seen.push("pause");
      yield* engine.announce({ kind: "checkpoint.copied" });
      seen.push("resume");
    } finally {
      seen.push("finally");
    }
  });
  engine.spawn("bystander", other, function* () {
    yield* sleep(1);
    seen.push("bystander");
  });
  engine.run();
  expect(seen).toEqual(["pause", "bystander"]);
  expect(handle.state).toBe("killed");
});

test("dispatch: a sink may crash or pause the host before the process runs", () => {
  for (const fault of ["kill", "pause"] as const) {
    const engine = new Engine({ seed: 1 });
    const host = engine.createOwner("host");
    const seen: string[] = [];
    const signal = new Signal(engine, "go");
    engine.spawn("p", host, function* () {
      seen.push("first");
      yield* signal.wait();
      seen.push("second");
    });
    let count = 0;
    const sink: TraceSink = {
      record: () => undefined,
      dispatch: (_atNs, name) => {
        if (name === "p") count += 1;
        if (name === "p" && count === 2) host[fault]();
      },
    };
    engine.trace.addSink(sink);
    engine.schedule(3, () => signal.set());
    engine.run();
    expect(seen).toEqual(["first"]);
    expect(host.processCount).toBe(fault === "kill" ? 0 : 1);
    if (fault === "kill") continue;
    engine.trace.removeSink(sink);
    host.resume();
    engine.run();
    expect(seen).toEqual(["first", "second"]);
  }
});

test("errors: what a process throws comes out of run with time, name and position", () => {
  const engine = new Engine({ seed: 42 });
  const cause = new Error("disk on fire");
  engine.spawn("writer", engine.createOwner("o"), function* () {
    yield* engine.announce({ kind: "a" });
    yield* sleep(ms(2));
    throw cause;
  });
  let error: unknown;
  try {
    engine.run({ until: ms(5) });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ProcessError);
  expect(error).toMatchObject({
    processName: "writer",
    timeNs: ms(2),
    tracePosition: 1,
    seed: 42,
    cause,
    message: 'process "writer" failed at 2 ms, trace position 1, seed 42: Error: disk on fire',
  });
  expect(engine.now).toBe(ms(2));
});

test("errors: a failed invariant comes out as itself, with its place", () => {
  const engine = new Engine({ seed: 42 });
  const error = new InvariantError("two servers");
  engine.trace.addSink({
    record: () => {
      throw error;
    },
  });
  engine.spawn("server", engine.createOwner("o"), () => engine.announce({ kind: "serving" }));
  expect(() => engine.run()).toThrow(error);
  expect(error).toMatchObject({ seed: 42, timeNs: 0, tracePosition: 1, processName: "server" });
});

test("errors: a callback's error is told as one", () => {
  const engine = new Engine({ seed: 1 });
  engine.schedule(7, () => {
    throw new Error("oops");
  });
  expect(() => engine.run()).toThrow('process "callback" failed at 7 ns');
});

test("errors: after one the engine refuses to go on", () => {
  const engine = new Engine({ seed: 1 });
  engine.schedule(1, () => {
    throw new Error("oops");
  });
  engine.schedule(2, () => undefined);
  expect(() => engine.run()).toThrow(ProcessError);
  expect(() => engine.run()).toThrow(/expected an engine that has not failed.*oops/);
  expect(() => engine.step()).toThrow(StandinTypeError);
  expect(engine.events).toBe(1);
});

test("errors: an engine does not run within itself, another one may", () => {
  const engine = new Engine({ seed: 1 });
  engine.schedule(1, () => {
    const inner = new Engine({ seed: 2 });
    inner.schedule(9, () => undefined);
    expect(inner.run().now).toBe(9);
    engine.run();
  });
  expect(() => engine.run()).toThrow(/expected an engine that stands still/);
});

test("errors: limits, times, delays and seeds out of range are refused", () => {
  const engine = new Engine({ seed: 1 });
  engine.run({ until: 10 });
  const nothing = (): void => undefined;
  for (const mistake of [
    () => engine.run({ until: 9 }),
    () => engine.run({ until: 10.5 }),
    () => engine.run({ until: Number.POSITIVE_INFINITY }),
    () => engine.run({ maxEvents: -1 }),
    () => engine.schedule(-1, nothing),
    () => engine.schedule(0.5, nothing),
    () => engine.schedule(Number.MAX_SAFE_INTEGER, nothing),
    () => engine.at(9, nothing),
    () => engine.at(2 ** 53, nothing),
    () => new Engine({ seed: 0.5 }),
  ]) {
    expect(mistake).toThrow(StandinRangeError);
  }
});

test("errors: a body that makes no generator is named", () => {
  for (const wrong of [undefined, 5, Promise.resolve(), { next: 1 }]) {
    const engine = new Engine({ seed: 1 });
    engine.spawn("odd", engine.createOwner("o"), () => wrong as unknown as Process);
    expect(() => engine.run()).toThrow(/process "odd": expected a body that returns a generator/);
  }
});

test("errors: a wait outside a process, or in one of another engine, is refused", () => {
  const engine = new Engine({ seed: 1 });
  const signal = new Signal(engine, "go");
  const [wait] = [signal.wait()[Symbol.iterator]()];
  expect(() => wait.next()).toThrow(/"go": expected a wait inside a process of the same engine/);
  const other = new Engine({ seed: 1 });
  other.spawn("p", other.createOwner("o"), function* () {
    yield* signal.wait();
  });
  expect(() => other.run()).toThrow(/inside a process of the same engine/);
});

test("errors: time that stands still is noticed", () => {
  const engine = new Engine({ seed: 1 });
  engine.spawn("spinner", engine.createOwner("o"), function* () {
    for (;;) yield* sleep(0);
  });
  expect(() => engine.run({ until: 10 })).toThrow(
    /time does not advance; one who runs is "spinner"/,
  );
});

test("errors: a process that never gives way is noticed", () => {
  const engine = new Engine({ seed: 1 });
  const signal = new Signal(engine, "always");
  signal.set();
  engine.spawn("greedy", engine.createOwner("o"), function* () {
    for (;;) yield* signal.wait();
  });
  expect(() => engine.run()).toThrow(/a process polls "always" for ever/);
});

test("engine: long runs are not taken for standing still", () => {
  const engine = new Engine({ seed: 1 });
  const signal = new Signal(engine, "always");
  signal.set();
  engine.spawn("busy", engine.createOwner("o"), function* () {
    for (let i = 0; i < 2_100_000; i += 1) {
      yield* sleep(1);
      for (let look = 0; look < 3; look += 1) yield* signal.wait();
    }
  });
  expect(engine.run().now).toBe(2_100_000);
});

test("engine: slots are used again and again", () => {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("o");
  const done = new Channel<number>(engine, "done", { capacity: 8 });
  let sum = 0;
  engine.spawn("parent", owner, function* () {
    for (let i = 1; i <= 1_000; i += 1) {
      engine.spawn(`child ${i}`, owner, function* () {
        yield* sleep(i % 3);
        yield* done.put(i);
      });
      engine.schedule(1, () => undefined);
      sum += yield* done.receive();
    }
  });
  engine.run();
  expect(sum).toBe(500_500);
  expect(owner.processCount).toBe(0);
});
