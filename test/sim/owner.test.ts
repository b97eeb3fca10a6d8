import fc from "fast-check";
import { expect, test } from "vitest";
import { Channel } from "../../src/sim/channel.ts";
import { Engine } from "../../src/sim/engine.ts";
import { InvariantError } from "../../src/sim/errors.ts";
import type { Owner } from "../../src/sim/owner.ts";
import { type Process, sleep } from "../../src/sim/process.ts";
import { race } from "../../src/sim/race.ts";
import { Signal } from "../../src/sim/signal.ts";

interface World {
  readonly engine: Engine;
  readonly host: Owner;
  readonly seen: string[];
  readonly note: (what: string) => void;
}

function world(): World {
  const engine = new Engine({ seed: 1 });
  const seen: string[] = [];
  const note = (what: string): void => {
    seen.push(`${what} ${engine.now}`);
  };
  return { engine, host: engine.createOwner("host"), seen, note };
}

test("kill: nothing runs any more, no finally either, wherever a process stands", () => {
  const { engine, host, seen, note } = world();
  const channel = new Channel<number>(engine, "c", { capacity: 1 });
  const full = new Channel<number>(engine, "full", { capacity: 1 });
  const signal = new Signal(engine, "s");
  full.send(1);
  const bodies: Record<string, () => Process> = {
    *sleeping() {
      yield* sleep(10);
    },
    *receiving() {
      yield* channel.receive();
    },
    *putting() {
      yield* full.put(2);
    },
    *racing() {
      yield* race({ item: channel.receive(), go: signal.wait() }, 20);
    },
    *nested() {
      yield* bodies["sleeping"]!();
    },
  };
  const handles = Object.entries(bodies).map(([name, body]) =>
    engine.spawn(name, host, function* () {
      try {
        yield* body();
        note(`${name} went on`);
      } finally {
        note(`${name} finally`);
      }
    }),
  );
  engine.at(5, () => host.kill());
  engine.at(6, () => {
    channel.send(1);
    signal.set();
    full.tryReceive();
  });
  engine.run({ until: 100 });
  expect(seen).toEqual([]);
  expect(handles.map((handle) => handle.state)).toEqual(handles.map(() => "killed"));
  expect([host.state, host.processCount]).toEqual(["dead", 0]);
  expect([channel.length, full.length]).toEqual([1, 0]);
});

test("kill: a process that has not started never starts", () => {
  const { engine, host, seen, note } = world();
  engine.spawn("p", host, function* () {
    note("started");
    yield* sleep(1);
  });
  host.kill();
  host.kill();
  engine.run();
  expect(seen).toEqual([]);
  expect(engine.events).toBe(0);
});

test("kill: by the body that makes the generator keeps it from its first step", () => {
  const { engine, host, seen, note } = world();
  engine.spawn("p", host, () => {
    host.kill();
    return (function* (): Process {
      note("started");
      yield* sleep(1);
    })();
  });
  engine.run();
  expect(seen).toEqual([]);
});

test("kill: by one of its own processes lets that one run to its next wait and no further", () => {
  const { engine, host, seen, note } = world();
  const channel = new Channel<number>(engine, "c", { capacity: 1 });
  const waits: (() => Process<unknown>)[] = [
    function* () {
      yield* sleep(0);
    },
    function* () {
      yield* channel.receive();
    },
    function* () {
      yield* race({ item: channel.receive() }, 5);
    },
    function* () {
      note("returns");
    },
  ];
  for (const wait of waits) {
    const own = engine.createOwner("own");
    engine.spawn("suicide", own, function* () {
      own.kill();
      note("last words");
      // A process made by one that is dead already is dead too, and no error.
      const child = engine.spawn("child", own, () => sleepThen(() => note("child")));
      expect(child.state).toBe("killed");
      yield* wait();
      if (wait !== waits[3]) note("never");
    });
  }
  function* sleepThen(action: () => void): Process {
    yield* sleep(1);
    action();
  }
  engine.run();
  channel.send(1);
  engine.run();
  expect(seen).toEqual([
    "last words 0",
    "last words 0",
    "last words 0",
    "last words 0",
    "returns 0",
  ]);
  expect(channel.length).toBe(1);
  expect(host.state).toBe("running");
});

test("kill: a dead owner gets no new process, no pause and no resume", () => {
  const { engine, host } = world();
  host.kill();
  expect(() => engine.spawn("p", host, () => engine.announce({ kind: "a" }))).toThrow(
    InvariantError,
  );
  expect(() => host.pause()).toThrow(InvariantError);
  expect(() => host.resume()).toThrow(InvariantError);
});

test("pause: sleeps last longer by its length", () => {
  const { engine, host, seen, note } = world();
  engine.spawn("p", host, function* () {
    yield* sleep(100);
    note("slept");
    yield* sleep(100);
    note("slept again");
  });
  engine.at(40, () => host.pause());
  engine.at(70, () => host.resume());
  engine.run();
  expect(seen).toEqual(["slept 130", "slept again 230"]);
});

test("pause: what became due meanwhile runs at resume, in the order in which it became due", () => {
  const { engine, host, seen, note } = world();
  const signals = ["a", "b", "c"].map((name) => new Signal(engine, name));
  for (const signal of [...signals].reverse()) {
    engine.spawn(signal.name, host, function* () {
      yield* signal.wait();
      note(signal.name);
    });
  }
  engine.at(10, () => host.pause());
  for (const [i, signal] of signals.entries()) engine.at(20 + i, () => signal.set());
  engine.at(50, () => host.resume());
  engine.run();
  expect(seen).toEqual(["a 50", "b 50", "c 50"]);
});

test("pause: at the very instant a sleep ends the sleep waits for the resume", () => {
  const { engine, host, seen, note } = world();
  const signal = new Signal(engine, "s");
  engine.at(10, () => host.pause());
  engine.spawn("sleeper", host, function* () {
    yield* sleep(10);
    note("slept");
  });
  engine.spawn("waiter", host, function* () {
    yield* signal.wait();
    note("woken");
  });
  engine.at(15, () => signal.set());
  engine.at(30, () => host.resume());
  engine.run();
  expect(seen).toEqual(["slept 30", "woken 30"]);
});

test("pause: limits of races stand still, and an item that arrives meanwhile wins", () => {
  const { engine, host, seen, note } = world();
  const channel = new Channel<string>(engine, "c", { capacity: 4 });
  engine.spawn("p", host, function* () {
    for (let i = 0; i < 2; i += 1) {
      const outcome = yield* race({ item: channel.receive() }, 100);
      note(outcome.key);
    }
  });
  engine.at(90, () => host.pause());
  engine.at(150, () => channel.send("late, but the host's clock stands at 90"));
  engine.at(200, () => host.resume());
  engine.at(250, () => host.pause());
  engine.at(350, () => host.resume());
  engine.run();
  // The second limit begins at 200 and is stretched by 100.
  expect(seen).toEqual(["item 200", "timeout 400"]);
});

test("pause: twice counts once", () => {
  const { engine, host, seen, note } = world();
  engine.spawn("p", host, function* () {
    yield* sleep(10);
    note("slept");
  });
  engine.at(2, () => host.pause());
  engine.at(4, () => host.pause());
  engine.at(8, () => host.resume());
  engine.at(9, () => host.resume());
  engine.run();
  expect(seen).toEqual(["slept 16"]);
  expect(host.clockNs).toBe(10);
});

test("pause: its own process runs to its next wait", () => {
  const { engine, host, seen, note } = world();
  engine.spawn("p", host, function* () {
    host.pause();
    note("still");
    yield* sleep(5);
    note("after");
  });
  engine.at(100, () => host.resume());
  engine.run();
  expect(seen).toEqual(["still 0", "after 105"]);
});

test("pause: a process spawned meanwhile starts at resume; a killed owner forgets it", () => {
  for (const end of ["resume", "kill"] as const) {
    const { engine, host, seen, note } = world();
    host.pause();
    const handle = engine.spawn("p", host, function* () {
      note("started");
      yield* sleep(1);
    });
    engine.at(50, () => host[end]());
    engine.run();
    expect(seen).toEqual(end === "resume" ? ["started 50"] : []);
    expect(handle.state).toBe(end === "resume" ? "done" : "killed");
  }
});

test("pause: a process killed meanwhile does not come back", () => {
  const { engine, host, seen, note } = world();
  const handle = engine.spawn("p", host, function* () {
    yield* sleep(10);
    note("slept");
  });
  engine.at(5, () => host.pause());
  engine.at(6, () => handle.kill());
  engine.at(7, () => host.resume());
  engine.run();
  expect(seen).toEqual([]);
  expect(host.processCount).toBe(0);
});

test("clock: stands still in pauses and after death", () => {
  const { engine, host } = world();
  const read = (timeNs: number): number => {
    engine.run({ until: timeNs });
    return host.clockNs;
  };
  expect(read(10)).toBe(10);
  host.pause();
  expect(read(30)).toBe(10);
  host.resume();
  expect(read(35)).toBe(15);
  host.pause();
  expect(read(50)).toBe(15);
  host.kill();
  expect(read(60)).toBe(15);
});

test("law: a paused run is the run without pauses, seen on the host's own clock", () => {
  const delays = fc.array(fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 5,
  });
  // Pauses and gaps between them.
  const pauses = fc.array(fc.tuple(fc.nat(25), fc.nat(25)), { maxLength: 6 });
  fc.assert(
    fc.property(delays, pauses, (programs, stretches) => {
      const runWith = (faults: readonly (readonly [number, number])[]): string[] => {
        const { engine, host, seen } = world();
        programs.forEach((program, number) => {
          engine.spawn(`p${number}`, host, function* () {
            for (const delay of program) {
              yield* sleep(delay);
              seen.push(`${number} at ${host.clockNs}`);
            }
          });
        });
        let at = 0;
        for (const [gap, length] of faults) {
          engine.run({ until: at + gap });
          host.pause();
          engine.run({ until: at + gap + length });
          host.resume();
          at += gap + length;
        }
        engine.run();
        return seen;
      };
      expect(runWith(stretches)).toEqual(runWith([]));
    }),
  );
});

test("law: whatever is killed, nothing of it runs afterwards and the others are not disturbed", () => {
  const schedule = fc.array(fc.nat(15), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      fc.array(schedule, { minLength: 2, maxLength: 5 }),
      fc.nat(40),
      (programs, killAt) => {
        const runWith = (isKilling: boolean): string[][] => {
          const { engine } = world();
          const logs = programs.map((program, number) => {
            const owner = engine.createOwner(`o${number}`);
            const log: string[] = [];
            engine.spawn(`p${number}`, owner, function* () {
              try {
                for (const delay of program) {
                  yield* sleep(delay);
                  log.push(`${engine.now}`);
                }
              } finally {
                log.push("end");
              }
            });
            if (number === 0 && isKilling) engine.at(killAt, () => owner.kill());
            return log;
          });
          engine.run();
          return logs;
        };
        const [killed, ...others] = runWith(true);
        const [whole, ...undisturbed] = runWith(false);
        expect(others).toEqual(undisturbed);
        const total = programs[0]!.reduce((sum, delay) => sum + delay, 0);
        // At the same instant the callback, scheduled first, comes first.
        const kept = whole!.filter((entry) => entry !== "end" && Number(entry) < killAt);
        expect(killed).toEqual(total < killAt ? whole : kept);
      },
    ),
  );
});
