import { expect, test } from "vitest";
import { detectionSettings, Heartbeat } from "../../src/cluster/heartbeat.ts";
import { Network } from "../../src/host/network.ts";
import { Engine } from "../../src/sim/engine.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { ms, seconds } from "../../src/sim/time.ts";

function setUp() {
  const engine = new Engine({ seed: 1 });
  const sink = new MemorySink();
  engine.trace.addSink(sink);
  const network = new Network(engine);
  const [a, b] = [network.addHost("a"), network.addHost("b")];
  network.connect(a, b);
  const common = { engine, network, machine: "m", term: 1 };
  const settings = detectionSettings();
  const ofA = new Heartbeat({ ...common, host: a, peer: "b" }, settings);
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
  expect(record).toMatchObject({ host: "b", peer: "a" });
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

test.each([[{ heartbeat: ms(10), timeout: ms(10) }], [{ heartbeat: 0 }], [{ timeout: ms(5) }]])(
  "heartbeat: settings %o are refused",
  (options) => {
    expect(() => detectionSettings(options)).toThrow(
      expect.objectContaining({ code: "DETECTION_OPTION" }),
    );
  },
);
