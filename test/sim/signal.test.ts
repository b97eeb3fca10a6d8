import { expect, test } from "vitest";
import { Engine } from "../../src/sim/engine.ts";
import { sleep } from "../../src/sim/process.ts";
import { Signal } from "../../src/sim/signal.ts";

test("signal: all who wait go on when it is set, and nobody waits while it is", () => {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("o");
  const signal = new Signal(engine, "go");
  const seen: string[] = [];
  for (const delay of [0, 1, 20]) {
    engine.spawn(`p${delay}`, owner, function* () {
      yield* sleep(delay);
      yield* signal.wait();
      seen.push(`p${delay} at ${engine.now}`);
    });
  }
  engine.at(10, () => signal.set());
  engine.at(11, () => signal.set());
  engine.run();
  expect(seen).toEqual(["p0 at 10", "p1 at 10", "p20 at 20"]);
  expect(signal.isSet).toBe(true);
});

test("signal: cleared again before the waiter's turn it goes unseen", () => {
  const engine = new Engine({ seed: 1 });
  const signal = new Signal(engine, "go");
  const seen: number[] = [];
  engine.spawn("p", engine.createOwner("o"), function* () {
    yield* signal.wait();
    seen.push(engine.now);
  });
  engine.at(5, () => {
    signal.set();
    signal.clear();
  });
  engine.at(7, () => signal.set());
  engine.run();
  expect(seen).toEqual([7]);
  signal.clear();
  signal.clear();
  expect(signal.isSet).toBe(false);
});
