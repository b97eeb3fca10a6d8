import { expect, test } from "vitest";
import { detectionSettings, Heartbeat } from "../../src/cluster/heartbeat.ts";
import { Network } from "../../src/host/network.ts";
import { Engine } from "../../src/sim/engine.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { ms, seconds } from "../../src/sim/time.ts";

function setUp({ evenPaused = false } = {}) {
  const engine = new Engine({ seed: 1 });
  const sink = new MemorySink();
  engine.trace.addSink(sink);
  const network = new Network(engine);
  const [a, b] = [network.addHost("a"), network.addHost("b")];
  network.connect(a, b);
  const common = { engine, network, machine: "m", term: 1 };
  const settings = detectionSettings();
  const defect = evenPaused ? { evenPaused } : {};
  const ofA = new Heartbeat({ ...common, host: a, peer: "b", ...defect }, settings);
  const ofB = new Heartbeat({ ...common, host: b, peer: "a" }, settings);
  const suspicions = () => sink.records.filter(({ record }) => record.kind === "failure.suspected");
  return { engine, network, a, b, ofA, ofB, suspicions };
}

test("heartbeat: two hosts that live and see each other suspect nothing", () => {
  const { engine, ofA, ofB } = setUp();
  engine.run({ until: seconds(5) });
  expect([ofA.suspected.isSet, ofB.suspected.isSet]).toEqual([false, false]);
});

test("heartbeat: a dead peer is suspected when the time-out is over, not much later", () => {
  const { engine, a, ofB, suspicions } = setUp();
  engine.run({ until: ms(503) });
  a.crash();
  engine.run({ until: seconds(1) });
  expect(ofB.suspected.isSet).toBe(true);
  const { atNs, record } = suspicions()[0]!;
  expect(atNs - ms(500)).toBeGreaterThanOrEqual(ms(100));
  expect(atNs - ms(503)).toBeLessThanOrEqual(ms(111));
  expect(record).toEqual({
    kind: "failure.suspected",
    machine: "m",
    host: "b",
    term: 1,
    peer: "a",
    silentNs: ms(100),
  });
});

test("heartbeat: a peer is suspected once, however long it is silent and if it comes back", () => {
  const { engine, network, a, suspicions } = setUp();
  a.crash();
  engine.run({ until: seconds(1) });
  expect(suspicions()).toHaveLength(1);
  a.restart();
  network.send(a, "b", "heartbeat m", new Uint8Array(2));
  engine.run({ until: seconds(2) });
  expect(suspicions()).toHaveLength(1);
});

test("heartbeat: a cut in one direction is suspected by the one who hears nothing", () => {
  const { engine, network, ofA, ofB } = setUp();
  network.partition("a", "b", { oneWay: true });
  engine.run({ until: seconds(1) });
  expect([ofA.suspected.isSet, ofB.suspected.isSet]).toEqual([false, true]);
});

test("heartbeat: a pause shorter than the time-out is not noticed, a longer one is by the other", () => {
  for (const [length, noticed] of [
    [80, false],
    [120, true],
  ] as const) {
    const { engine, a, ofA, ofB } = setUp();
    engine.run({ until: ms(500) });
    a.pause();
    engine.run({ until: ms(500 + length) });
    a.resume();
    engine.run({ until: seconds(2) });
    expect(ofB.suspected.isSet).toBe(noticed);
    // The clock of a paused host stands still with it: for the host no time has passed.
    expect(ofA.suspected.isSet).toBe(false);
  }
});

test("heartbeat: time-outs are measured on the listener's own clock", () => {
  const { engine, a, b, suspicions } = setUp();
  b.clock.setDrift(500_000);
  engine.run({ until: ms(500) });
  a.crash();
  engine.run({ until: seconds(1) });
  const { atNs, record } = suspicions()[0]!;
  expect(record["silentNs"]).toBeGreaterThanOrEqual(ms(100));
  expect(atNs - ms(500)).toBeLessThanOrEqual(ms(78));
});

test("heartbeat: a host that stops sending is suspected, as it means to be", () => {
  const { engine, ofA, ofB } = setUp();
  engine.run({ until: ms(300) });
  ofA.stop();
  engine.run({ until: seconds(1) });
  expect(ofB.suspected.isSet).toBe(true);
  expect(ofA.suspected.isSet).toBe(false);
});

test("heartbeat: one machine's heartbeat is stopped, the other's on the same hosts goes on", () => {
  const { engine, network, a, b, ofA, ofB } = setUp();
  const other = { engine, network, machine: "n", term: 1 };
  const settings = detectionSettings();
  const others = [
    new Heartbeat({ ...other, host: a, peer: "b" }, settings),
    new Heartbeat({ ...other, host: b, peer: "a" }, settings),
  ];
  engine.run({ until: ms(300) });
  ofA.stop();
  engine.run({ until: seconds(1) });
  expect(ofB.suspected.isSet).toBe(true);
  expect(others.map(({ suspected }) => suspected.isSet)).toEqual([false, false]);
});

test("heartbeat: sent by the network card, on purpose, it says that a paused host runs", () => {
  const { engine, a, ofB, suspicions } = setUp({ evenPaused: true });
  engine.run({ until: ms(100) });
  a.pause();
  engine.run({ until: seconds(1) });
  expect(suspicions()).toEqual([]);
  // A card without power sends nothing.
  a.crash();
  engine.run({ until: seconds(2) });
  expect(ofB.suspected.isSet).toBe(true);
});

test("heartbeat: a card that was stopped sends nothing more", () => {
  const { engine, ofA, ofB } = setUp({ evenPaused: true });
  engine.run({ until: ms(100) });
  ofA.stop();
  engine.run({ until: seconds(1) });
  expect(ofB.suspected.isSet).toBe(true);
});

test.each([
  ["out", "nobody", false],
  ["out", "nobody", true],
  ["in", "b", false],
])(
  "heartbeat: what fails in its part %s is named after the machine and the host",
  (part, peer, evenPaused) => {
    const { engine, network, a, ofA } = setUp();
    const parties = { engine, network, host: a, machine: "m", term: 1, peer, evenPaused };
    // The port is taken by the heartbeat that there is.
    const second = new Heartbeat(parties, detectionSettings());
    expect(second.suspected).not.toBe(ofA.suspected);
    expect(() => engine.run({ until: ms(1) })).toThrow(
      expect.objectContaining({ processName: `m on a: heartbeat ${part}` }),
    );
  },
);

test.each([[{ heartbeat: ms(10), timeout: ms(10) }], [{ heartbeat: 0 }], [{ timeout: ms(5) }]])(
  "heartbeat: settings %o are refused",
  (options) => {
    expect(() => detectionSettings(options)).toThrow(
      expect.objectContaining({ code: "DETECTION_OPTION" }),
    );
  },
);

test("heartbeat: a time-out that one late heartbeat would exceed is refused with both times", () => {
  expect(() => detectionSettings({ heartbeat: ms(10), timeout: ms(5) })).toThrow(
    "timeout: expected more than the heartbeat of 10 ms, got 5 ms",
  );
});
