import fc from "fast-check";
import { expect, test } from "vitest";
import { linkSettings } from "../../src/host/link-options.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { FRAME_BYTES_MIN, Wire } from "../../src/host/wire.ts";
import { Engine } from "../../src/sim/engine.ts";
import { ms, us } from "../../src/sim/time.ts";
import { bytesOf, collect, twoHosts } from "./rig.ts";

const LATENCY_NS = us(50);

test("wire: a packet arrives after its transmission and the latency", () => {
  const rig = twoHosts();
  const arrivals = collect(rig, rig.b, "p");
  const leftNs = rig.network.transmit(rig.a, "b", "p", bytesOf("x".repeat(1_000)));
  rig.engine.run();
  expect(leftNs).toBe(1_000);
  expect(arrivals).toEqual([{ atNs: 1_000 + LATENCY_NS, text: "x".repeat(1_000) }]);
  expect(rig.of("link.sent", "link.delivered")).toEqual([
    { kind: "link.sent", from: "a", to: "b", port: "p", bytes: 1_000 },
    { kind: "link.delivered", from: "a", to: "b", port: "p", bytes: 1_000 },
  ]);
});

test("wire: packets leave one after the other, short ones as smallest frames", () => {
  const rig = twoHosts();
  const arrivals = collect(rig, rig.b, "p");
  for (const text of ["1", "2", "3"]) rig.network.send(rig.a, "b", "p", bytesOf(text));
  rig.engine.run();
  expect(arrivals).toEqual([
    { atNs: LATENCY_NS + FRAME_BYTES_MIN, text: "1" },
    { atNs: LATENCY_NS + 2 * FRAME_BYTES_MIN, text: "2" },
    { atNs: LATENCY_NS + 3 * FRAME_BYTES_MIN, text: "3" },
  ]);
});

test("wire: the directions do not disturb each other", () => {
  const rig = twoHosts();
  const atA = collect(rig, rig.a, "p");
  rig.network.send(rig.a, "b", "p", new Uint8Array(100_000));
  rig.network.send(rig.b, "a", "p", bytesOf("x"));
  rig.engine.run();
  expect(atA).toEqual([{ atNs: LATENCY_NS + FRAME_BYTES_MIN, text: "x" }]);
});

test("wire: sent bytes are the receiver's own", () => {
  const { engine, network, a, b } = twoHosts();
  const inbox = b.open("p");
  const bytes = bytesOf("abc");
  network.send(a, "b", "p", bytes);
  bytes.fill(0);
  engine.run();
  expect(inbox.tryReceive()).toEqual({ from: "a", port: "p", bytes: bytesOf("abc") });
});

test("wire: what does not fit the queue is lost, the newest", () => {
  const rig = twoHosts({ queueBytes: 250 });
  const arrivals = collect(rig, rig.b, "p");
  for (const text of ["1", "2", "3"]) {
    rig.network.send(rig.a, "b", "p", bytesOf(text.repeat(100)));
  }
  rig.engine.run();
  expect(arrivals.map(({ text }) => text[0])).toEqual(["1", "2"]);
  expect(rig.of("link.dropped")).toMatchObject([{ reason: "queue-full", bytes: 100 }]);
});

test("wire: an idle one takes a packet larger than its queue", () => {
  const rig = twoHosts({ queueBytes: 250 });
  const arrivals = collect(rig, rig.b, "p");
  rig.network.send(rig.a, "b", "p", new Uint8Array(1_000));
  rig.engine.run();
  expect(arrivals.length).toBe(1);
});

test("wire: cut, it loses what is sent and what would arrive", () => {
  const rig = twoHosts();
  const { engine, network, a, b, link } = rig;
  const arrivals = collect(rig, b, "p");
  const send = (atNs: number, text: string): void =>
    engine.at(atNs, () => network.send(a, "b", "p", bytesOf(text)));
  send(us(10), "arrives before");
  send(us(80), "on its way when cut, due while cut");
  send(us(110), "sent while cut");
  send(us(180), "mended before it is due");
  engine.at(us(100), () => link.partition());
  engine.at(us(150), () => link.heal());
  send(us(160), "after");
  engine.run();
  expect(arrivals.map(({ text }) => text)).toEqual([
    "arrives before",
    "after",
    "mended before it is due",
  ]);
  expect(rig.of("link.dropped")).toMatchObject([{ reason: "partition" }, { reason: "partition" }]);
});

test("wire: a cut that is over before a packet is due does not touch it", () => {
  const rig = twoHosts();
  const arrivals = collect(rig, rig.b, "p");
  rig.network.send(rig.a, "b", "p", bytesOf("x"));
  rig.engine.at(us(10), () => rig.link.partition());
  rig.engine.at(us(20), () => rig.link.heal());
  rig.engine.run();
  expect(arrivals.length).toBe(1);
});

test("wire: a crash of the sender loses its queue and not what has left", () => {
  const rig = twoHosts();
  const { engine, network, a, b } = rig;
  const arrivals = collect(rig, b, "p");
  // Each takes 1 us to leave: two have left by 2.5 us, the third has not wholly.
  for (const text of ["1", "2", "3", "4"]) {
    network.send(a, "b", "p", bytesOf(text.repeat(1_000)));
  }
  engine.at(2_500, () => a.crash());
  engine.at(2_600, () => {
    a.restart();
    // The queue of a host that starts is empty.
    network.send(a, "b", "p", bytesOf("5".repeat(1_000)));
  });
  engine.run();
  expect(arrivals.map(({ atNs, text }) => [atNs - LATENCY_NS, text[0]])).toEqual([
    [1_000, "1"],
    [2_000, "2"],
    [3_600, "5"],
  ]);
  expect(rig.of("link.dropped")).toMatchObject([
    { reason: "powered-off" },
    { reason: "powered-off" },
  ]);
});

test("wire: a second crash does not change what the first one decided", () => {
  const rig = twoHosts();
  const { engine, network, a, b } = rig;
  const arrivals = collect(rig, b, "p");
  network.send(a, "b", "p", new Uint8Array(1_000));
  engine.at(500, () => a.crash());
  engine.at(600, () => a.restart());
  engine.at(2_000, () => a.crash());
  engine.run();
  expect(arrivals).toEqual([]);
});

test("wire: a packet to a crashed host is lost, one to a host that is back arrives", () => {
  const rig = twoHosts();
  const { engine, network, a, b } = rig;
  let arrivals = collect(rig, b, "p");
  network.send(a, "b", "p", bytesOf("1"));
  engine.at(us(10), () => b.crash());
  engine.run();
  expect(arrivals).toEqual([]);
  expect(rig.of("link.dropped")).toMatchObject([{ reason: "powered-off" }]);
  network.send(a, "b", "p", bytesOf("2"));
  engine.at(us(80), () => {
    b.restart();
    arrivals = collect(rig, b, "p");
  });
  engine.run();
  expect(arrivals.map(({ text }) => text)).toEqual(["2"]);
});

test("wire: a packet sent before a pause of its sender goes its way", () => {
  const rig = twoHosts();
  const arrivals = collect(rig, rig.b, "p");
  rig.network.send(rig.a, "b", "p", bytesOf("x"));
  rig.a.pause();
  rig.engine.run();
  expect(arrivals.length).toBe(1);
});

test("wire: jitter delays and keeps the order", () => {
  const rig = twoHosts({ jitter: us(100) });
  const arrivals = collect(rig, rig.b, "p");
  for (let i = 0; i < 200; i += 1) {
    rig.engine.at(us(i), () => rig.network.send(rig.a, "b", "p", bytesOf(`${i}`)));
  }
  rig.engine.run();
  expect(arrivals.map(({ text }) => Number(text))).toEqual(
    Array.from({ length: 200 }, (_, i) => i),
  );
  const delays = arrivals.map(({ atNs, text }) => atNs - us(Number(text)) - LATENCY_NS);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(FRAME_BYTES_MIN);
  expect(Math.max(...delays)).toBeGreaterThan(us(60));
});

test("wire: reordering lets later packets overtake", () => {
  const rig = twoHosts({ reordering: 0.2, reorderingDelay: us(300) });
  const arrivals = collect(rig, rig.b, "p");
  for (let i = 0; i < 200; i += 1) {
    rig.engine.at(us(10 * i), () => rig.network.send(rig.a, "b", "p", bytesOf(`${i}`)));
  }
  rig.engine.run();
  const numbers = arrivals.map(({ text }) => Number(text));
  expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i));
});

test("wire: corruption changes one bit, of that packet only", () => {
  const rig = twoHosts({ corruption: 1 });
  const inbox = rig.b.open("p");
  const bytes = new Uint8Array(100);
  rig.network.send(rig.a, "b", "p", bytes);
  rig.engine.run();
  const received = inbox.tryReceive()?.bytes ?? bytes;
  const bits = received.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
  expect(bits).toBe(1);
  expect(bytes).toEqual(new Uint8Array(100));
  expect(rig.count("link.corrupted")).toBe(1);
});

test("wire: a duplicate is a copy of its own", () => {
  const rig = twoHosts({ duplication: 1 });
  const inbox = rig.b.open("p");
  rig.network.send(rig.a, "b", "p", bytesOf("abc"));
  rig.engine.run();
  const first = inbox.tryReceive()?.bytes;
  first?.fill(0);
  expect(inbox.tryReceive()?.bytes).toEqual(bytesOf("abc"));
  expect([rig.count("link.duplicated"), rig.count("link.delivered")]).toEqual([1, 2]);
});

test("wire: rules decide in order, the first that does not pass wins", () => {
  const rig = twoHosts();
  const { engine, network, a, b, link } = rig;
  const arrivals = collect(rig, b, "p");
  const seen: string[] = [];
  link.addRule(({ port, from, to, bytes, atNs }) => {
    seen.push(`${from} ${to} ${port} ${bytes} ${atNs}`);
    return bytes === 1 ? "drop" : "pass";
  });
  link.addRule(({ bytes }) => (bytes <= 2 ? { deliverAfterNs: ms(3) } : "pass"));
  network.send(a, "b", "p", bytesOf("1"));
  network.send(a, "b", "p", bytesOf("22"));
  network.send(a, "b", "p", bytesOf("333"));
  engine.run();
  expect(arrivals).toEqual([
    { atNs: LATENCY_NS + FRAME_BYTES_MIN, text: "333" },
    { atNs: ms(3), text: "22" },
  ]);
  expect(rig.of("link.dropped")).toMatchObject([{ reason: "rule" }]);
  expect(seen).toEqual(["a b p 1 0", "a b p 2 0", "a b p 3 0"]);
});

test("wire: rules corrupt and duplicate", () => {
  const rig = twoHosts();
  const inbox = rig.b.open("p");
  rig.link.addRule(({ bytes }) => (bytes === 1 ? "corrupt" : "duplicate"));
  rig.network.send(rig.a, "b", "p", bytesOf("1"));
  rig.network.send(rig.a, "b", "p", bytesOf("22"));
  rig.engine.run();
  expect(inbox.tryReceive()?.bytes).not.toEqual(bytesOf("1"));
  expect([inbox.length, rig.count("link.corrupted"), rig.count("link.duplicated")]).toEqual([
    2, 1, 1,
  ]);
});

test("wire: a verdict is final, no bad luck comes on top", () => {
  const rig = twoHosts({ loss: 1 });
  const inbox = rig.b.open("p");
  rig.link.addRule(({ bytes }) => (bytes === 1 ? { deliverAfterNs: 0 } : "duplicate"));
  rig.network.send(rig.a, "b", "p", bytesOf("1"));
  rig.network.send(rig.a, "b", "p", bytesOf("22"));
  rig.engine.run();
  expect(inbox.length).toBe(3);
});

test("wire: a rule taken away decides nothing more, the same one added twice still does", () => {
  const rig = twoHosts();
  const inbox = rig.b.open("p");
  const rule = (): "drop" => "drop";
  const removals = [rig.link.addRule(rule), rig.link.addRule(rule)];
  removals[0]?.();
  removals[0]?.();
  rig.network.send(rig.a, "b", "p", bytesOf("1"));
  rig.engine.run();
  expect(inbox.length).toBe(0);
  removals[1]?.();
  rig.network.send(rig.a, "b", "p", bytesOf("1"));
  rig.engine.run();
  expect(inbox.length).toBe(1);
});

test("wire: a verdict that makes no sense is an error", () => {
  const rig = twoHosts();
  rig.link.addRule(() => ({ deliverAfterNs: -1 }));
  expect(() => rig.network.send(rig.a, "b", "p", bytesOf("1"))).toThrow(
    expect.objectContaining({ code: "LINK_VERDICT" }),
  );
});

test("wire: a change holds for what is sent from then on", () => {
  const rig = twoHosts();
  const arrivals = collect(rig, rig.b, "p");
  const send = (): void => rig.network.send(rig.a, "b", "p", new Uint8Array(1_000));
  send();
  rig.link.change({ bandwidth: 8_000_000, latency: us(10) });
  send();
  rig.engine.run();
  expect(arrivals.map(({ atNs }) => atNs)).toEqual([us(51), us(1_011)]);
  expect(rig.of("link.changed")).toHaveLength(2);
  expect(rig.of("link.changed")[0]).toEqual({
    kind: "link.changed",
    from: "a",
    to: "b",
    latencyNs: us(10),
    bandwidthBitsPerSecond: 8_000_000,
    jitterNs: 0,
    lossPpm: 0,
    duplicationPpm: 0,
    reorderingPpm: 0,
    corruptionPpm: 0,
  });
});

test("wire: without faults nothing is drawn, so faults of one wire move no other", () => {
  const engine = new Engine({ seed: 3 });
  const stream = engine.random("wire a > b");
  const settings = linkSettings({}, modern.link);
  const wire = new Wire({ engine, from: "a", to: "b", settings, deliver: () => undefined });
  for (let i = 0; i < 10; i += 1) wire.send("p", new Uint8Array(10));
  engine.run();
  expect(stream.u32()).toBe(new Engine({ seed: 3 }).random("wire a > b").u32());
});

test("wire: the receiver is told of damage", () => {
  const engine = new Engine({ seed: 3 });
  const told: boolean[] = [];
  const deliver = (_port: string, _bytes: Uint8Array, isDamaged: boolean): undefined => {
    told.push(isDamaged);
  };
  const settings = linkSettings({}, modern.link);
  const wire = new Wire({ engine, from: "a", to: "b", settings, deliver });
  wire.send("p", new Uint8Array(10));
  wire.change({ corruption: 1 });
  wire.send("p", new Uint8Array(10));
  engine.run();
  expect(told).toEqual([false, true]);
});

const probability = fc.double({ min: 0, max: 1, noNaN: true });

test("wire: sent and duplicated are delivered or dropped, once each", () => {
  const faults = fc.record({
    loss: probability,
    duplication: probability,
    reordering: probability,
    corruption: probability,
    jitter: fc.nat(100_000),
    queueBytes: fc.integer({ min: 1, max: 5_000 }),
  });
  const packet = fc.record({ atNs: fc.nat(1_000_000), bytes: fc.nat(2_000) });
  const event = fc.record({
    atNs: fc.nat(1_000_000),
    what: fc.constantFrom("cut", "mend", "crash a", "crash b", "restart a", "restart b"),
  });
  fc.assert(
    fc.property(
      fc.integer(),
      faults,
      fc.array(packet, { maxLength: 40 }),
      fc.array(event, { maxLength: 10 }),
      (seed, options, packets, events) => {
        const rig = twoHosts(options, seed);
        const { engine, network, a, b, link, count } = rig;
        b.onStart((host) => void host.open("p", 10));
        for (const { atNs, bytes } of packets) {
          engine.at(atNs, () => network.send(a, "b", "p", new Uint8Array(bytes)));
        }
        for (const { atNs, what } of events) {
          engine.at(atNs, () => {
            if (what === "cut") link.partition();
            else if (what === "mend") link.heal();
            else if (what.startsWith("crash")) network.host(what.slice(-1)).crash();
            else network.host(what.slice(-1)).restart();
          });
        }
        engine.run();
        expect(count("link.sent", "link.duplicated")).toBe(count("link.delivered", "link.dropped"));
      },
    ),
  );
});
