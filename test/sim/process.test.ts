// covers src/sim/process.ts, src/sim/wait.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import { Engine } from "../../src/sim/engine.ts";
import { StandinRangeError } from "../../src/sim/errors.ts";
import { type Process, sleep, takeForgottenSleep } from "../../src/sim/process.ts";
import { ms, us } from "../../src/sim/time.ts";
import { PARKED, RESUMED } from "../../src/sim/wait.ts";

function run(...bodies: readonly ((engine: Engine) => Process)[]): Engine {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("test");
  for (const [i, body] of bodies.entries()) engine.spawn(`p${i}`, owner, () => body(engine));
  engine.run();
  return engine;
}

test("process: the tokens of the protocol cannot be mistaken", () => {
  expect(PARKED).toBeLessThan(0);
  expect(RESUMED).not.toBe(undefined);
});

test("sleep: takes its time, in processes of their own pace", () => {
  const seen: string[] = [];
  const pace = (name: string, delayNs: number) =>
    function* (engine: Engine): Process {
      for (let i = 0; i < 3; i += 1) {
        yield* sleep(delayNs);
        seen.push(`${name} ${engine.now}`);
      }
    };
  run(pace("slow", 30), pace("fast", 20));
  expect(seen).toEqual(["fast 20", "slow 30", "fast 40", "slow 60", "fast 60", "slow 90"]);
});

test("sleep: of nothing lets the others run that are due", () => {
  const seen: string[] = [];
  const twice = (name: string) =>
    function* (): Process {
      seen.push(`${name} 1`);
      yield* sleep(0);
      seen.push(`${name} 2`);
    };
  run(twice("a"), twice("b"));
  expect(seen).toEqual(["a 1", "b 1", "a 2", "b 2"]);
});

test("sleep: parts of a process may sleep at any depth and return values", () => {
  function* sum(depth: number): Process<number> {
    yield* sleep(ms(1));
    if (depth === 0) return 1;
    const left = yield* sum(depth - 1);
    yield* sleep(us(1));
    return left + (yield* sum(depth - 1));
  }
  let total = 0;
  const engine = run(function* () {
    total = yield* sum(5);
  });
  expect(total).toBe(32);
  expect(engine.now).toBe(ms(63) + us(31));
});

test("sleep: any tree of calls takes the sum of its sleeps", () => {
  interface Tree {
    readonly delay: number;
    readonly parts: readonly Tree[];
  }
  const delay = fc.nat(1_000_000_000_000);
  let tree: fc.Arbitrary<Tree> = fc.record({ delay, parts: fc.constant([]) });
  for (let depth = 0; depth < 4; depth += 1) {
    tree = fc.record({ delay, parts: fc.array(tree, { maxLength: 3 }) });
  }
  function* walk({ delay, parts }: Tree): Process<number> {
    yield* sleep(delay);
    let total = delay;
    for (const part of parts) total += yield* walk(part);
    return total;
  }
  fc.assert(
    fc.property(tree, tree, (one, other) => {
      const ends: [number, number][] = [];
      const walker = (root: Tree) =>
        function* (engine: Engine): Process {
          const total = yield* walk(root);
          ends.push([engine.now, total]);
        };
      run(walker(one), walker(other));
      for (const [now, total] of ends) expect(now).toBe(total);
      expect(ends.length).toBe(2);
    }),
  );
});

test.each([-1, 0.5, Number.NaN, 2 ** 53, "5"])("sleep: of %s is refused", (delay) => {
  expect(() => sleep(delay as number)).toThrow(StandinRangeError);
  expect(takeForgottenSleep()).toBe(false);
});

test("sleep: a forgotten yield* is an error of the process that forgot it", () => {
  const innocent = function* (): Process {
    yield* sleep(10);
  };
  const forgetful = function* (): Process {
    yield* sleep(5);
    sleep(5);
    yield* innocent();
  };
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("test");
  engine.spawn("innocent", owner, innocent);
  engine.spawn("forgetful", owner, forgetful);
  expect(() => engine.run()).toThrow(/process "forgetful" failed at 5 ns.*expected yield\*/);
});

test("sleep: a sleep kept for later is an error", () => {
  const body = function* (): Process {
    const pause = sleep(5);
    yield* pause;
    yield* pause;
  };
  expect(() => run(body)).toThrow(/got one that has been waited for before/);
  const pair = function* (): Process {
    for (const pause of [sleep(5), sleep(6)]) yield* pause;
  };
  expect(() => run(pair)).toThrow(/got a sleep that nobody waits for/);
  const callback = new Engine({ seed: 1 });
  callback.schedule(1, () => sleep(1));
  expect(() => callback.run()).toThrow(
    'process "callback" failed at 1 ns, trace position 0, seed 1: StandinTypeError: expected yield*',
  );
});

test("process: what is no wait is refused", () => {
  const values: unknown[] = ["5", Promise.resolve(), undefined, null, {}, -2, 0.5, Number.NaN];
  for (const value of values) {
    const body = function* (): Process {
      yield value as number;
    };
    expect(() => run(body)).toThrow(/expected a wait/);
  }
});

test("process: one that parks without waiting for anything is refused", () => {
  const body = function* (): Process {
    yield PARKED;
  };
  expect(() => run(body)).toThrow("a process that parks waits for something");
});

test("process: time ends at 2^53", () => {
  const body = function* (): Process {
    yield* sleep(Number.MAX_SAFE_INTEGER);
    yield* sleep(1);
  };
  expect(() => run(body)).toThrow(/ends before 2\^53/);
});
