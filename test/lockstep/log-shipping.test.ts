// covers src/lockstep/log-sender.ts, src/lockstep/log-store.ts
import { expect, test } from "vitest";
import { decodeLogMessage } from "../../src/lockstep/decode-log-message.ts";
import { encodeLogMessage } from "../../src/lockstep/encode-log-message.ts";
import type { LogEntry } from "../../src/lockstep/log-entry.ts";
import type { LogMessage } from "../../src/lockstep/log-message.ts";
import { LogSender } from "../../src/lockstep/log-sender.ts";
import { LogStore } from "../../src/lockstep/log-store.ts";
import { type LogOptions, logSettings } from "../../src/lockstep/options.ts";
import { ms } from "../../src/sim/time.ts";
import { rig } from "../checkpoint/rig.ts";

const mark = (epoch: number): LogEntry => ({ type: "mark", epoch });
const stretch = (check: number, inputBytes = 0): LogEntry => ({
  ...{ type: "stretch", input: new Uint8Array(inputBytes), answers: [] },
  ...{ usedNs: 1, boundary: "idle", instructions: 0, check },
});

function setUp(options: LogOptions = {}, scripted = false) {
  const made = rig();
  const { engine, a, b } = made;
  const log = made.anotherStream("log");
  const told: string[] = [];
  const sender = new LogSender(made.primary, log.a, {
    stored: (position) => void told.push(`stored ${position}`),
    replayed: (position) => void told.push(`replayed ${position}`),
    sent: (position) => void told.push(`sent ${position}`),
    diverged: ({ position, pages }) => void told.push(`diverged ${position}: ${pages.join()}`),
  });
  const store = new LogStore(made.secondary, log.b, logSettings(options));
  const answers: (LogMessage | undefined)[] = [];
  if (scripted) {
    engine.spawn("script", a.owner, function* () {
      for (;;) answers.push(decodeLogMessage(yield* log.a.receive()));
    });
  } else {
    engine.spawn("send", a.owner, () => sender.send());
    engine.spawn("listen", a.owner, () => sender.listen());
  }
  engine.spawn("store", b.owner, () => store.receive());
  const run = () => engine.run({ until: engine.now + ms(5) });
  const say = (message: LogMessage | Uint8Array) => {
    const bytes = message instanceof Uint8Array ? message : encodeLogMessage(message);
    engine.spawn("say", a.owner, () => log.a.send(bytes));
    run();
  };
  const batch = (first: number, ...entries: LogEntry[]): LogMessage => {
    return { type: "batch", term: 1, first, released: 0, entries };
  };
  return { ...made, sender, store, told, answers, run, say, batch, log };
}

test("log shipping: what is added arrives, in batches, and is kept until it is acknowledged", () => {
  const { sender, store, told, run } = setUp();
  sender.add(mark(1));
  for (let check = 0; check < 5_000; check += 1) sender.add(stretch(check));
  run();
  expect([store.log.last, store.log.first, store.markOf(1)]).toEqual([5_001, 1, 1]);
  expect(store.log.at(5_001)).toEqual(stretch(4_999));
  expect(sender.log.count).toBe(0);
  expect(told.filter((each) => each.startsWith("sent"))).toEqual(["sent 4096", "sent 5001"]);
  expect(told.at(-2)).toBe("stored 5001");
});

test("log shipping: a batch takes no more once it is large, and one entry in any case", () => {
  const { sender, store, told, run } = setUp();
  const bytes = new Uint8Array(400_000);
  const answer = { service: "disk", bytes } as const;
  const reading = (check: number): LogEntry => ({
    ...{ type: "stretch", answers: [answer], usedNs: 1, boundary: "idle", instructions: 0, check },
  });
  const whole = { ...reading(0), answers: [answer, answer, answer] } as LogEntry;
  for (const entry of [mark(1), reading(1), reading(2), reading(3), reading(4), whole, whole]) {
    sender.add(entry);
  }
  run();
  expect(store.log.last).toBe(7);
  const sent = told.filter((each) => each.startsWith("sent"));
  expect(sent).toEqual(["sent 4", "sent 6", "sent 7"]);
});

test("log shipping: a store without room takes no more until there is", () => {
  const { sender, store, run } = setUp({ storeBytes: 4_096 });
  for (let check = 0; check < 10; check += 1) {
    sender.add(stretch(check, 1_000));
    run();
  }
  // The fifth is the first for which there was no room: it is kept, and nothing more is taken.
  expect([store.log.last, sender.log.count]).toEqual([5, 5]);
  store.drop(5);
  run();
  expect([store.log.last, sender.log.count]).toEqual([10, 0]);
});

test("log shipping: unreadable messages and gaps are asked for again, once", () => {
  const { say, batch, answers, store } = setUp({}, true);
  say(batch(1, mark(1)));
  say(Uint8Array.of(1, 2, 3, 4, 5));
  say(batch(3, stretch(3)));
  expect(answers).toEqual([
    { type: "stored", term: 1, position: 1, replayed: 0 },
    { type: "missing", term: 1, position: 1 },
  ]);
  say(batch(2, stretch(2), stretch(3)));
  // What it has already it does not take again.
  say(batch(2, stretch(22), stretch(33), stretch(4)));
  expect(store.log.last).toBe(4);
  expect(store.log.at(2)).toEqual(stretch(2));
});

test("log shipping: what is missing is sent again", () => {
  const { engine, a, b, primary, anotherStream } = rig();
  const log = anotherStream("log");
  const nobody = () => undefined;
  const listener = { stored: nobody, replayed: nobody, sent: nobody, diverged: nobody };
  const sender = new LogSender(primary, log.a, listener);
  engine.spawn("send", a.owner, () => sender.send());
  engine.spawn("listen", a.owner, () => sender.listen());
  const heard: number[] = [];
  engine.spawn("hear", b.owner, function* () {
    for (;;) {
      const message = decodeLogMessage(yield* log.b.receive());
      if (message?.type !== "batch") throw new Error("a sender sends batches");
      heard.push(message.first, message.entries.length);
    }
  });
  const run = () => engine.run({ until: engine.now + ms(5) });
  const say = (message: LogMessage) => {
    engine.spawn("say", b.owner, () => log.b.send(encodeLogMessage(message)));
    run();
  };
  for (let epoch = 1; epoch <= 3; epoch += 1) sender.add(mark(epoch));
  run();
  say({ type: "missing", term: 1, position: 1 });
  say({ type: "stored", term: 1, position: 2, replayed: 2 });
  // What it once said that it has is not kept.
  say({ type: "missing", term: 1, position: 0 });
  expect(heard).toEqual([...[1, 3], ...[2, 2], ...[3, 1]]);
});

test("log shipping: entries before a committed checkpoint are forgotten", () => {
  const { say, batch, store } = setUp({}, true);
  say(batch(1, mark(1), stretch(2), stretch(3), mark(2), stretch(5)));
  store.committed(1);
  expect(store.log.first).toBe(2);
  store.committed(2);
  expect([store.log.first, store.markOf(1), store.markOf(2)]).toEqual([5, undefined, 4]);
});

test("log shipping: where a checkpoint overtakes its mark, all before the mark is forgotten", () => {
  const { say, batch, store } = setUp({}, true);
  say(batch(1, mark(1), stretch(2)));
  store.committed(1);
  store.committed(2);
  expect([store.log.count, store.markOf(2)]).toEqual([0, undefined]);
  say(batch(3, stretch(3), mark(2), stretch(5)));
  expect([store.log.first, store.log.last, store.markOf(2)]).toEqual([5, 5, 4]);
});

test("log shipping: what could not be replayed is not acknowledged before the next checkpoint", () => {
  const { say, batch, store, answers, engine, b, run } = setUp({}, true);
  say(batch(1, mark(1), stretch(2)));
  store.committed(1);
  store.lose(1);
  say(batch(3, stretch(3), stretch(4)));
  say(batch(5, mark(2), stretch(6)));
  expect(answers).toHaveLength(1);
  expect([store.log.first, store.log.last]).toEqual([6, 6]);
  engine.spawn("acknowledge", b.owner, () => store.acknowledge());
  run();
  expect(answers).toHaveLength(1);
  store.committed(2);
  say(batch(7, stretch(7)));
  expect(answers.at(-1)).toMatchObject({ type: "stored", position: 7 });
});

test("log shipping: after an error nothing more is sent but word of it", () => {
  const { sender, store, run } = setUp();
  sender.add(mark(1));
  sender.add(stretch(2));
  sender.fail(2);
  sender.add(stretch(3));
  run();
  expect([store.log.last, store.errorAt]).toEqual([2, 2]);
});

test("log shipping: a divergence is told, with the pages", () => {
  const { sender, store, engine, b, told, run } = setUp();
  sender.add(mark(1));
  run();
  engine.spawn("tell", b.owner, () =>
    store.tell({ type: "diverged", term: 1, position: 1, pages: [4, 9] }),
  );
  engine.spawn("nonsense", b.owner, () =>
    store.tell({ type: "diverged", term: 1, position: 77, pages: [] }),
  );
  run();
  expect(told.filter((each) => each.startsWith("diverged"))).toEqual(["diverged 1: 4,9"]);
});
