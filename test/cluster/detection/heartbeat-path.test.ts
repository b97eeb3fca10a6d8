import { ms, Simulation, seconds, us } from "standin";
import { counter } from "standin/guests";
import { expect, test } from "vitest";
import type { DetectionOptions } from "../../../src/cluster/detection/detection-options.ts";
import {
  heartbeatPath,
  heartbeatPort,
  stationOf,
} from "../../../src/cluster/detection/heartbeat-path.ts";
import { ClientNetwork } from "../../../src/host/client-network.ts";
import { Network } from "../../../src/host/network.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { MemorySink } from "../../../src/sim/memory-sink.ts";

const BEAT = new Uint8Array([1]);

function ends() {
  const engine = new Engine({ seed: 1 });
  const network = new Network(engine);
  const clients = new ClientNetwork(engine);
  const [a, b] = [network.addHost("a"), network.addHost("b")];
  network.connect(a, b);
  const between = { network, clients, machine: "m" };
  const path = (name: "link" | "switch", host: typeof a, peer: string) =>
    heartbeatPath(name, { ...between, host, peer });
  return { engine, network, clients, a, b, path };
}

test.each(["link", "switch"] as const)("path %s: what one end sends the other hears", (name) => {
  const { engine, a, b, path } = ends();
  const [here, there] = [path(name, a, "b"), path(name, b, "a")];
  const [atA, atB] = [here.listen(), there.listen()];
  here.send(BEAT);
  engine.run({ until: ms(1) });
  expect([here.name, atA.length, atB.length]).toEqual([name, 0, 1]);
  there.close();
  here.send(BEAT);
  engine.run({ until: ms(2) });
  expect(atB.length).toBe(1);
});

test("path: the link and the switch fail apart from each other", () => {
  const { engine, network, clients, a, b, path } = ends();
  const heard = (["link", "switch"] as const).map((name) => path(name, b, "a").listen());
  const send = () => {
    for (const name of ["link", "switch"] as const) path(name, a, "b").send(BEAT);
    engine.run({ until: engine.now + ms(1) });
    return heard.map(({ length }) => length);
  };
  network.partition("a", "b");
  expect(send()).toEqual([0, 1]);
  network.heal("a", "b");
  clients.cutCable(b);
  expect(send()).toEqual([1, 1]);
});

test("path: names of ports tell machines and hosts apart", () => {
  expect(heartbeatPort("m")).toBe("heartbeat m");
  expect(stationOf("m", "b")).toBe("heartbeat m at b");
});

/** A counter on a pair with these settings and one request every 5 ms, and what is said of suspicions. */
function watched(detection: DetectionOptions) {
  const sim = new Simulation({ seed: 3 });
  const sink = new MemorySink();
  sim.trace.addSink(sink);
  const { a, b } = sim.hosts(["a", "b"], { latency: us(50) });
  const machine = sim.protect(counter(), { primary: a, secondary: b, detection, name: "m" });
  sim.client(machine, { requests: 100, think: ms(5) });
  const said = () =>
    sink.records
      .map(({ record }) => record)
      .filter(({ kind }) => /^(path|failure|failover\.serving|protection\.lost)/.test(kind))
      .map(({ kind, host, path = "" }) => `${kind} ${host} ${path}`.trim());
  return { sim, a, b, machine, said };
}

const BOTH = ["link", "switch"] as const;

test("two paths: a cut link alone makes nobody suspect; with the cable cut, too, it does", () => {
  const { sim, a, machine, said } = watched({ paths: BOTH });
  sim.at(ms(200), () => sim.network.partition("a", "b"));
  sim.run({ until: ms(600) });
  expect(said()).toEqual(["path.silent a link", "path.silent b link"]);
  expect(machine.isProtected).toBe(true);
  sim.clientNetwork.cutCable(a);
  sim.run({ until: seconds(1) });
  expect(said().filter((each) => each.startsWith("failure"))).toHaveLength(2);
});

test("two paths: a link that is mended is heard again", () => {
  const { sim, said } = watched({ paths: BOTH });
  sim.at(ms(200), () => sim.network.partition("a", "b"));
  sim.at(ms(400), () => sim.network.heal("a", "b"));
  sim.run({ until: seconds(1) });
  expect(said().slice(2).sort()).toEqual(["path.heard a link", "path.heard b link"]);
});

test("traffic: where every heartbeat is lost, messages of replication are signs of life if they count", () => {
  for (const trafficCounts of [false, true]) {
    const { sim, said } = watched({ trafficCounts });
    sim.network.link("a", "b").addRule(({ port }) => (port === "heartbeat m" ? "drop" : "pass"));
    sim.run({ until: seconds(1) });
    expect(said().some((each) => each.startsWith("failure"))).toBe(!trafficCounts);
  }
});

test("traffic: a replication that hangs is given up by the primary, although heartbeats come", () => {
  const { sim, a, machine, said } = watched({ paths: BOTH, replicationTimeout: ms(150) });
  sim.at(ms(200), () => sim.network.partition("a", "b"));
  sim.run({ until: seconds(1) });
  expect(machine.activeHost).toBe(a);
  expect(machine.isProtected).toBe(false);
  expect(said().filter((each) => !each.startsWith("path"))).toEqual([
    "failure.suspected a",
    "protection.lost a",
    // The primary sends nothing any more: the secondary gives its copy up, and is not named.
    "failure.suspected b",
  ]);
  expect(sim.clients[0]?.acknowledged).toBe(100);
});
