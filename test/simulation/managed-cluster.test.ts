// covers src/simulation/managed-cluster.ts, src/simulation/manage-options.ts, src/cluster/placement/coordinator.ts, src/cluster/placement/host-agent.ts
import { expect, test } from "vitest";
import { counter } from "../../src/guest/counter.ts";
import type { Host } from "../../src/host/host.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { ms, seconds, us } from "../../src/sim/time.ts";
import type { ManageOptions } from "../../src/simulation/manage-options.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import type { StandinRecord } from "../../src/verify/standin-record.ts";

const MIB = 2 ** 20;

/** Hosts a to e (or fewer), managed, with machines of 1 MiB that are asked all the time. */
function managed(hostCount: number, machineCount: number, options: Partial<ManageOptions> = {}) {
  const simulation = new Simulation({ seed: 7 });
  const sink = new MemorySink();
  simulation.trace.addSink(sink);
  const names = ["a", "b", "c", "d", "e"].slice(0, hostCount);
  const made = simulation.hosts(names, { latency: us(50) }) as Readonly<Record<string, Host>>;
  const hosts = names.map((name) => made[name]!);
  const cluster = simulation.manage({ hosts, ...options });
  const machines = Array.from({ length: machineCount }, (_, index) =>
    cluster.protect(counter({ memoryBytes: MIB }), { name: `m${index + 1}` }),
  );
  const clients = machines.map((machine) => {
    return simulation.client(machine, { requests: 60_000, think: ms(20) });
  });
  return {
    ...{ simulation, cluster, hosts, machines, clients },
    records: <Kind extends StandinRecord["kind"]>(kind: Kind) =>
      sink.records
        .map(({ record }) => record as StandinRecord)
        .filter((record): record is StandinRecord & { kind: Kind } => record.kind === kind),
    /** Nobody was lied to, and every machine has two copies, on two hosts. */
    expectWhole(): void {
      for (const machine of machines) {
        expect(machine.isProtected).toBe(true);
        const alive = machine.nodes.filter((node) => node.alive);
        expect(new Set(alive.map(({ host }) => host.name)).size).toBe(2);
      }
      for (const client of clients) {
        expect([client.lost, client.duplicated]).toEqual([[], []]);
        expect(client.acknowledged).toBeGreaterThan(0);
      }
    },
  };
}

test("managed cluster: machines that lose a copy get another one, each on the host with the most room", () => {
  const on = managed(4, 3);
  expect(on.machines.map(({ nodes }) => nodes.map(({ host }) => host.name))).toEqual([
    ["a", "b"],
    ["c", "d"],
    ["a", "b"],
  ]);
  on.simulation.at(seconds(1), () => on.hosts[0]!.crash());
  on.simulation.at(seconds(2), () => on.hosts[1]!.crash());
  on.simulation.run({ until: seconds(3) });
  on.expectWhole();
  expect(on.machines.map(({ activeHost }) => activeHost?.name)).toEqual(["c", "c", "d"]);
  expect(on.records("failover.serving")).toHaveLength(4);
});

test("managed cluster: a host is emptied while its machines serve, and can be used again", () => {
  const on = managed(4, 3);
  const [a, b] = on.hosts;
  on.simulation.at(seconds(1), () => on.cluster.evacuate(b!));
  on.simulation.at(seconds(2), () => {
    expect(on.cluster.coordinator.isEvacuated("b")).toBe(true);
    expect(
      on.machines.flatMap(({ nodes }) => nodes.filter((node) => node.alive && node.host === b)),
    ).toEqual([]);
    on.cluster.endMaintenance(b!);
    on.cluster.evacuate(a!);
  });
  on.simulation.run({ until: seconds(4) });
  on.expectWhole();
  expect(on.records("host.evacuated").map(({ host }) => host)).toEqual(["b", "a"]);
  // Handed over, not failed over: nobody was suspected who had not been dismissed.
  expect(on.records("handover.received")).toHaveLength(2);
  expect(on.records("failure.suspected").every(({ host }) => host === "b" || host === "a")).toBe(
    true,
  );
});

test("managed cluster: all hosts are restarted one after the other, and every machine lives on", () => {
  const on = managed(3, 2);
  on.simulation.at(seconds(1), () => on.cluster.rollingRestart({ offFor: ms(300) }));
  on.simulation.at(seconds(1) + 1, () => {
    expect(() => on.cluster.rollingRestart()).toThrow("expected none to be under way");
  });
  on.simulation.run({ until: seconds(7) });
  on.expectWhole();
  expect(on.records("host.restarted").map(({ host }) => host)).toEqual(["a", "b", "c"]);
  expect(on.records("maintenance.ended")).toHaveLength(3);
  on.cluster.rollingRestart({ hosts: [] });
});

test("managed cluster: no more first copies are made at a time than are wanted", () => {
  const on = managed(4, 4, { syncsMost: 1 });
  on.simulation.at(seconds(1), () => on.hosts[0]!.crash());
  on.simulation.run({ until: seconds(3) });
  on.expectWhole();
  const syncing = new Set<string>();
  let most = 0;
  for (const record of on.records("stand-by.booted")) {
    syncing.add(record.machine);
    most = Math.max(most, syncing.size);
    syncing.clear();
  }
  const booted = on.records("stand-by.booted").map(({ machine }) => machine);
  expect(new Set(booted).size).toBe(booted.length);
  expect(most).toBe(1);
  // One after the other: each is told to stand by when the one before has two copies.
  const firsts = on.records("coordinator.order").filter(({ order }) => order === "stand-by");
  expect(new Set(firsts.map(({ machine }) => machine)).size).toBe(2);
});

test("managed cluster: the coordinator may die and come back; meanwhile nobody is served worse", () => {
  const on = managed(4, 2);
  const coordinator = on.simulation.host("coordinator");
  on.simulation.at(seconds(1), () => coordinator.crash());
  on.simulation.at(seconds(1.2), () => on.hosts[0]!.crash());
  on.simulation.at(seconds(2), () => {
    expect(on.machines[0]!.activeHost?.name).toBe("b");
    expect(on.machines[0]!.isProtected).toBe(false);
    coordinator.restart();
  });
  on.simulation.run({ until: seconds(4) });
  on.expectWhole();
});

test("managed cluster: copies are apart by what fails together, and keep to the room there is", () => {
  const simulation = new Simulation({ seed: 1 });
  const { a, b, c } = simulation.hosts(["a", "b", "c"]);
  const rack = { domain: "rack 1", memoryBytes: 2 * MIB };
  const cluster = simulation.manage({
    hosts: [
      { host: a, ...rack },
      { host: b, ...rack },
      { host: c, memoryBytes: MIB },
    ],
  });
  const image = counter({ memoryBytes: MIB });
  const machine = cluster.protect(image, { name: "m" });
  expect(machine.nodes.map(({ host }) => host.name)).toEqual(["a", "c"]);
  const before = simulation.trace.position;
  const code = (name: string): unknown => expect.objectContaining({ code: name });
  expect(() => cluster.protect(image, { name: "n" })).toThrow(code("NO_ROOM"));
  expect(() => cluster.protect(image, { name: "n" })).toThrow(
    "expected room for 1048576 B, a second copy in another domain than the first on b, of n; got a 1048576 B in rack 1,",
  );
  expect(() => cluster.protect(image, { primary: a, secondary: b })).toThrow(code("NO_ROOM"));
  expect(simulation.machines).toHaveLength(1);
  expect(simulation.trace.position).toBe(before);
});

test("managed cluster: what cannot be emptied is refused, and nothing is changed", () => {
  const on = managed(3, 1);
  const code = (name: string): unknown => expect.objectContaining({ code: name });
  on.simulation.run({ until: seconds(1) });
  const [a, b] = on.hosts;
  on.cluster.evacuate(a!);
  const before = on.simulation.trace.position;
  expect(() => on.cluster.evacuate(b!)).toThrow(code("EVACUATION"));
  expect(() => on.cluster.evacuate(b!)).toThrow("two others stay open");
  const stranger = on.simulation.hosts(["x"]).x;
  expect(() => on.cluster.evacuate(stranger)).toThrow('expected one of a, b, c, got "x"');
  expect(() => on.cluster.endMaintenance(stranger)).toThrow(code("NO_SUCH_HOST"));
  on.cluster.evacuate(a!);
  expect(on.simulation.trace.position).toBe(before);
  expect(on.cluster.coordinator.isMaintained("b")).toBe(false);
});

test("managed cluster: a host is not emptied when there is no room for what lies on it", () => {
  const simulation = new Simulation({ seed: 1 });
  const { a, b, c, d } = simulation.hosts(["a", "b", "c", "d"]);
  const hosts = [a, b, c].map((host) => ({ host, memoryBytes: 2 * MIB }));
  const cluster = simulation.manage({ hosts: [...hosts, { host: d, memoryBytes: MIB }] });
  for (const name of ["m", "n", "o"]) cluster.protect(counter({ memoryBytes: MIB }), { name });
  simulation.run({ until: seconds(1) });
  expect(() => cluster.evacuate(a)).toThrow("there is none for");
  expect(cluster.coordinator.isMaintained("a")).toBe(false);
  simulation.run({ until: seconds(2) });
});

test("managed cluster: settings that make no sense are refused", () => {
  const simulation = new Simulation({ seed: 1 });
  const { a, b } = simulation.hosts(["a", "b"]);
  const refused: readonly [Partial<ManageOptions>, string][] = [
    [{ syncsMost: 0 }, "syncsMost: expected a whole number from 1, got 0"],
    [{ report: 0.5 }, "report: expected a whole number from 1, got 0.5"],
    [{ silence: ms(100) }, "silence: expected more than the 100 ms of a report, got 100 ms"],
    [{ hosts: [a, b, a] }, "hosts: expected each once, got a twice"],
    [{ hosts: [{ host: a, memoryBytes: -1 }] }, "memoryBytes of a: expected a whole number"],
  ];
  for (const [options, message] of refused) {
    const fresh = new Simulation({ seed: 1 });
    expect(() => fresh.manage({ hosts: [a, b], ...options })).toThrow(message);
  }
});

test("managed cluster: what happens to hosts between two machines counts for the second one", () => {
  const { cluster, hosts } = managed(4, 1);
  const placed = (name: string): readonly string[] =>
    cluster.protect(counter({ memoryBytes: MIB }), { name }).nodes.map(({ host }) => host.name);
  hosts[2]!.crash();
  expect(placed("second")).toEqual(["d", "a"]);
  hosts[2]!.restart();
  expect(placed("third")).toEqual(["c", "b"]);
});
