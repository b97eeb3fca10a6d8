// covers src/sim/condition.ts, src/sim/wait-list.ts, src/sim/awaitable.ts
import { expect, test } from "vitest";
import { Awaitable, PENDING } from "../../src/sim/awaitable.ts";
import { Condition } from "../../src/sim/condition.ts";
import { Engine } from "../../src/sim/engine.ts";
import { StandinTypeError } from "../../src/sim/errors.ts";
import { race } from "../../src/sim/race.ts";

test("condition: until looks at once and again after each notification", () => {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("o");
  const changed = new Condition(engine, "changed");
  const seen: string[] = [];
  let epoch = 0;
  for (const wanted of [0, 2, 1]) {
    engine.spawn(`wants ${wanted}`, owner, function* () {
      yield* changed.until(() => epoch >= wanted);
      seen.push(`${wanted} at ${engine.now}`);
    });
  }
  for (const [at, value] of [
    [5, 1],
    [9, 2],
  ] as const) {
    engine.at(at, () => {
      epoch = value;
      changed.notify();
    });
  }
  engine.run({ until: 1 });
  expect(changed.waiterCount).toBe(2);
  engine.run();
  expect(seen).toEqual(["0 at 0", "1 at 5", "2 at 9"]);
  expect(changed.waiterCount).toBe(0);
});

test("condition: wait ends with the next notification after the call", () => {
  const engine = new Engine({ seed: 1 });
  const condition = new Condition(engine, "c");
  const seen: number[] = [];
  condition.notify();
  engine.spawn("p", engine.createOwner("o"), function* () {
    yield* condition.wait();
    seen.push(engine.now);
    const wait = condition.wait();
    condition.notify();
    yield* wait; // notified already
    seen.push(engine.now);
    yield* condition.wait();
    seen.push(engine.now);
  });
  engine.at(5, () => condition.notify());
  engine.run({ until: 10 });
  expect(seen).toEqual([5, 5]);
});

test("condition: waiters run in the order in which they began to wait, after what is due", () => {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("o");
  const condition = new Condition(engine, "c");
  const seen: string[] = [];
  for (const name of ["a", "b", "c"]) {
    engine.spawn(name, owner, function* () {
      yield* condition.wait();
      seen.push(name);
    });
  }
  engine.at(5, () => condition.notify());
  engine.at(5, () => seen.push("due already"));
  engine.run();
  expect(seen).toEqual(["due already", "a", "b", "c"]);
});

test("condition: notified twice before its turn a waiter keeps its place", () => {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("o");
  const condition = new Condition(engine, "c");
  const other = new Condition(engine, "other");
  const seen: string[] = [];
  for (const waitsFor of [condition, other]) {
    engine.spawn(waitsFor.name, owner, function* () {
      yield* waitsFor.wait();
      seen.push(waitsFor.name);
    });
  }
  engine.at(5, () => {
    condition.notify();
    other.notify();
    condition.notify();
  });
  engine.run();
  expect(seen).toEqual(["c", "other"]);
});

test("awaitable: one of somebody's own making works alone and in a race", () => {
  const engine = new Engine({ seed: 1 });
  const condition = new Condition(engine, "tickets");
  let tickets = 0;
  const ticket = new Awaitable<number>(condition, () => {
    if (tickets === 0) return PENDING;
    tickets -= 1;
    return engine.now;
  });
  const seen: unknown[] = [];
  const owner = engine.createOwner("o");
  engine.spawn("a", owner, function* () {
    seen.push(yield* ticket);
  });
  engine.spawn("b", owner, function* () {
    seen.push(yield* race({ ticket }, 100));
  });
  for (const at of [5, 9]) {
    engine.at(at, () => {
      tickets += 1;
      condition.notify();
    });
  }
  engine.run();
  expect(seen).toEqual([5, { key: "ticket", value: 9 }]);
});

test("awaitable: a wait outside a process is refused", () => {
  const engine = new Engine({ seed: 1 });
  const condition = new Condition(engine, "c");
  expect(() => condition.wait().next()).toThrow(StandinTypeError);
  expect(() => condition.currentClock()).toThrow(StandinTypeError);
});
