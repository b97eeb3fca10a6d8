import { expect, test } from "vitest";
import { Engine } from "../../src/sim/engine.ts";
import { type Process, sleep } from "../../src/sim/process.ts";
import { race } from "../../src/sim/race.ts";

function* work(delayNs: number): Process<string> {
  yield* sleep(delayNs);
  return `worked ${delayNs}`;
}

test("join: gives what the process returned, before and after its end", () => {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("o");
  const handle = engine.spawn("work", owner, () => work(10));
  const seen: string[] = [];
  for (const delay of [0, 20]) {
    engine.spawn(`joiner ${delay}`, owner, function* () {
      yield* sleep(delay);
      seen.push(`${yield* handle.join()} at ${engine.now}`);
    });
  }
  expect([handle.name, handle.state]).toEqual(["work", "running"]);
  engine.run();
  expect(seen).toEqual(["worked 10 at 10", "worked 10 at 20"]);
  expect(handle.state).toBe("done");
});

test("join: of a killed process never ends; its end does", () => {
  const engine = new Engine({ seed: 1 });
  const host = engine.createOwner("host");
  const watcher = engine.createOwner("watcher");
  const seen: string[] = [];
  const handle = engine.spawn("work", host, () => work(100));
  engine.spawn("joins", watcher, function* () {
    seen.push((yield* race({ work: handle.join() }, 50)).key);
  });
  engine.spawn("waits for the end", watcher, function* () {
    seen.push(`${yield* handle.ended()} at ${engine.now}`);
  });
  engine.at(10, () => host.kill());
  engine.run();
  expect(seen).toEqual(["killed at 10", "timeout"]);
});

test("ended: tells how", () => {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("o");
  const handle = engine.spawn("work", owner, () => work(1));
  const seen: string[] = [];
  engine.spawn("waits", owner, function* () {
    seen.push(yield* handle.ended());
    seen.push(yield* handle.ended());
  });
  engine.run();
  expect(seen).toEqual(["done", "done"]);
});

test("kill: ends one process and leaves the others of its owner", () => {
  const engine = new Engine({ seed: 1 });
  const owner = engine.createOwner("o");
  const seen: string[] = [];
  const handles = [1, 2].map((number) =>
    engine.spawn(`p${number}`, owner, function* () {
      yield* sleep(10);
      seen.push(`p${number}`);
    }),
  );
  engine.at(5, () => {
    handles[0]!.kill();
    handles[0]!.kill();
  });
  engine.run();
  handles[1]!.kill();
  expect(seen).toEqual(["p2"]);
  expect(handles.map((handle) => handle.state)).toEqual(["killed", "done"]);
});

test("kill: a process that kills itself stops at its next wait", () => {
  const engine = new Engine({ seed: 1 });
  const seen: string[] = [];
  const handle = engine.spawn("p", engine.createOwner("o"), function* () {
    yield* sleep(1);
    handle.kill();
    seen.push("last words");
    yield* sleep(1);
    seen.push("never");
  });
  engine.run();
  expect(seen).toEqual(["last words"]);
});
