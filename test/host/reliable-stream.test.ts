import fc from "fast-check";
import { expect, test } from "vitest";
import { mbps } from "../../src/host/bandwidth.ts";
import type { Host } from "../../src/host/host.ts";
import { type ReliableStream, WINDOW_BYTES_DEFAULT } from "../../src/host/reliable-stream.ts";
import {
  encodeSegment,
  MESSAGE_BYTES_MAX,
  SEGMENT_BYTES_MAX,
  type Segment,
} from "../../src/host/segment.ts";
import { xxh32 } from "../../src/sim/hash.ts";
import { sleep } from "../../src/sim/process.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";
import { bytesOf, openStream, type Rig, textOf, twoHosts } from "./rig.ts";

/** Sends messages one after the other. */
function sendAll({ engine }: Rig, stream: ReliableStream, messages: readonly Uint8Array[]): void {
  engine.spawn("send", stream.host.owner, function* () {
    for (const message of messages) yield* stream.send(message);
  });
}

/** Receives for ever into the returned array. */
function receiveAll({ engine }: Rig, stream: ReliableStream): Uint8Array[] {
  const received: Uint8Array[] = [];
  engine.spawn("receive", stream.host.owner, function* () {
    for (;;) received.push(yield* stream.receive());
  });
  return received;
}

function connected(rig: Rig, windowBytes?: number): [ReliableStream, ReliableStream] {
  return [openStream(rig, rig.a, "b", windowBytes), openStream(rig, rig.b, "a", windowBytes)];
}

function patterned(length: number, seed = 1): Uint8Array {
  return new RandomStream(seed, "pattern").bytes(length);
}

function texts(messages: readonly Uint8Array[]): string[] {
  return messages.map(textOf);
}

/** Length and hash: comparing big arrays byte by byte takes the test runner long. */
function prints(messages: readonly Uint8Array[]): string[] {
  return messages.map((message) => `${message.length} ${xxh32(message)}`);
}

test("stream: messages arrive whole, once and in order, in both directions", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  const fromA = [1, 0, SEGMENT_BYTES_MAX, 200_000, 3].map((length, i) => patterned(length, i));
  sendAll(rig, a, fromA);
  sendAll(rig, b, [bytesOf("x"), bytesOf("y")]);
  const [atA, atB] = [receiveAll(rig, a), receiveAll(rig, b)];
  rig.engine.run();
  expect(prints(atB)).toEqual(prints(fromA));
  expect(texts(atA)).toEqual(["x", "y"]);
  expect(rig.count("stream.retransmitted", "stream.rejected")).toBe(0);
});

test("stream: a message of 64 MiB arrives, a longer one is refused", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  const message = new Uint8Array(MESSAGE_BYTES_MAX);
  message.set(patterned(1_000), MESSAGE_BYTES_MAX - 5_000);
  sendAll(rig, a, [message]);
  const received = receiveAll(rig, b);
  rig.engine.run();
  expect(prints(received)).toEqual(prints([message]));
  sendAll(rig, a, [new Uint8Array(MESSAGE_BYTES_MAX + 1)]);
  expect(() => rig.engine.run()).toThrow(/at most 67108864 bytes, got 67108865/);
});

test("stream: a received message is the receiver's own", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  const messages = [bytesOf("abc"), patterned(150_000)];
  sendAll(rig, a, messages);
  const received = receiveAll(rig, b);
  rig.engine.run();
  for (const message of received) message.fill(0);
  expect(textOf(messages[0] ?? new Uint8Array())).toBe("abc");
  expect(prints(messages)[1]).toBe(prints([patterned(150_000)])[0]);
});

test("stream: without messages there are no events, and none after the last one", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  rig.engine.run();
  expect(rig.happened).toEqual([]);
  sendAll(rig, a, [bytesOf("x")]);
  receiveAll(rig, b);
  rig.engine.run();
  const { now } = rig.engine;
  expect(now).toBeLessThan(ms(20));
  expect(rig.engine.run({ until: now + seconds(10) })).toMatchObject({ events: 0 });
});

test("stream: a long one costs few events and one answer for each message", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  sendAll(rig, a, new Array<Uint8Array>(1_000).fill(new Uint8Array(61_500)));
  const received = receiveAll(rig, b);
  const { events } = rig.engine.run();
  expect(received.length).toBe(1_000);
  expect(rig.count("link.sent")).toBeLessThan(2_010);
  expect(events).toBeLessThan(7_000);
});

test("stream: it fills the link", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  sendAll(rig, a, [new Uint8Array(20_000_000)]);
  let receivedAtNs = 0;
  rig.engine.spawn("receive", rig.b.owner, function* () {
    yield* b.receive();
    receivedAtNs = rig.engine.now;
  });
  rig.engine.run();
  // A byte takes a nanosecond; the rest is headers and the round trip in which the ends meet.
  expect(receivedAtNs).toBeGreaterThan(20_000_000);
  expect(receivedAtNs).toBeLessThan(20_000_000 * 1.01);
  // 306 segments, and an answer for every few of them.
  expect(rig.count("link.sent")).toBeLessThan(400);
});

test("stream: a message is sent when its last byte has left the host", () => {
  const rig = twoHosts();
  const [a] = connected(rig);
  const sentAt: number[] = [];
  rig.engine.spawn("send", rig.a.owner, function* () {
    yield* a.send(bytesOf("hello, so that both ends know each other"));
    yield* sleep(ms(1));
    const startNs = rig.engine.now;
    yield* a.send(new Uint8Array(60_000));
    sentAt.push(rig.engine.now - startNs);
  });
  rig.engine.run();
  expect(sentAt[0]).toBeGreaterThanOrEqual(60_000);
  expect(sentAt[0]).toBeLessThan(60_100);
});

test("stream: several processes may send, each message stays whole", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig, 70_000);
  const messages = [1, 2, 3, 4].map((seed) => patterned(150_000, seed));
  for (const message of messages) sendAll(rig, a, [message]);
  const received = receiveAll(rig, b);
  rig.engine.run();
  expect(prints(received).sort()).toEqual(prints(messages).sort());
});

test("stream: a sender that is killed while it waits leaves the stream whole", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig, 70_000);
  const message = patterned(500_000);
  const sender = rig.engine.spawn("send", rig.a.owner, () => a.send(message));
  rig.engine.at(us(200), () => sender.kill());
  rig.engine.at(us(300), () => sendAll(rig, a, [bytesOf("next")]));
  const received = receiveAll(rig, b);
  rig.engine.run();
  expect(prints(received)).toEqual(prints([message, bytesOf("next")]));
});

test("stream: the peer may come later", () => {
  const rig = twoHosts();
  const a = openStream(rig, rig.a, "b");
  sendAll(rig, a, [bytesOf("x")]);
  let received: Uint8Array[] = [];
  rig.engine.at(seconds(3), () => {
    received = receiveAll(rig, openStream(rig, rig.b, "a"));
  });
  rig.engine.run();
  expect(texts(received)).toEqual(["x"]);
  expect(rig.engine.now).toBeLessThan(seconds(4));
  // Doubling up to the cap: some 20 hellos in 3 s, not 300.
  expect(rig.count("link.sent")).toBeLessThan(30);
});

/** Sends one message and loses some of its segments once; tells when it was received. */
function loseSegments(rig: Rig, message: Uint8Array, lost: readonly number[]): number {
  const [a, b] = connected(rig);
  let count = 0;
  rig.link.from(rig.a).addRule(({ bytes }) => {
    if (bytes < 1_000) return "pass";
    count += 1;
    return lost.includes(count) ? "drop" : "pass";
  });
  sendAll(rig, a, [message]);
  let receivedAtNs = Number.POSITIVE_INFINITY;
  rig.engine.spawn("receive", rig.b.owner, function* () {
    expect(prints([yield* b.receive()])).toEqual(prints([message]));
    receivedAtNs = rig.engine.now;
  });
  rig.engine.run();
  return receivedAtNs;
}

test("stream: one lost segment among many is sent again without waiting for the timer", () => {
  const rig = twoHosts();
  expect(loseSegments(rig, patterned(900_000), [3])).toBeLessThan(us(1_500));
  expect(rig.of("stream.retransmitted")).toEqual([
    { kind: "stream.retransmitted", from: "a", to: "b", port: "s", segment: 3 },
  ]);
});

test("stream: four segments that follow a lost one are enough to notice", () => {
  const rig = twoHosts();
  expect(loseSegments(rig, patterned(360_000), [2])).toBeLessThan(us(1_000));
});

test("stream: several lost segments are sent again one after the other, without the timer", () => {
  const rig = twoHosts();
  expect(loseSegments(rig, patterned(900_000), [3, 5, 6])).toBeLessThan(us(1_500));
  expect(rig.of("stream.retransmitted").map(({ segment }) => segment)).toEqual([3, 5, 6]);
});

test("stream: after an outage time-outs are short again", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  const received = receiveAll(rig, b);
  const sendAt = (atNs: number, text: string): void =>
    rig.engine.at(atNs, () => sendAll(rig, a, [bytesOf(text)]));
  sendAt(0, "1");
  rig.engine.at(ms(10), () => rig.link.partition());
  sendAt(ms(11), "2");
  rig.engine.at(seconds(1), () => rig.link.heal());
  rig.engine.at(seconds(2), () => rig.link.partition());
  sendAt(seconds(2), "3");
  rig.engine.at(seconds(2) + us(100), () => rig.link.heal());
  rig.engine.run();
  expect(texts(received)).toEqual(["1", "2", "3"]);
  expect(rig.engine.now).toBeLessThan(seconds(2) + ms(10));
});

test("stream: silence between messages is not taken for a long way", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  const [atA, atB] = [receiveAll(rig, a), receiveAll(rig, b)];
  sendAll(rig, a, [bytesOf("1")]);
  rig.engine.at(seconds(5), () => sendAll(rig, b, [bytesOf("2")]));
  rig.engine.at(seconds(6), () => rig.link.partition());
  rig.engine.at(seconds(6), () => sendAll(rig, a, [bytesOf("3")]));
  rig.engine.at(seconds(6) + us(100), () => rig.link.heal());
  rig.engine.run();
  expect([texts(atA), texts(atB)]).toEqual([["2"], ["1", "3"]]);
  expect(rig.engine.now).toBeLessThan(seconds(6) + ms(10));
});

test("stream: a damaged segment is rejected and sent again", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  let count = 0;
  rig.link.from(rig.a).addRule(({ bytes }) => {
    if (bytes > 1_000) count += 1;
    return bytes > 1_000 && count === 1 ? "corrupt" : "pass";
  });
  const message = patterned(5_000);
  sendAll(rig, a, [message]);
  const received = receiveAll(rig, b);
  rig.engine.run();
  expect(prints(received)).toEqual(prints([message]));
  expect(rig.of("stream.rejected")).toEqual([
    { kind: "stream.rejected", host: "b", port: "s", reason: "check-value" },
  ]);
});

test("stream: time-outs double while the peer is cut off, and it goes on soon after", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  sendAll(rig, a, [bytesOf("before")]);
  const received = receiveAll(rig, b);
  rig.engine.at(ms(20), () => rig.link.partition());
  rig.engine.at(ms(21), () => sendAll(rig, a, [bytesOf("during")]));
  rig.engine.at(seconds(2), () => rig.link.heal());
  rig.engine.run();
  expect(texts(received)).toEqual(["before", "during"]);
  const retries = rig.happened.filter(({ kind }) => kind === "stream.retransmitted");
  const gaps = retries.map(({ atNs }, i) => atNs - (retries[i - 1]?.atNs ?? ms(21)));
  expect(gaps.slice(1, 6).every((gap, i) => gap > (gaps[i] ?? 0))).toBe(true);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(ms(200) + us(1));
  expect(rig.engine.now).toBeLessThan(seconds(2) + ms(500));
});

test.each(["a", "b"])("stream: a pause of host %s only delays", (name) => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  const messages = Array.from({ length: 200 }, (_, i) => patterned(10_000, i));
  sendAll(rig, a, messages);
  const received = receiveAll(rig, b);
  rig.engine.at(us(700), () => rig.network.host(name).pause());
  rig.engine.at(ms(900), () => rig.network.host(name).resume());
  rig.engine.run();
  expect(prints(received)).toEqual(prints(messages));
});

test("stream: a collapse of the bandwidth does not fill the link with repetitions", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  const message = patterned(3_000_000);
  sendAll(rig, a, [message]);
  const received = receiveAll(rig, b);
  rig.engine.at(us(500), () => rig.link.change({ bandwidth: mbps(10) }));
  rig.engine.run();
  expect(prints(received)).toEqual(prints([message]));
  expect(rig.count("stream.retransmitted")).toBeLessThan(5);
});

test("stream: a way longer than every time-out works", () => {
  const rig = twoHosts({ latency: ms(700) });
  const [a, b] = connected(rig);
  const messages = Array.from({ length: 20 }, (_, i) => patterned(1_000, i));
  sendAll(rig, a, messages);
  const received = receiveAll(rig, b);
  rig.engine.run();
  expect(prints(received)).toEqual(prints(messages));
  expect(rig.count("stream.retransmitted")).toBeLessThan(10);
});

test("stream: a receiver that does not receive stops the sender, with bounded buffers", () => {
  const windowBytes = 200_000;
  const rig = twoHosts();
  const [a, b] = connected(rig, windowBytes);
  let sent = 0;
  rig.engine.spawn("send", rig.a.owner, function* () {
    for (;;) {
      yield* a.send(new Uint8Array(10_000));
      sent += 1;
    }
  });
  rig.engine.run({ until: seconds(1) });
  expect(sent * 10_000).toBeGreaterThan(windowBytes / 2);
  expect(sent * 10_000).toBeLessThan(3 * windowBytes);
  // It asks now and then whether there is room, and nothing else.
  const before = rig.count("link.sent");
  rig.engine.run({ until: seconds(2) });
  expect(rig.count("link.sent") - before).toBeLessThan(25);
  // As soon as messages are received it goes on, without waiting for the timer.
  const received = receiveAll(rig, b);
  rig.engine.run({ until: seconds(2) + ms(5) });
  expect(received.length).toBeGreaterThan(300);
});

test("stream: messages longer than the window arrive though nobody receives the one before", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig, 1);
  const messages = [patterned(300_000, 1), patterned(200_000, 2)];
  sendAll(rig, a, messages);
  rig.engine.run({ until: seconds(1) });
  const received = receiveAll(rig, b);
  rig.engine.run();
  expect(prints(received)).toEqual(prints(messages));
});

test("stream: with a lost word of new room the timer asks", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig, 50_000);
  const messages = Array.from({ length: 30 }, (_, i) => patterned(10_000, i));
  sendAll(rig, a, messages);
  rig.engine.run({ until: ms(500) });
  rig.link.partition();
  const received = receiveAll(rig, b);
  rig.engine.run({ until: ms(600) });
  rig.link.heal();
  rig.engine.run();
  expect(prints(received)).toEqual(prints(messages));
});

/** Closes an end and opens it anew, as a program that starts over does. */
function reopen(rig: Rig, host: Host, before: ReliableStream, peer: string): ReliableStream {
  before.close();
  return openStream(rig, host, peer);
}

test("stream: a peer made anew takes nothing of what was for the old one", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  const old = receiveAll(rig, b);
  sendAll(rig, a, [bytesOf("1"), bytesOf("2")]);
  let received: Uint8Array[] = [];
  rig.engine.at(ms(5), () => {
    received = receiveAll(rig, reopen(rig, rig.b, b, "a"));
    sendAll(rig, a, [bytesOf("3"), bytesOf("4")]);
  });
  rig.engine.run({ until: seconds(1) });
  expect([texts(old), texts(received)]).toEqual([["1", "2"], []]);
  expect(a.replaced.isSet).toBe(true);
  // The end that was left behind keeps quiet from then on.
  expect(rig.engine.run({ until: seconds(5) }).events).toBeLessThan(3);
});

test("stream: an idle end learns that its peer is a new one when that one sends", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  sendAll(rig, a, [bytesOf("1")]);
  rig.engine.run();
  const again = reopen(rig, rig.b, b, "a");
  sendAll(rig, again, [bytesOf("x")]);
  const received = receiveAll(rig, a);
  rig.engine.run({ until: seconds(1) });
  expect(a.replaced.isSet).toBe(true);
  expect(received).toEqual([]);
  // And the other way round the new end is answered as soon as the old one is made anew.
  const fresh = receiveAll(rig, reopen(rig, rig.a, a, "b"));
  rig.engine.run();
  expect(texts(fresh)).toEqual(["x"]);
});

test("stream: two ends made anew at any time understand each other", () => {
  const remake = fc.record({
    atNs: fc.nat(3_000_000),
    end: fc.constantFrom("a", "b"),
    crashes: fc.boolean(),
  });
  const faults = fc.record({
    latency: fc.constantFrom(us(10), us(500)),
    loss: fc.constantFrom(0, 0.3),
    jitter: fc.constantFrom(0, us(500)),
    reordering: fc.constantFrom(0, 0.5),
    duplication: fc.constantFrom(0, 0.5),
  });
  fc.assert(
    fc.property(
      fc.integer(),
      faults,
      fc.array(remake, { maxLength: 6 }),
      (seed, options, remakes) => {
        const rig = twoHosts(options, seed);
        const { engine, network } = rig;
        let made = 0;
        // Each end of a, by number, and what arrived from it at each end of b.
        const arrived: { end: number; texts: string[] }[] = [];
        const ends: Record<string, { close: () => void } | undefined> = {};
        const make = (name: string): void => {
          const host = network.host(name);
          const stream = openStream(rig, host, name === "a" ? "b" : "a");
          made += 1;
          const end = made;
          if (name === "a") {
            const messages = Array.from({ length: 40 }, (_, i) => bytesOf(`${end} ${i}`));
            const sender = engine.spawn("send", host.owner, function* () {
              for (const message of messages) {
                yield* stream.send(message);
                yield* sleep(us(50));
              }
            });
            ends[name] = {
              close: () => {
                sender.kill();
                stream.close();
              },
            };
          } else {
            ends[name] = stream;
            const received: string[] = [];
            arrived.push({ end, texts: received });
            engine.spawn("receive", host.owner, function* () {
              for (;;) received.push(textOf(yield* stream.receive()));
            });
          }
        };
        make("a");
        make("b");
        for (const { atNs, end, crashes } of remakes) {
          engine.at(atNs, () => {
            const host = network.host(end);
            if (crashes) host.crash();
            host.restart();
            ends[end]?.close();
            make(end);
          });
        }
        // Last, both anew, so that there are two that have nobody else.
        engine.at(ms(10), () => {
          for (const name of ["a", "b"]) {
            ends[name]?.close();
            make(name);
          }
        });
        engine.at(ms(10), () => rig.link.change({ loss: 0 }));
        engine.run({ until: seconds(10) });
        for (const { texts: received } of arrived) {
          // All from one end, from its first message on, without a gap.
          const from = received[0]?.split(" ")[0] ?? "";
          expect(received).toEqual(received.map((_, i) => `${from} ${i}`));
        }
        expect(arrived.at(-1)?.texts.length).toBe(40);
      },
    ),
    { numRuns: 60 },
  );
});

test("stream: after a crash of its host the end is gone, and the port free", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  sendAll(rig, a, new Array<Uint8Array>(100).fill(new Uint8Array(10_000)));
  rig.engine.at(us(300), () => rig.b.crash());
  rig.engine.at(us(400), () => {
    rig.b.restart();
    const again = openStream(rig, rig.b, "a");
    // Closing the old one must not close the new one's port.
    b.close();
    sendAll(rig, again, [bytesOf("x")]);
  });
  rig.engine.run({ until: seconds(1) });
  expect(a.replaced.isSet).toBe(true);
  expect(() => openStream(rig, rig.b, "a")).toThrow(expect.objectContaining({ code: "PORT_OPEN" }));
});

test("stream: closed it is quiet, cannot send, and the port is free", () => {
  const rig = twoHosts();
  const [a] = connected(rig);
  sendAll(rig, a, [bytesOf("x")]);
  rig.link.partition();
  rig.engine.run({ until: ms(50) });
  a.close();
  a.close();
  expect(rig.engine.run()).toMatchObject({ reason: "idle" });
  openStream(rig, rig.a, "b");
  rig.engine.spawn("send", rig.a.owner, () => a.send(bytesOf("y")));
  rig.engine.run({ until: seconds(1) });
  expect(a.replaced.isSet).toBe(false);
});

test("stream: sending on a closed one is an error", () => {
  const rig = twoHosts();
  const [a] = connected(rig);
  a.close();
  sendAll(rig, a, [bytesOf("x")]);
  expect(() => rig.engine.run()).toThrow(/open stream, got a closed one/);
});

test("stream: an end that was left behind takes nothing more, not even from its old peer", () => {
  const rig = twoHosts();
  const [a, b] = connected(rig);
  const received = receiveAll(rig, b);
  sendAll(rig, a, [bytesOf("1")]);
  rig.engine.run();
  const undelay = rig.link.from("a").addRule(() => ({ deliverAfterNs: ms(50) }));
  sendAll(rig, a, [bytesOf("late")]);
  rig.engine.run({ until: rig.engine.now + us(10) });
  undelay();
  sendAll(rig, reopen(rig, rig.a, a, "b"), [bytesOf("new")]);
  rig.engine.run({ until: seconds(1) });
  expect(b.replaced.isSet).toBe(true);
  expect(texts(received)).toEqual(["1"]);
});

const PLAIN_SEGMENT: Segment = {
  flags: 0,
  source: 1,
  destination: 2,
  sequence: 2,
  acknowledged: 0,
  roomBytes: 0,
  stampUs: 0,
  echoUs: 0,
  messageBytes: 1,
  offset: 0,
  payload: bytesOf("X"),
};

test("stream: a peer that ignores the room does not fill the memory", () => {
  const rig = twoHosts();
  const windowBytes = 100_000;
  const b = openStream(rig, rig.b, "a", windowBytes);
  const payload = new Uint8Array(10_000);
  for (let sequence = 1; sequence <= 100; sequence += 1) {
    const segment = { ...PLAIN_SEGMENT, source: 9, destination: 1, sequence };
    const bytes = encodeSegment({ ...segment, messageBytes: payload.length, payload });
    rig.network.send(rig.a, "b", "s", bytes);
  }
  rig.engine.run();
  const received = receiveAll(rig, b);
  rig.engine.run();
  expect(received.length).toBeLessThanOrEqual((2 * windowBytes) / payload.length);
  expect(received.length).toBeGreaterThanOrEqual(windowBytes / payload.length);
});

test("stream: what is not its peer's is rejected and does no harm", () => {
  const rig = twoHosts();
  const { engine, network, b, link } = rig;
  const c = network.addHost("c");
  network.connect(c, b);
  network.connect(c, rig.a);
  const [a, atB] = connected(rig);
  sendAll(rig, a, [bytesOf("1")]);
  const received = receiveAll(rig, atB);
  engine.run();
  const empty = { messageBytes: 0, payload: new Uint8Array(0) };
  const send = (from: Host, bytes: Uint8Array): void => network.send(from, "b", "s", bytes);
  send(c, encodeSegment(PLAIN_SEGMENT));
  send(rig.a, bytesOf("rubbish"));
  send(rig.a, encodeSegment({ ...PLAIN_SEGMENT, destination: 99 }));
  send(rig.a, encodeSegment({ ...PLAIN_SEGMENT, destination: 0 }));
  send(rig.a, encodeSegment({ ...PLAIN_SEGMENT, ...empty, sequence: 0, acknowledged: 7 }));
  send(rig.a, encodeSegment({ ...PLAIN_SEGMENT, messageBytes: 5, offset: 4 }));
  engine.run();
  sendAll(rig, a, [bytesOf("2")]);
  engine.run();
  expect(rig.of("stream.rejected").map(({ reason, host }) => `${host}: ${reason}`)).toEqual([
    "b: not-the-peer",
    "b: too-short",
    "b: stale-connection",
    "b: no-destination",
    "b: acknowledges-unsent",
    "b: contradictory",
  ]);
  expect(texts(received)).toEqual(["1", "2"]);
  expect(link.from("a").isCut).toBe(false);
});

test("stream: misuse is refused", () => {
  const rig = twoHosts();
  rig.network.addHost("c");
  expect(() => openStream(rig, rig.a, "c")).toThrow(
    expect.objectContaining({ code: "NO_SUCH_LINK" }),
  );
  for (const windowBytes of [0, -1, 0.5, Number.NaN, 2 ** 40]) {
    expect(() => openStream(rig, rig.a, "b", windowBytes)).toThrow(
      expect.objectContaining({ code: "STREAM_WINDOW" }),
    );
  }
  expect(WINDOW_BYTES_DEFAULT).toBe(1_048_576);
});

test("stream: exactly the sent messages in order, whatever the link and the hosts do", () => {
  const probability = fc.double({ min: 0, max: 0.4, noNaN: true });
  const faults = fc.record({
    loss: probability,
    duplication: probability,
    reordering: probability,
    corruption: probability,
    jitter: fc.nat(us(400)),
    queueBytes: fc.constantFrom(10_000, 100_000, 16_000_000),
  });
  const lengths = fc.array(fc.oneof(fc.nat(100), fc.nat(5_000), fc.nat(300_000)), {
    maxLength: 12,
  });
  const trouble = fc.record({
    atNs: fc.nat(ms(30)),
    lastsNs: fc.nat(ms(40)),
    what: fc.constantFrom("partition", "one way", "pause a", "pause b", "slow"),
  });
  fc.assert(
    fc.property(
      fc.integer(),
      faults,
      fc.constantFrom(3_000, 100_000, 1_000_000),
      lengths,
      lengths,
      fc.array(trouble, { maxLength: 4 }),
      (seed, options, windowBytes, fromA, fromB, troubles) => {
        const rig = twoHosts(options, seed);
        const { engine, network, link } = rig;
        const [a, b] = connected(rig, windowBytes);
        const messagesA = fromA.map((length, i) => patterned(length, i));
        const messagesB = fromB.map((length, i) => patterned(length, 100 + i));
        sendAll(rig, a, messagesA);
        sendAll(rig, b, messagesB);
        const [atA, atB] = [receiveAll(rig, a), receiveAll(rig, b)];
        for (const { atNs, lastsNs, what } of troubles) {
          engine.at(atNs, () => {
            if (what === "partition") link.partition();
            else if (what === "one way") link.partition("a");
            else if (what === "slow") link.change({ bandwidth: mbps(100) });
            else network.host(what.slice(-1)).pause();
          });
          engine.at(atNs + lastsNs, () => {
            link.heal();
            for (const host of network.hosts) host.resume();
          });
        }
        engine.at(ms(100), () => link.change({ loss: 0, corruption: 0, queueBytes: 1_000_000 }));
        engine.run({ until: seconds(20) });
        expect(prints(atB)).toEqual(prints(messagesA));
        expect(prints(atA)).toEqual(prints(messagesB));
        // And then there is silence.
        expect(engine.run().events).toBe(0);
        expect(rig.count("link.sent", "link.duplicated")).toBe(
          rig.count("link.delivered", "link.dropped"),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test("stream: it knows when it last heard its peer, on its host's own clock", () => {
  const rig = twoHosts();
  const [one, other] = connected(rig);
  rig.engine.run({ until: ms(5) });
  expect([one.heardAtNs, other.heardAtNs]).toEqual([0, 0]);
  sendAll(rig, one, [new Uint8Array(10)]);
  rig.engine.run({ until: ms(10) });
  expect(one.heardAtNs).toBeGreaterThan(ms(5));
  const { heardAtNs } = other;
  expect(heardAtNs).toBeGreaterThan(ms(5));
  rig.engine.run({ until: ms(50) });
  expect(other.heardAtNs).toBe(heardAtNs);
});
