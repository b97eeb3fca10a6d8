import { expect, test } from "vitest";
import { LANE_MESSAGES_MAX, Lanes } from "../../../src/checkpoint/stage/lanes.ts";
import { ms } from "../../../src/sim/time.ts";
import { rig } from "../rig.ts";

/** Lanes of so many streams, and what was received of them so far. */
function setUp(count: number, isRead = true) {
  const on = rig();
  const more = Array.from({ length: count - 1 }, (_, lane) => on.anotherStream(`m ${lane + 1}`));
  const { engine, b: host, streams } = on;
  const parts = { engine, host, machine: "m", stream: streams.b };
  const lanes = new Lanes({ ...parts, moreStreams: more.map(({ b }) => b) });
  const received: string[] = [];
  const read = (): void => {
    engine.spawn("reader", host.owner, function* () {
      for (;;) received.push(Buffer.from(yield* lanes.receive()).toString());
    });
  };
  if (isRead) read();
  const ends = [streams.a, ...more.map(({ a }) => a)];
  return {
    lanes,
    received,
    read,
    send(lane: number, ...texts: readonly string[]): void {
      engine.spawn("sender", on.a.owner, function* () {
        for (const text of texts) yield* ends[lane]!.send(new Uint8Array(Buffer.from(text)));
      });
    },
    run: () => engine.run({ until: engine.now + ms(50) }),
  };
}

test("lanes: messages of all streams come as one, those of a stream in their order", () => {
  const on = setUp(3);
  on.send(0, "a1", "a2", "a3");
  on.send(1, "b1", "b2");
  on.send(2, "c1");
  on.run();
  expect([...on.received].sort()).toEqual(["a1", "a2", "a3", "b1", "b2", "c1"]);
  expect(on.received.filter((text) => text.startsWith("a"))).toEqual(["a1", "a2", "a3"]);
  expect(on.received.filter((text) => text.startsWith("b"))).toEqual(["b1", "b2"]);
});

test("lanes: a silent stream keeps nobody waiting", () => {
  const on = setUp(2);
  on.send(1, "b1");
  on.run();
  expect(on.received).toEqual(["b1"]);
});

test("lanes: a single stream is read as it is", () => {
  const on = setUp(1);
  on.send(0, "a1", "a2");
  on.run();
  expect(on.received).toEqual(["a1", "a2"]);
});

test("lanes: more messages than the queue holds wait and none is lost", () => {
  const on = setUp(2, false);
  const texts = Array.from({ length: LANE_MESSAGES_MAX + 9 }, (_, index) => `b${index}`);
  on.send(1, ...texts);
  on.run();
  on.read();
  on.run();
  expect(on.received).toEqual(texts);
});

test("lanes: closed, nothing more comes", () => {
  const on = setUp(2);
  on.send(0, "a1");
  on.run();
  on.lanes.close();
  on.send(0, "a2");
  on.send(1, "b1");
  on.run();
  expect(on.received).toEqual(["a1"]);
});
