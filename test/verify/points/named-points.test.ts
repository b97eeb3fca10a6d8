// covers src/verify/points/named-points.ts, src/verify/points/named-point.ts, src/verify/points/held.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Host } from "../../../src/host/host.ts";
import { Network } from "../../../src/host/network.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { sleep } from "../../../src/sim/process.ts";
import { ms, type Nanoseconds } from "../../../src/sim/time.ts";
import { NamedPoints } from "../../../src/verify/points/named-points.ts";

interface Step {
  readonly host: string;
  readonly step: number;
  readonly atNs: Nanoseconds;
}

/** Two hosts that each announce a point and take a step, every millisecond, five times. */
function cluster() {
  const engine = new Engine({ seed: 1 });
  const network = new Network(engine);
  const steps: Step[] = [];
  const run = (host: Host): void => {
    engine.spawn(`protocol on ${host.name}`, host.owner, function* () {
      for (let step = 1; step <= 5; step += 1) {
        yield* sleep(ms(1));
        yield* engine.announce({ kind: "my.point", host: host.name, machine: "m", step });
        steps.push({ host: host.name, step, atNs: engine.now });
      }
    });
  };
  const a = network.addHost("a");
  const b = network.addHost("b");
  a.onStart(run);
  b.onStart(run);
  const points = new NamedPoints({ engine, network, ownKinds: ["my.point"] });
  const stepsOf = (host: string): number[] =>
    steps.filter((each) => each.host === host).map(({ step }) => step);
  return { engine, network, a, b, points, steps, stepsOf };
}

test("named points: observing sees every record that fits, before the step behind it", () => {
  const { engine, points, steps } = cluster();
  const seen: unknown[] = [];
  points.when("my.point", { host: "b" }).observe(({ step }) => seen.push([step, steps.length]));
  points.when("my.point", { occurrence: 3 }).observe(({ host, step }) => seen.push([host, step]));
  engine.run();
  // Both announce before either takes the step of that millisecond.
  expect(seen).toEqual([
    [1, 0],
    ["a", 2],
    [2, 2],
    [3, 4],
    [4, 6],
    [5, 8],
  ]);
});

test("named points: looking changes nothing of the run", () => {
  const undisturbed = cluster();
  undisturbed.engine.run();
  const { engine, points } = cluster();
  let count = 0;
  points.when("my.point").observe(() => {
    count += 1;
  });
  engine.run();
  expect(count).toBe(10);
  expect(engine.trace.hash()).toBe(undisturbed.engine.trace.hash());
});

test("named points: a host crashed at its own point does not take the step behind it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.constantFrom("a", "b"), (occurrence, name) => {
      const { engine, network, points, stepsOf } = cluster();
      points.when("my.point", { host: name, occurrence }).crash(name);
      engine.run();
      expect(stepsOf(name)).toEqual([1, 2, 3, 4, 5].slice(0, occurrence - 1));
      expect(stepsOf(name === "a" ? "b" : "a")).toEqual([1, 2, 3, 4, 5]);
      expect(network.host(name).power).toBe("off");
    }),
  );
});

test("named points: another host crashed at a point takes no step more", () => {
  const { engine, points, b, stepsOf } = cluster();
  // b's announcement of this millisecond comes after a's.
  points.when("my.point", { host: "a", occurrence: 3 }).crash(b);
  engine.run();
  expect(stepsOf("a")).toEqual([1, 2, 3, 4, 5]);
  expect(stepsOf("b")).toEqual([1, 2]);
});

test("named points: without an occurrence the first one counts", () => {
  const { engine, points, stepsOf } = cluster();
  points.when("my.point", { machine: "m", host: "a" }).crash("a");
  points.when("my.point", { machine: "other" }).crash("b");
  engine.run();
  expect(stepsOf("a")).toEqual([]);
  expect(stepsOf("b")).toHaveLength(5);
});

test("named points: a host paused at a point goes on later where it stood", () => {
  const { engine, points, steps } = cluster();
  points.when("my.point", { host: "a", occurrence: 2 }).pause("a", ms(10));
  engine.run();
  const times = steps.filter(({ host }) => host === "a").map(({ atNs }) => atNs / ms(1));
  expect(times).toEqual([1, 12, 13, 14, 15]);
});

test("named points: the end of a pause is not for the host that was started anew", () => {
  const { engine, points, a } = cluster();
  points.when("my.point", { host: "a", occurrence: 1 }).pause(a, ms(4));
  engine.at(ms(2), () => {
    a.crash();
    a.restart();
  });
  engine.at(ms(4), () => a.pause());
  engine.run({ until: ms(20) });
  expect(a.paused).toBe(true);
});

test("named points: a pause that somebody else began is left to them", () => {
  const { engine, points, a } = cluster();
  points.when("my.point", { host: "b", occurrence: 2 }).pause(a, 1);
  engine.at(ms(1), () => a.pause());
  engine.run({ until: ms(20) });
  expect(a.paused).toBe(true);
});

test("named points: a held process keeps still, its host and all others go on", () => {
  const { engine, a, points, stepsOf } = cluster();
  const ticks: Nanoseconds[] = [];
  engine.spawn("beside", a.owner, function* () {
    for (;;) {
      yield* sleep(ms(1));
      ticks.push(engine.now);
    }
  });
  const held = points.when("my.point", { host: "a", occurrence: 3 }).hold();
  expect(held).toMatchObject({ reached: false, record: undefined, holding: false });
  engine.run({ until: ms(20) });
  expect(held).toMatchObject({ reached: true, record: { host: "a", step: 3 }, holding: true });
  expect(stepsOf("a")).toEqual([1, 2]);
  expect(stepsOf("b")).toEqual([1, 2, 3, 4, 5]);
  expect(ticks).toHaveLength(20);
  held.release();
  held.release();
  engine.run({ until: ms(40) });
  expect(stepsOf("a")).toEqual([1, 2, 3, 4, 5]);
  expect(held).toMatchObject({ reached: true, holding: false });
});

test("named points: a hold released beforehand keeps nobody", () => {
  const { engine, points, stepsOf } = cluster();
  const held = points.when("my.point", { host: "a" }).hold();
  held.release();
  engine.run();
  expect(held).toMatchObject({ reached: true, holding: false });
  expect(stepsOf("a")).toHaveLength(5);
});

test("named points: a host crashed while its process is held has nothing to go on with", () => {
  const { engine, a, points, stepsOf } = cluster();
  const held = points.when("my.point", { host: "a", occurrence: 2 }).hold();
  engine.run({ until: ms(3) });
  a.crash();
  a.restart();
  held.release();
  engine.run({ until: ms(30) });
  expect(stepsOf("a")).toEqual([1, 1, 2, 3, 4, 5]);
});

test("named points: several things at one point happen in the order they were asked for", () => {
  const { engine, a, points, stepsOf } = cluster();
  const seen: string[] = [];
  const point = points.when("my.point", { host: "a", occurrence: 2 });
  point.observe(() => seen.push(`first, ${a.power}`));
  point.crash("a").observe(() => seen.push(`second, ${a.power}`));
  points.when("host.crashed").observe(({ host }) => seen.push(`crash of ${String(host)}`));
  engine.run();
  // Looking happens within the step, the crash at its end.
  expect(seen).toEqual(["first, on", "second, on", "crash of a"]);
  expect(stepsOf("a")).toEqual([1]);
});

test("named points: what is asked for at a point counts from the next record on", () => {
  const { engine, points } = cluster();
  const steps: unknown[] = [];
  let count = 0;
  points.when("my.point").observe(() => {
    count += 1;
  });
  points.when("my.point", { host: "a", occurrence: 2 }).observe(() => {
    points.when("my.point", { host: "a", occurrence: 1 }).observe(({ step }) => steps.push(step));
  });
  engine.run();
  expect(steps).toEqual([3]);
  expect(count).toBe(10);
});

test("named points: misuse is refused where it is asked for", () => {
  const { points } = cluster();
  const code = (code: string): unknown => expect.objectContaining({ code });
  expect(() => points.when("commit.snet")).toThrow(code("POINT"));
  expect(() => points.when("my.point", { occurrence: 0 })).toThrow(code("OCCURRENCE"));
  expect(() => points.when("my.point", { host: "c" })).toThrow(code("NO_SUCH_HOST"));
  expect(() => points.when("my.point").crash("c")).toThrow('host: expected one of a, b, got "c"');
  expect(() => points.when("my.point").pause("a", 0)).toThrow(
    "forNs: expected whole nanoseconds from 1, got 0",
  );
  expect(() => points.when("host.crashed").hold()).toThrow(
    'hold: expected a point that a process announces, got "host.crashed"',
  );
});
