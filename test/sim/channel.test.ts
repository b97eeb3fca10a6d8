import fc from "fast-check";
import { expect, test } from "vitest";
import { Channel } from "../../src/sim/channel.ts";
import { Engine } from "../../src/sim/engine.ts";
import { StandinRangeError } from "../../src/sim/errors.ts";
import { type Process, sleep } from "../../src/sim/process.ts";
import { race } from "../../src/sim/race.ts";
import { Signal } from "../../src/sim/signal.ts";

test("channel: items come out in the order in which they went in", () => {
  const engine = new Engine({ seed: 1 });
  const channel = new Channel<number>(engine, "c", { capacity: 100 });
  const seen: number[] = [];
  engine.spawn("receiver", engine.createOwner("o"), function* () {
    for (;;) seen.push(yield* channel.receive());
  });
  for (let i = 0; i < 50; i += 1) engine.at(i >> 3, () => channel.send(i));
  engine.run();
  expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

test("channel: send never waits and says no when full", () => {
  const engine = new Engine({ seed: 1 });
  const channel = new Channel<string>(engine, "c", { capacity: 2 });
  expect([channel.send("a"), channel.send("b"), channel.send("c")]).toEqual([true, true, false]);
  expect([channel.length, channel.capacity]).toEqual([2, 2]);
  expect([channel.tryReceive(), channel.tryReceive(), channel.tryReceive()]).toEqual([
    "a",
    "b",
    undefined,
  ]);
});

test("channel: put waits for room, in order", () => {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("o");
  const channel = new Channel<number>(engine, "c", { capacity: 1 });
  const seen: string[] = [];
  engine.spawn("sender", owner, function* () {
    for (let i = 0; i < 3; i += 1) {
      yield* channel.put(i);
      seen.push(`put ${i} at ${engine.now}`);
    }
  });
  engine.spawn("receiver", owner, function* () {
    for (let i = 0; i < 3; i += 1) {
      yield* sleep(10);
      seen.push(`got ${yield* channel.receive()} at ${engine.now}`);
    }
  });
  engine.run();
  expect(seen).toEqual([
    "put 0 at 0",
    "got 0 at 10",
    "put 1 at 10",
    "got 1 at 20",
    "put 2 at 20",
    "got 2 at 30",
  ]);
});

test("channel: clear drops items and makes room", () => {
  const engine = new Engine({ seed: 1 });
  const channel = new Channel<number>(engine, "c", { capacity: 2 });
  channel.send(1);
  channel.send(2);
  const seen: number[] = [];
  engine.spawn("sender", engine.createOwner("o"), function* () {
    yield* channel.put(3);
    seen.push(engine.now);
  });
  engine.at(5, () => channel.clear());
  engine.run();
  expect(seen).toEqual([5]);
  expect([channel.length, channel.tryReceive()]).toEqual([1, 3]);
});

test("channel: room can be waited for in a race", () => {
  const engine = new Engine({ seed: 1 });
  const channel = new Channel<number>(engine, "c", { capacity: 1 });
  const stop = new Signal(engine, "stop");
  const seen: string[] = [];
  channel.send(1);
  engine.spawn("sender", engine.createOwner("o"), function* () {
    const first = yield* race({ room: channel.room(), stop: stop.wait() });
    channel.send(2);
    const second = yield* race({ room: channel.room(), stop: stop.wait() });
    seen.push(first.key, second.key);
  });
  engine.at(5, () => channel.tryReceive());
  engine.at(9, () => stop.set());
  engine.run();
  expect(seen).toEqual(["room", "stop"]);
});

test("channel: of several who wait one gets the item and the others wait on", () => {
  const engine = new Engine({ seed: 1 });
  const channel = new Channel<string>(engine, "c", { capacity: 4 });
  const owners = ["a", "b", "c"].map((name) => engine.createOwner(name));
  const seen: string[] = [];
  for (const owner of owners) {
    engine.spawn(owner.name, owner, function* () {
      seen.push(`${owner.name} got ${yield* channel.receive()}`);
    });
  }
  // The first in line is told of the item, and dies before it has taken it.
  engine.at(5, () => {
    channel.send("x");
    owners[0]!.kill();
  });
  // The next one is told, and its host pauses.
  engine.at(6, () => {
    channel.send("y");
    owners[2]!.pause();
  });
  engine.at(9, () => owners[2]!.resume());
  engine.run();
  expect(seen).toEqual(["b got x", "c got y"]);
  expect(channel.length).toBe(0);
});

test.each([0, -1, 1.5, Number.POSITIVE_INFINITY])(
  "channel: a capacity of %d is refused",
  (capacity) => {
    const engine = new Engine({ seed: 1 });
    expect(() => new Channel(engine, "c", { capacity })).toThrow(StandinRangeError);
  },
);

// Random programs: senders on two channels; receivers of several kinds, which are killed, paused and resumed
// at any time. What was sent is received once, in order for each sender, or is still there.

interface Program {
  readonly capacity: number;
  readonly senders: readonly (readonly number[])[];
  readonly receivers: readonly { readonly kind: number; readonly delay: number }[];
  readonly faults: readonly { readonly at: number; readonly who: number; readonly kind: number }[];
}

type Item = readonly [sender: number, count: number];
type Items = Channel<Item>;

const programs: fc.Arbitrary<Program> = fc.record({
  capacity: fc.integer({ min: 1, max: 4 }),
  senders: fc.array(fc.array(fc.nat(6), { maxLength: 12 }), { minLength: 1, maxLength: 3 }),
  receivers: fc.array(fc.record({ kind: fc.nat(4), delay: fc.integer({ min: 1, max: 6 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
  faults: fc.array(fc.record({ at: fc.nat(40), who: fc.nat(3), kind: fc.nat(2) }), {
    maxLength: 6,
  }),
});

/** One attempt to receive, and which of the two channels it can empty. */
const kinds: readonly {
  readonly empties: readonly [boolean, boolean];
  readonly attempt: (one: Items, two: Items, delay: number) => Process<Item | undefined>;
}[] = [
  {
    empties: [true, false],
    *attempt(one) {
      return yield* one.receive();
    },
  },
  {
    empties: [false, true],
    *attempt(_one, two) {
      return yield* two.receive();
    },
  },
  {
    empties: [true, true],
    *attempt(one, two, delay) {
      const next = yield* race({ one: one.receive(), two: two.receive() }, delay);
      return next.key === "timeout" ? undefined : next.value;
    },
  },
  {
    empties: [true, true],
    *attempt(one, two) {
      return (yield* race({ two: two.receive(), one: one.receive() })).value;
    },
  },
  {
    empties: [true, true],
    *attempt(one, two, delay) {
      yield* sleep(delay);
      return one.tryReceive() ?? two.tryReceive();
    },
  },
];

test("channel: random programs never lose, double or forget an item", () => {
  fc.assert(
    fc.property(programs, ({ capacity, senders, receivers, faults }) => {
      const engine = new Engine({ seed: 1 });
      const channels = [0, 1].map((n) => new Channel<Item>(engine, `items ${n}`, { capacity }));
      const [one, two] = channels as [Items, Items];
      const sent = senders.map(() => 0);
      const received: Item[] = [];
      senders.forEach((delays, sender) => {
        engine.spawn(`sender ${sender}`, engine.createOwner("senders"), function* () {
          for (const [count, delay] of delays.entries()) {
            yield* sleep(delay);
            yield* (sender % 2 === 0 ? one : two).put([sender, count]);
            sent[sender] = count + 1;
          }
        });
      });
      const owners = receivers.map(({ kind, delay }, number) => {
        const owner = engine.createOwner(`receiver ${number}`);
        engine.spawn(owner.name, owner, function* () {
          for (;;) {
            const item = yield* kinds[kind]!.attempt(one, two, delay);
            if (item !== undefined) received.push(item);
          }
        });
        return owner;
      });
      for (const { at, who, kind } of faults) {
        engine.at(at, () => {
          const owner = owners[who % owners.length]!;
          if (owner.state === "dead") return;
          if (kind === 0) owner.kill();
          else if (kind === 1) owner.pause();
          else owner.resume();
        });
      }
      engine.run({ until: 1_000 });
      // Nothing waits in a channel that a living receiver could have emptied, and no sender hangs then.
      channels.forEach((channel, n) => {
        const canEmpty = receivers.some(
          ({ kind }, i) => owners[i]!.state === "running" && kinds[kind]!.empties[n],
        );
        if (!canEmpty) return;
        expect(channel.length).toBe(0);
        for (let sender = n; sender < senders.length; sender += 2) {
          expect(sent[sender]).toBe(senders[sender]!.length);
        }
      });
      for (const channel of channels) {
        for (let item = channel.tryReceive(); item !== undefined; item = channel.tryReceive()) {
          received.push(item);
        }
      }
      // What each sender sent, in order: one receiver may run after another that took a later item
      // only at another instant, so the order of taking is the order of sending.
      senders.forEach((_, sender) => {
        const counts = received.filter(([from]) => from === sender).map(([, count]) => count);
        expect(counts).toEqual(Array.from({ length: sent[sender]! }, (_each, i) => i));
      });
    }),
    { numRuns: 400 },
  );
});
