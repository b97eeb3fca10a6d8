// covers src/verify/plan/fault-effects.ts, src/verify/plan/host-faults.ts, src/verify/plan/fault.ts
import { expect, test } from "vitest";
import { gbps } from "../../../src/host/bandwidth.ts";
import { SWITCH_NAME } from "../../../src/host/client-cable.ts";
import { ClientNetwork } from "../../../src/host/client-network.ts";
import { Network } from "../../../src/host/network.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { ms, us } from "../../../src/sim/time.ts";
import type { Fault } from "../../../src/verify/plan/fault.ts";
import { FaultEffects } from "../../../src/verify/plan/fault-effects.ts";

const at = { atNs: 0 };

function cluster() {
  const engine = new Engine({ seed: 1 });
  const network = new Network(engine);
  const clientNetwork = new ClientNetwork(engine);
  const a = network.addHost("a");
  const b = network.addHost("b");
  const link = network.connect(a, b, { latency: us(50), bandwidth: gbps(1) });
  const effects = new FaultEffects({ engine, network, clientNetwork });
  const begin = (fault: Fault): (() => void) => effects.begin(fault, "fault 1");
  return { engine, clientNetwork, a, b, link, begin };
}

test("fault effects: crash and restart; a restart of a host that is on does nothing", () => {
  const { a, begin } = cluster();
  begin({ kind: "restart", at, host: "a" })();
  expect(a.incarnation).toBe(1);
  begin({ kind: "crash", at, host: "a" })();
  expect(a.power).toBe("off");
  begin({ kind: "restart", at, host: "a" });
  expect(a).toMatchObject({ power: "on", incarnation: 2 });
});

test("fault effects: pauses that overlap end when both are over", () => {
  const { a, begin } = cluster();
  const pause: Fault = { kind: "pause", at, host: "a", forNs: ms(1) };
  const first = begin(pause);
  const second = begin(pause);
  first();
  expect(a.paused).toBe(true);
  second();
  expect(a.paused).toBe(false);
});

test("fault effects: a pause that somebody else began is left to them", () => {
  const { a, begin } = cluster();
  a.pause();
  begin({ kind: "pause", at, host: "a", forNs: ms(1) })();
  expect(a.paused).toBe(true);
});

test("fault effects: a pause ends with the host's power, not later", () => {
  const { a, begin } = cluster();
  const pause: Fault = { kind: "pause", at, host: "a", forNs: ms(1) };
  const before = begin(pause);
  a.crash();
  const whileOff = begin(pause);
  a.restart();
  expect(a.paused).toBe(false);
  const after = begin(pause);
  before();
  whileOff();
  expect(a.paused).toBe(true);
  after();
  expect(a.paused).toBe(false);
});

test("fault effects: the least share of a processor counts, and all of it comes back", () => {
  const { a, begin } = cluster();
  const half = begin({ kind: "slow", at, host: "a", share: 0.5, forNs: ms(1) });
  const tenth = begin({ kind: "slow", at, host: "a", share: 0.1, forNs: ms(1) });
  expect(a.processorSharePpm).toBe(100_000);
  half();
  expect(a.processorSharePpm).toBe(100_000);
  tenth();
  expect(a.processorSharePpm).toBe(1_000_000);
});

test("fault effects: a clock's step stays, drifts add up within what a clock can do", () => {
  const { a, begin } = cluster();
  begin({ kind: "clock", at, host: "a", stepNs: -5 })();
  const [first, second] = [600_000, 700_000].map((driftPpm) =>
    begin({ kind: "clock", at, host: "a", stepNs: 1, driftPpm, forNs: ms(1) }),
  );
  expect(a.clock).toMatchObject({ offset: -3, drift: 1_000_000 });
  first?.();
  expect(a.clock.drift).toBe(700_000);
  second?.();
  expect(a.clock).toMatchObject({ offset: -3, drift: 0 });
});

test("fault effects: a cable is cut until all its cuts are over", () => {
  const { a, clientNetwork, begin } = cluster();
  const cut: Fault = { kind: "cable", at, host: "a", forNs: ms(1) };
  const first = begin(cut);
  const second = begin(cut);
  second();
  expect(clientNetwork.cable(a).up.isCut).toBe(true);
  first();
  expect(clientNetwork.cable(a).up.isCut).toBe(false);
  // One half that somebody else has cut is not the cut of the cable.
  const { up, down } = clientNetwork.cable(a);
  up.cut();
  begin(cut);
  expect(down.isCut).toBe(true);
});

test("fault effects: a link fault is of both directions, or of one", () => {
  const { a, b, link, begin } = cluster();
  const [there, back] = [link.from(a), link.from(b)];
  const both = begin({ kind: "partition", at, from: "a", to: "b", forNs: ms(1) });
  const one = begin({ kind: "partition", at, from: "b", to: "a", oneWay: true, forNs: ms(1) });
  expect([there.isCut, back.isCut]).toEqual([true, true]);
  both();
  expect([there.isCut, back.isCut]).toEqual([false, true]);
  one();
  expect([there.isCut, back.isCut]).toEqual([false, false]);
  const late: Fault = { kind: "delay", at, from: "a", to: "b", extraNs: us(3), forNs: ms(1) };
  const end = begin({ ...late, oneWay: true });
  expect([there.settings.latency, back.settings.latency]).toEqual([us(53), us(50)]);
  end();
  expect(there.settings.latency).toBe(us(50));
});

test("fault effects: the way to the clients has faults, too", () => {
  const { engine, a, clientNetwork, begin } = cluster();
  const endpoint = clientNetwork.endpoint(1);
  const inbox = clientNetwork.listen("m", a);
  clientNetwork.attach("m", a);
  const loss: Fault = {
    kind: "loss",
    at,
    from: SWITCH_NAME,
    to: "a",
    probability: 1,
    forNs: ms(1),
  };
  const end = begin(loss);
  endpoint.send("m", new Uint8Array(8));
  engine.run({ until: ms(5) });
  expect(inbox.length).toBe(0);
  end();
  endpoint.send("m", new Uint8Array(8));
  engine.run({ until: ms(10) });
  expect(inbox.length).toBe(1);
  const slow = begin({
    kind: "bandwidth",
    at,
    from: "a",
    to: SWITCH_NAME,
    bandwidthBitsPerSecond: 1_000,
    forNs: ms(1),
  });
  const { up, down } = clientNetwork.cable(a);
  expect([up.settings.bandwidth, down.settings.bandwidth]).toEqual([1_000, 1_000]);
  slow();
  begin({ kind: "delay", at, from: "a", to: SWITCH_NAME, oneWay: true, extraNs: 9, forNs: ms(1) });
  expect(up.settings.latency - down.settings.latency).toBe(9);
  expect(up.settings.bandwidth).toBeGreaterThan(1_000);
});
