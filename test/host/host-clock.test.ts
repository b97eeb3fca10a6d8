import fc from "fast-check";
import { expect, test } from "vitest";
import { DRIFT_PPM_MAX, DRIFT_PPM_MIN, HostClock } from "../../src/host/host-clock.ts";
import { Engine } from "../../src/sim/engine.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { twoHosts } from "./rig.ts";

function clockAt(timeNs: number): { engine: Engine; clock: HostClock } {
  const engine = new Engine({ seed: 1 });
  const clock = new HostClock(engine, "a");
  engine.run({ until: timeNs });
  return { engine, clock };
}

test("clock: shows true time unless told otherwise", () => {
  const { engine, clock } = clockAt(ms(7));
  expect(clock.now()).toBe(ms(7));
  expect([clock.offset, clock.drift]).toEqual([0, 0]);
  engine.run({ until: ms(9) });
  expect(clock.now()).toBe(ms(9));
});

test("clock: one made late shows true time, too", () => {
  const engine = new Engine({ seed: 1 });
  engine.run({ until: ms(3) });
  const clock = new HostClock(engine, "a");
  engine.run({ until: ms(5) });
  expect(clock.now()).toBe(ms(5));
});

test("clock: an offset makes it jump, forwards and backwards", () => {
  const { clock } = clockAt(ms(7));
  clock.setOffset(ms(2));
  expect(clock.now()).toBe(ms(9));
  clock.setOffset(-ms(8));
  expect(clock.now()).toBe(-ms(1));
});

test("clock: drift changes the speed and not the time shown", () => {
  const { engine, clock } = clockAt(seconds(1));
  clock.setDrift(100);
  expect(clock.now()).toBe(seconds(1));
  engine.run({ until: seconds(2) });
  expect(clock.now()).toBe(seconds(2) + 100_000);
  clock.setDrift(-100);
  engine.run({ until: seconds(4) });
  expect(clock.now()).toBe(seconds(4) - 100_000);
});

test("clock: changes leave records", () => {
  const { a, of } = twoHosts();
  a.clock.setOffset(5);
  a.clock.setDrift(-3);
  expect(of("clock.changed")).toEqual([
    { kind: "clock.changed", host: "a", offsetNs: 5, driftPpm: 0 },
    { kind: "clock.changed", host: "a", offsetNs: 5, driftPpm: -3 },
  ]);
});

test("clock: stands still in a pause and is behind afterwards", () => {
  const { engine, clock } = clockAt(ms(1));
  clock.stop();
  engine.run({ until: ms(4) });
  expect([clock.now(), clock.standsStill]).toEqual([ms(1), true]);
  clock.start();
  engine.run({ until: ms(6) });
  expect([clock.now(), clock.standsStill]).toEqual([ms(3), false]);
});

test("clock: a change of speed in a pause counts from its end", () => {
  const { engine, clock } = clockAt(ms(1));
  clock.stop();
  engine.run({ until: ms(2) });
  clock.setDrift(DRIFT_PPM_MAX);
  engine.run({ until: ms(4) });
  expect(clock.now()).toBe(ms(1));
  clock.start();
  engine.run({ until: ms(5) });
  expect(clock.now()).toBe(ms(3));
});

test("clock: bad values are refused", () => {
  const { clock } = clockAt(0);
  for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => clock.setOffset(bad)).toThrow(expect.objectContaining({ code: "CLOCK_OFFSET" }));
    expect(() => clock.setDrift(bad)).toThrow(expect.objectContaining({ code: "CLOCK_DRIFT" }));
    expect(() => clock.toGlobal(bad)).toThrow(expect.objectContaining({ code: "DURATION" }));
  }
  for (const drift of [DRIFT_PPM_MIN - 1, DRIFT_PPM_MAX + 1]) {
    expect(() => clock.setDrift(drift)).toThrow(RangeError);
  }
  expect(() => clock.toGlobal(-1)).toThrow(RangeError);
});

const drift = fc.integer({ min: DRIFT_PPM_MIN, max: DRIFT_PPM_MAX });

test("clock: exact after any time at any speed", () => {
  fc.assert(
    fc.property(drift, fc.integer({ min: 0, max: 4_000_000_000_000_000 }), (driftPpm, timeNs) => {
      const { engine, clock } = clockAt(0);
      clock.setDrift(driftPpm);
      engine.run({ until: timeNs });
      const exact = (BigInt(timeNs) * BigInt(1_000_000 + driftPpm)) / 1_000_000n;
      expect(BigInt(clock.now())).toBe(exact);
    }),
  );
});

test("clock: never runs backwards, whatever happens to speed and power", () => {
  const step = fc.record({
    afterNs: fc.integer({ min: 0, max: 3_000_000 }),
    driftPpm: drift,
    isPaused: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const { engine, clock } = clockAt(0);
      let before = clock.now();
      for (const { afterNs, driftPpm, isPaused } of steps) {
        engine.run({ until: engine.now + afterNs });
        expect(clock.now()).toBeGreaterThanOrEqual(before);
        before = clock.now();
        clock.setDrift(driftPpm);
        expect(clock.now()).toBe(before);
        if (isPaused && !clock.standsStill) clock.stop();
        if (!isPaused && clock.standsStill) clock.start();
        expect(clock.now()).toBe(before);
      }
    }),
  );
});

test("clock: a sleep ends at the first moment at which the clock has advanced enough", () => {
  const duration = fc.integer({ min: 0, max: 10_000_000_000_000 });
  const start = fc.integer({ min: 0, max: 10_000_000_000_000 });
  fc.assert(
    fc.property(drift, start, duration, (driftPpm, startNs, localNs) => {
      const { engine, clock } = clockAt(0);
      clock.setDrift(driftPpm);
      engine.run({ until: startNs });
      const wanted = clock.now() + localNs;
      const waitNs = clock.toGlobal(localNs);
      if (waitNs > 0) {
        engine.run({ until: startNs + waitNs - 1 });
        expect(clock.now()).toBeLessThan(wanted);
      }
      engine.run({ until: startNs + waitNs });
      expect(clock.now()).toBeGreaterThanOrEqual(wanted);
    }),
  );
});

test("clock: a process sleeps by it", () => {
  const { engine, a } = twoHosts();
  a.clock.setDrift(1_000_000);
  const woken: number[] = [];
  engine.spawn("sleeper", a.owner, function* () {
    yield* a.clock.sleep(ms(2));
    woken.push(engine.now, a.clock.now());
  });
  engine.run();
  expect(woken).toEqual([ms(1), ms(2)]);
});
