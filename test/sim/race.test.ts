import fc from "fast-check";
import { expect, expectTypeOf, test } from "vitest";
import { Channel } from "../../src/sim/channel.ts";
import { Engine } from "../../src/sim/engine.ts";
import { StandinRangeError, StandinTypeError } from "../../src/sim/errors.ts";
import { type Process, sleep } from "../../src/sim/process.ts";
import { race } from "../../src/sim/race.ts";
import { Signal } from "../../src/sim/signal.ts";

interface World {
  readonly engine: Engine;
  readonly items: Channel<number>;
  readonly halt: Signal;
  readonly seen: string[];
  readonly spawn: (body: () => Process) => void;
}

function world(): World {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("o");
  return {
    engine,
    items: new Channel<number>(engine, "items", { capacity: 8 }),
    halt: new Signal(engine, "halt"),
    seen: [],
    spawn: (body) => engine.spawn("racer", owner, body),
  };
}

test("race: the first one wins, with its value", () => {
  const { engine, items, halt, seen, spawn } = world();
  spawn(function* () {
    for (;;) {
      const next = yield* race({ item: items.receive(), halt: halt.wait() }, 10);
      seen.push(next.key === "item" ? `${next.key} ${next.value}` : next.key);
      if (next.key === "halt") return;
    }
  });
  engine.at(5, () => items.send(7));
  engine.at(20, () => halt.set());
  engine.run();
  expect(seen).toEqual(["item 7", "timeout", "halt"]);
  expect(engine.now).toBe(20);
});

test("race: keys and values are typed, a limit adds the timeout", () => {
  const { engine, items } = world();
  const notes = new Channel<string>(engine, "notes", { capacity: 1 });
  const racers = { item: items.receive(), note: notes.receive() };
  type Win =
    | { readonly key: "item"; readonly value: number }
    | { readonly key: "note"; readonly value: string };
  const unlimited = race(racers);
  const limited = race(racers, 5);
  expectTypeOf(unlimited).toEqualTypeOf<Process<Win>>();
  expectTypeOf(limited).toEqualTypeOf<Process<Win | { readonly key: "timeout" }>>();
});

test("race: of several that are ready the first key wins and the others keep theirs", () => {
  const { engine, items, halt, seen, spawn } = world();
  const more = new Channel<number>(engine, "more", { capacity: 2 });
  items.send(1);
  more.send(2);
  halt.set();
  spawn(function* () {
    const next = yield* race({ more: more.receive(), item: items.receive(), halt: halt.wait() });
    seen.push(`${next.key} ${String(next.value)}`);
  });
  engine.run();
  expect(seen).toEqual(["more 2"]);
  expect([items.length, more.length]).toEqual([1, 0]);
});

test("race: losers are left, so that a later notification does not wake anybody", () => {
  const { engine, items, halt, seen, spawn } = world();
  spawn(function* () {
    yield* race({ item: items.receive(), halt: halt.wait() }, 50);
    seen.push(`raced ${engine.now}`);
    yield* sleep(100);
    seen.push(`slept ${engine.now}`);
  });
  engine.at(5, () => items.send(1));
  engine.at(6, () => halt.set());
  engine.at(7, () => items.send(2));
  engine.run();
  expect(seen).toEqual(["raced 5", "slept 105"]);
});

test("race: something ready at the very end of the limit wins, whoever is first in the queue", () => {
  for (const isEarly of [true, false]) {
    const { engine, items, seen, spawn } = world();
    if (isEarly) engine.at(10, () => items.send(1));
    spawn(function* () {
      seen.push((yield* race({ item: items.receive() }, 10)).key);
    });
    engine.run({ maxEvents: 1 });
    if (!isEarly) engine.at(10, () => items.send(1));
    engine.run();
    // The item that comes after the process' turn at that instant is too late.
    expect(seen).toEqual([isEarly ? "item" : "timeout"]);
    expect(engine.now).toBe(10);
  }
});

test.each([[[3]], [[3, 7]], [[10]], [[3, 7, 10]]])(
  "race: wakes for nothing at %j do not change the limit",
  (wakes) => {
    const { engine, items, seen, spawn } = world();
    spawn(function* () {
      seen.push(`${(yield* race({ item: items.receive() }, 10)).key} at ${engine.now}`);
    });
    for (const at of wakes) {
      engine.at(at, () => {
        items.send(1);
        items.tryReceive();
      });
    }
    engine.run();
    expect(seen).toEqual(["timeout at 10"]);
  },
);

test("race: a limit of nothing looks, gives way once, and looks again", () => {
  const { engine, items, seen, spawn } = world();
  spawn(function* () {
    seen.push((yield* race({ item: items.receive() }, 0)).key);
    seen.push((yield* race({ item: items.receive() }, 0)).key);
  });
  spawn(function* () {
    items.send(1);
    yield* sleep(0);
  });
  engine.run();
  expect(seen).toEqual(["item", "timeout"]);
});

test("race: the same thing under two keys is fine", () => {
  const { engine, items, seen, spawn } = world();
  spawn(function* () {
    const next = yield* race({ one: items.receive(), other: items.receive() });
    seen.push(next.key);
  });
  engine.at(3, () => items.send(1));
  engine.run();
  expect(seen).toEqual(["one"]);
});

test("race: nothing to wait for, a racer called timeout and odd limits are refused", () => {
  const mistakes: [(world: World) => Process<unknown>, unknown][] = [
    [() => race({}), StandinTypeError],
    [({ items }) => race({ timeout: items.receive() }), StandinTypeError],
    [({ items }) => race({ item: items.receive() }, -1), StandinRangeError],
    [({ items }) => race({ item: items.receive() }, 0.5), StandinRangeError],
  ];
  for (const [mistake, kind] of mistakes) {
    const each = world();
    let error: unknown;
    each.spawn(function* () {
      try {
        yield* mistake(each);
      } catch (thrown) {
        error = thrown;
      }
    });
    each.engine.run();
    expect(error).toBeInstanceOf(kind as typeof StandinTypeError);
  }
});

test("race: never ends before the first event nor after the limit", () => {
  const times = fc.array(fc.nat(60), { maxLength: 4 });
  fc.assert(
    fc.property(times, fc.nat(50), fc.nat(50), (sendTimes, haltAt, limit) => {
      const { engine, items, halt, seen, spawn } = world();
      for (const at of sendTimes) engine.at(at, () => items.send(at));
      engine.at(haltAt, () => halt.set());
      spawn(function* () {
        const next = yield* race({ item: items.receive(), halt: halt.wait() }, limit);
        seen.push(`${next.key} at ${engine.now}`);
      });
      engine.run();
      const firstSend = Math.min(...sendTimes);
      const expected =
        firstSend <= haltAt && firstSend <= limit
          ? `item at ${firstSend}`
          : haltAt <= limit
            ? `halt at ${haltAt}`
            : `timeout at ${limit}`;
      expect(seen).toEqual([expected]);
    }),
  );
});
