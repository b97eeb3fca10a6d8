// covers src/sim/engine.ts, src/sim/trace.ts, src/sim/hash.ts, src/sim/random.ts
import { expect, test } from "vitest";
import { Channel } from "../../src/sim/channel.ts";
import { Engine } from "../../src/sim/engine.ts";
import { sleep } from "../../src/sim/process.ts";
import { race } from "../../src/sim/race.ts";
import { Signal } from "../../src/sim/signal.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";

/** A little of everything: a lossy sender, a receiver with a limit, a host that pauses and dies. */
function run(seed: number): Engine {
  const engine = new Engine({ seed });
  const sender = engine.createOwner("sender");
  const receiver = engine.createOwner("receiver");
  const wire = new Channel<number>(engine, "wire", { capacity: 4 });
  const halt = new Signal(engine, "halt");
  engine.spawn("sender", sender, function* () {
    const loss = engine.random("loss");
    const jitter = engine.random("jitter");
    for (let packet = 1; ; packet += 1) {
      yield* sleep(us(100) + jitter.below(us(50)));
      if (loss.chance(0.1)) engine.trace.emit({ kind: "packet.lost", packet });
      else if (!wire.send(packet)) engine.trace.emit({ kind: "queue.full", packet });
    }
  });
  engine.spawn("receiver", receiver, function* () {
    for (;;) {
      const next = yield* race({ packet: wire.receive(), halt: halt.wait() }, us(200));
      if (next.key === "halt") return;
      if (next.key === "timeout") engine.trace.emit({ kind: "silence", sinceNs: us(200) });
      else
        yield* engine.announce({
          kind: "packet.received",
          packet: next.value,
          isOdd: next.value % 2 === 1,
        });
      yield* sleep(engine.random("work").between(us(50), us(250)));
    }
  });
  engine.at(ms(20), () => receiver.pause());
  engine.at(ms(22), () => receiver.resume());
  engine.at(ms(60), () => sender.kill());
  engine.at(seconds(3), () => halt.set());
  engine.run({ until: seconds(5) });
  return engine;
}

test("run hash: the same on every engine", () => {
  const engine = run(7);
  expect([engine.trace.position, engine.events]).toEqual([8_882, 18_074]);
  expect(engine.trace.hash()).toBe("9a7bc5119ffc68d0");
});

test("run hash: same seed, same hash; another seed, another one", () => {
  const hashes = [1, 1, 2, 3].map((seed) => run(seed).trace.hash());
  expect(hashes[0]).toBe(hashes[1]);
  expect(new Set(hashes).size).toBe(3);
});
