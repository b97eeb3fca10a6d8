// covers src/sim/engine.ts, src/sim/scheduler.ts, src/sim/task.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import { Channel } from "../../src/sim/channel.ts";
import { Engine } from "../../src/sim/engine.ts";
import { sleep } from "../../src/sim/process.ts";
import { race } from "../../src/sim/race.ts";
import { ms } from "../../src/sim/time.ts";
import type { TraceRecord, TraceSink } from "../../src/sim/trace.ts";

/** Calls `look` for each record of a kind. */
function at(engine: Engine, kind: string, look: (record: TraceRecord) => void): TraceSink {
  const sink: TraceSink = {
    record: (_atNs, _position, record) => {
      if (record.kind === kind) look(record);
    },
  };
  engine.trace.addSink(sink);
  return sink;
}

/** A process that announces a point and then takes steps of 1 ms, beside one that is not touched. */
function twoProcesses() {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("a");
  const steps: string[] = [];
  const handle = engine.spawn("held", owner, function* () {
    yield* engine.announce({ kind: "point" });
    steps.push(`held ${engine.now}`);
    yield* sleep(ms(1));
    steps.push(`held ${engine.now}`);
  });
  engine.spawn("other", owner, function* () {
    for (let i = 0; i < 3; i += 1) {
      yield* sleep(ms(1));
      steps.push(`other ${engine.now}`);
    }
  });
  return { engine, owner, steps, handle };
}

test("hold: the process that announces keeps still, the others of its owner go on", () => {
  const { engine, steps, handle } = twoProcesses();
  let release = (): void => undefined;
  at(engine, "point", () => {
    release = engine.holdRunning();
  });
  engine.run({ until: ms(10) });
  expect(steps).toEqual(["other 1000000", "other 2000000", "other 3000000"]);
  expect(handle.state).toBe("running");
  release();
  engine.run({ until: ms(20) });
  expect(steps.slice(3)).toEqual(["held 10000000", "held 11000000"]);
  expect(handle.state).toBe("done");
});

test("hold: released before its next wait, or twice, changes nothing", () => {
  const undisturbed = twoProcesses();
  undisturbed.engine.run();
  const { engine, steps } = twoProcesses();
  at(engine, "point", () => {
    const release = engine.holdRunning();
    release();
    release();
  });
  engine.run();
  expect(steps).toEqual(undisturbed.steps);
  expect(engine.trace.hash()).toBe(undisturbed.engine.trace.hash());
});

test("hold: several hold one process; each release counts once", () => {
  const { engine, steps } = twoProcesses();
  const releases: (() => void)[] = [];
  at(engine, "point", () => releases.push(engine.holdRunning(), engine.holdRunning()));
  engine.run({ until: ms(5) });
  releases[0]?.();
  releases[0]?.();
  expect(engine.run({ until: ms(6) }).events).toBe(0);
  expect(steps.some((step) => step.startsWith("held"))).toBe(false);
  releases[1]?.();
  engine.run({ until: ms(7) });
  expect(steps).toContain("held 6000000");
});

test("hold: an owner killed meanwhile takes the process with it", () => {
  const { engine, owner, steps, handle } = twoProcesses();
  let release = (): void => undefined;
  at(engine, "point", () => {
    release = engine.holdRunning();
  });
  engine.run({ until: ms(1) });
  owner.kill();
  expect(handle.state).toBe("killed");
  release();
  // The slot may be somebody else's by now: the release must not wake that one.
  const other = engine.spawn("new", engine.createOwner("b"), function* () {
    yield* sleep(ms(50));
  });
  release();
  engine.run({ until: ms(5) });
  expect(other.state).toBe("running");
  expect(steps).toEqual(["other 1000000"]);
});

test("hold: while the owner is paused nothing goes on, whichever ends first", () => {
  for (const pauseEndsFirst of [true, false]) {
    const { engine, owner, steps } = twoProcesses();
    let release = (): void => undefined;
    at(engine, "point", () => {
      release = engine.holdRunning();
    });
    engine.at(ms(2), () => owner.pause());
    engine.at(ms(4), () => (pauseEndsFirst ? owner.resume() : release()));
    engine.at(ms(6), () => (pauseEndsFirst ? release() : owner.resume()));
    engine.run();
    expect(steps.filter((step) => step.startsWith("held"))).toEqual([
      "held 6000000",
      "held 7000000",
    ]);
  }
});

test("hold: paused in the instant of the announcement, the process misses no wake", () => {
  const { engine, owner, steps } = twoProcesses();
  let release = (): void => undefined;
  at(engine, "point", () => {
    release = engine.holdRunning();
    owner.pause();
  });
  engine.at(ms(3), () => owner.resume());
  engine.run({ until: ms(8) });
  expect(steps.some((step) => step.startsWith("held"))).toBe(false);
  release();
  engine.run();
  expect(steps).toContain("held 8000000");
});

test("hold: whatever the process waits for next is still there when it is let go", () => {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("a");
  const items = new Channel<number>(engine, "items", { capacity: 4 });
  const got: string[] = [];
  engine.spawn("held", owner, function* () {
    // Not an announcement: the next wait is the one on the channel.
    engine.trace.emit({ kind: "point" });
    const first = yield* race({ item: items.receive() }, ms(2));
    got.push(`${first.key} ${engine.now}`);
    const second = yield* race({ item: items.receive() }, ms(2));
    got.push(`${second.key} ${engine.now}`);
  });
  let release = (): void => undefined;
  at(engine, "point", () => {
    release = engine.holdRunning();
  });
  engine.at(ms(1), () => void items.send(1));
  engine.at(ms(9), () => release());
  engine.run();
  expect(got).toEqual(["item 9000000", "timeout 11000000"]);
});

test("hold: a time limit that passes meanwhile is noticed when the process is let go", () => {
  const engine = new Engine({ seed: 1 });
  const items = new Channel<number>(engine, "items", { capacity: 4 });
  const got: string[] = [];
  engine.spawn("held", engine.createOwner("a"), function* () {
    engine.trace.emit({ kind: "point" });
    const next = yield* race({ item: items.receive() }, ms(2));
    got.push(`${next.key} ${engine.now}`);
  });
  let release = (): void => undefined;
  at(engine, "point", () => {
    release = engine.holdRunning();
  });
  engine.run({ until: ms(9) });
  expect(got).toEqual([]);
  release();
  engine.run();
  expect(got).toEqual(["timeout 9000000"]);
});

test("hold: let go before it is due, a process wakes when it would have", () => {
  const engine = new Engine({ seed: 1 });
  const wakes: number[] = [];
  engine.spawn("held", engine.createOwner("a"), function* () {
    yield* engine.announce({ kind: "point" });
    engine.trace.emit({ kind: "point" });
    yield* sleep(ms(5));
    wakes.push(engine.now);
  });
  // Held twice: over its due time at first, then only in its sleep.
  at(engine, "point", () => {
    const release = engine.holdRunning();
    engine.schedule(ms(2), release);
  });
  engine.run();
  expect(wakes).toEqual([ms(7)]);
});

test("hold: a process that ends instead of waiting is not kept", () => {
  const engine = new Engine({ seed: 1 });
  const handle = engine.spawn("held", engine.createOwner("a"), function* () {
    engine.trace.emit({ kind: "point" });
  });
  let release = (): void => undefined;
  at(engine, "point", () => {
    release = engine.holdRunning();
  });
  engine.run();
  expect(handle.state).toBe("done");
  release();
  expect(engine.run().events).toBe(0);
});

test("hold: outside of a process there is nothing to hold", () => {
  const engine = new Engine({ seed: 1 });
  expect(() => engine.holdRunning()).toThrow(/"hold": expected a wait inside a process/);
  engine.at(1, () => {
    expect(() => engine.holdRunning()).toThrow(expect.objectContaining({ code: "NOT_IN_PROCESS" }));
  });
  engine.run();
});

test("hold: held for any time, a process does what it would have done, later", () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(20), fc.nat(20), (releaseAt, pauseAt, pauseFor) => {
      const { engine, owner, steps } = twoProcesses();
      at(engine, "point", () => {
        const release = engine.holdRunning();
        engine.schedule(ms(releaseAt), release);
      });
      engine.at(ms(pauseAt), () => owner.pause());
      engine.at(ms(pauseAt + pauseFor), () => owner.resume());
      engine.run();
      const held = steps.filter((step) => step.startsWith("held"));
      expect(held).toHaveLength(2);
      const [first = 0, second = 0] = held.map((step) => Number(step.slice(5)));
      expect(first).toBeGreaterThanOrEqual(ms(releaseAt));
      expect(second - first).toBeGreaterThanOrEqual(ms(1));
      expect(steps.filter((step) => step.startsWith("other"))).toHaveLength(3);
    }),
  );
});
