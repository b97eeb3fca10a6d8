// covers src/clusters/host-failures.ts, src/clusters/build-cluster.ts, src/clusters/cluster-report.ts
import { expect, test } from "vitest";
import {
  type BuiltCluster,
  buildCluster,
  type GuestMaker,
} from "../../src/clusters/build-cluster.ts";
import { clusterReport } from "../../src/clusters/cluster-report.ts";
import { MachineLives } from "../../src/clusters/machine-life.ts";
import { parseClusterPlan } from "../../src/clusters/parse-cluster-plan.ts";
import { counter } from "../../src/guest/counter.ts";
import { schemeNames } from "../../src/schemes/scheme-choice.ts";
import type { TraceRecord } from "../../src/sim/trace.ts";
import { Simulation } from "../../src/simulation/simulation.ts";

const guests = new Map<string, GuestMaker>([["counter", (options) => counter(options)]]);
const known = { guests: ["counter"], schemes: schemeNames, profiles: ["modern"] };

type Fields = Readonly<Record<string, unknown>>;

/** Four hosts and three counters that are asked 20 times a second, with changes. */
function planned(changes: Fields = {}) {
  const machine = { guest: "counter", memory: "64KiB", think: "50ms", interval: "100ms" };
  return parseClusterPlan(
    JSON.stringify({
      ...{ version: 1, name: "test", until: "3s", link: { latency: "50us" } },
      hosts: [{ name: "h", count: 4 }],
      machines: [{ ...machine, name: "m", count: 3 }],
      ...changes,
    }),
    known,
  );
}

type Told = TraceRecord & Readonly<Record<string, unknown>>;

/** Records that are kept; those of packets and checkpoints would be too many. */
const TOLD = /^(host|maintenance|protection|handover|operation|link\.(partitioned|healed))/;

/** Builds and runs it. */
function ran(changes: Fields = {}) {
  const plan = planned(changes);
  const simulation = new Simulation({ seed: plan.seed, onViolation: "record" });
  const told: { readonly atNs: number; readonly record: Told }[] = [];
  const lives = new MachineLives();
  simulation.trace.addSink({
    record: (atNs, _position, record) => {
      if (TOLD.test(record.kind)) told.push({ atNs, record: record });
    },
  });
  simulation.trace.addSink(lives);
  const built: BuiltCluster = buildCluster(simulation, plan, guests);
  simulation.run({ until: plan.untilNs });
  return {
    ...{ plan, simulation, built },
    report: clusterReport(simulation, plan, built, lives, undefined),
    told,
  };
}

const failures = { meanBetween: "4s", meanRepair: "500ms", from: "300ms" };

test("host failures: many are drawn, none takes a last copy, nobody is lied to", () => {
  const { report, told } = ran({
    until: "12s",
    failures: { ...failures, meanBetween: "2s" },
    seed: 3,
  });
  expect(report.hostFailures).toBeGreaterThanOrEqual(10);
  const crashes = told.filter(({ record }) => record.kind === "host.crashed");
  expect(crashes).toHaveLength(report.hostFailures);
  expect(crashes[0]!.atNs).toBeGreaterThan(300_000_000);
  expect(report.violations).toEqual([]);
  expect(report.machines.reduce((sum, { failovers }) => sum + failovers, 0)).toBeGreaterThan(5);
  for (const machine of report.machines) {
    expect(machine).toMatchObject({ lost: 0, duplicated: 0 });
    expect(machine.host).not.toBeNull();
    expect(machine.acknowledged).toBeGreaterThan(100);
  }
});

test("host failures: one that would take a last copy is put off, once for each, and happens later", () => {
  // Two hosts: while one is off the other has the last copy of everything.
  const hosts = [{ name: "h", count: 2 }];
  const { report, told } = ran({
    ...{ until: "12s", hosts },
    failures: { meanBetween: "2s", meanRepair: "2s" },
  });
  expect(report.putOff).toBeGreaterThan(0);
  expect(report.putOff).toBeLessThanOrEqual(report.hostFailures + 2);
  expect(report.violations).toEqual([]);
  const off = new Set<unknown>();
  for (const { record } of told) {
    if (record.kind === "host.restarted") off.delete(record["host"]);
    if (record.kind !== "host.crashed") continue;
    off.add(record["host"]);
    expect(off.size).toBe(1);
  }
});

test("host failures: the same seed, the same failures; another seed, others", () => {
  const once = ran({ failures }).report;
  expect(ran({ failures }).report.runHash).toBe(once.runHash);
  expect(ran({ failures, seed: 2 }).report.runHash).not.toBe(once.runHash);
});

test("host failures: none from their end on, and none of a host that somebody else has switched off", () => {
  const often = { meanBetween: "100ms", meanRepair: "10ms", from: "0s", until: "1s" };
  const schedule = [{ at: "0s", do: "crash", host: "h4" }];
  const { told, report } = ran({ failures: often, schedule });
  const crashes = told.filter(({ record }) => record.kind === "host.crashed");
  expect(report.hostFailures).toBeGreaterThan(0);
  expect(Math.max(...crashes.map(({ atNs }) => atNs))).toBeLessThan(1_000_000_000);
  expect(crashes.filter(({ record }) => record["host"] === "h4")).toHaveLength(1);
});

test("build cluster: hosts, machines and clients are those of the plan", () => {
  const { built, simulation, plan } = ran({
    until: "50ms",
    hosts: [
      { name: "a", memory: "1MiB", domain: "one" },
      { name: "b", memory: "2MiB" },
      { name: "c" },
    ],
    machines: [
      { name: "m", guest: "counter", memory: "64KiB", primary: "c", secondary: "a", clients: 2 },
      { name: "n", guest: "counter", think: "1ms", requests: 3, scheme: "colo" },
    ],
  });
  expect(
    built.cluster.coordinator.hosts.map(({ name, domain, memoryBytes }) => [
      name,
      domain,
      memoryBytes,
    ]),
  ).toEqual([
    ["a", "one", 2 ** 20],
    ["b", "host b", 2 ** 21],
    ["c", "host c", 2 ** 40],
  ]);
  const [m, n] = built.cluster.machines;
  expect(m!.nodes.map(({ host }) => host.name)).toEqual(["c", "a"]);
  expect(n!.image.name).toBe("counter");
  // As many as fit the run, unless the plan says how many.
  expect(simulation.clients.map(({ machine, requests }) => [machine, requests])).toEqual([
    ["m", 0],
    ["m", 0],
    ["n", 3],
  ]);
  expect(built.failures).toBeUndefined();
  expect(plan.machines[1]!.scheme).toBe("colo");
});

test("build cluster: what the schedule says happens at its time", () => {
  const { told } = ran({
    schedule: [
      { at: "500ms", do: "crash", host: "h1" },
      { at: "600ms", do: "restart", host: "h1" },
      { at: "1s", do: "pause", host: "h2", for: "5ms" },
      { at: "1100ms", do: "partition", between: ["h1", "h2"], for: "7ms" },
      { at: "1200ms", do: "evacuate", host: "h3" },
      { at: "1500ms", do: "use", host: "h3" },
      { at: "1600ms", do: "dismiss", machine: "m1" },
      { at: "2s", do: "hand-over", machine: "m2" },
      { at: "2200ms", do: "rolling-restart", off: "20ms" },
    ],
  });
  const at = (kind: string, field?: string): string[] =>
    told
      .filter(({ record }) => record.kind === kind)
      .map(({ atNs, record }) =>
        `${atNs / 1e6} ${field === undefined ? "" : record[field]}`.trim(),
      );
  expect(at("host.crashed", "host")[0]).toBe("500 h1");
  expect(at("host.restarted", "host")[0]).toBe("600 h1");
  expect([at("host.paused", "host"), at("host.resumed", "host")]).toEqual([
    ["1000 h2"],
    ["1005 h2"],
  ]);
  expect(at("link.partitioned", "from")).toEqual(["1100 h1", "1100 h2"]);
  expect(at("link.healed", "from")).toEqual(["1107 h1", "1107 h2"]);
  expect(at("maintenance.started", "host").slice(0, 2)).toEqual(["1200 h3", "2200 h1"]);
  expect(at("maintenance.ended", "host")[0]).toBe("1500 h3");
  expect(at("protection.lost", "machine").some((line) => /^1600(\.\d+)? m1$/.test(line))).toBe(
    true,
  );
  expect(at("handover.started", "machine").some((line) => /^2000(\.\d+)? m2$/.test(line))).toBe(
    true,
  );
  expect(at("operation.done", "operation").map((line) => line.split(" ")[1])).toEqual([
    ...["crash", "restart", "pause", "partition", "evacuate", "use", "dismiss", "hand-over"],
    "rolling-restart",
  ]);
  expect(at("operation.done", "refusal").every((line) => /^\d+$/.test(line))).toBe(true);
});

test("build cluster: what cannot be done just now is told, and the run goes on", () => {
  const { told, report } = ran({
    hosts: [{ name: "h", count: 2 }],
    schedule: [{ at: "1s", do: "evacuate", host: "h1" }],
  });
  const done = told.find(({ record }) => record.kind === "operation.done")!.record;
  expect(done).toMatchObject({ operation: "evacuate", about: "h1" });
  expect(done["refusal"]).toMatch(/^evacuate: expected /);
  expect(report.violations).toEqual([]);
});

test("build cluster: a cluster that cannot be is refused before anything runs", () => {
  const refused = (changes: Fields, with_ = guests) => {
    const plan = planned(changes);
    const simulation = new Simulation({ seed: 1 });
    return () => buildCluster(simulation, plan, with_);
  };
  const full = { hosts: [{ name: "h", count: 2, memory: "128KiB" }] };
  expect(refused(full)).toThrow(expect.objectContaining({ code: "NO_ROOM" }));
  const apart = { hosts: [{ name: "h", count: 4, domain: "rack" }] };
  expect(refused(apart)).toThrow(
    "a second copy in another domain than the first on h1, of m1; got h1 1099511627776 B in rack,",
  );
  expect(refused({}, new Map())).toThrow(expect.objectContaining({ code: "GUEST_NAME" }));
  const quick = { coordinator: { report: "1s" } };
  expect(refused(quick)).toThrow("silence: expected more than the 1 s of a report");
  const parts = {
    machines: [{ name: "m", guest: "counter", scheme: "colo", parts: { encode: "feedback" } }],
  };
  expect(refused(parts)).toThrow(expect.objectContaining({ code: "SCHEME_PARTS" }));
});

test("cluster report: late is who had one copy for too long without another failure", () => {
  const schedule = [{ at: "1s", do: "crash", host: "h1" }];
  const { machines, late } = ran({ schedule, protectedWithin: "100ms" }).report;
  const hit = machines.filter(({ aloneLongestNs }) => aloneLongestNs > 100_000_000);
  expect(hit.length).toBeGreaterThan(0);
  expect(hit.length).toBeLessThan(machines.length);
  expect(late).toEqual(hit.map(({ name }) => name));
  expect(ran({ schedule, protectedWithin: "1s" }).report.late).toEqual([]);
  expect(ran({ schedule }).report.late).toEqual([]);
});

test("cluster report: of a machine that nobody serves at the end nobody knows what it holds", () => {
  const schedule = [{ at: "2950ms", do: "crash", host: "h1" }];
  const { machines, violations } = ran({ schedule }).report;
  const down = machines.filter(({ host }) => host === null);
  expect(down.length).toBeGreaterThan(0);
  for (const { lost, duplicated, downNs, protected: isProtected } of down) {
    expect({ lost, duplicated, downNs, isProtected }).toEqual({
      ...{ lost: null, duplicated: null, downNs: 50_000_000, isProtected: false },
    });
  }
  expect(violations).toEqual([]);
});

test("cluster report: both copies lost shows as requests that were lost", () => {
  const { report } = ran({
    schedule: [
      { at: "1s", do: "crash", host: "h1" },
      { at: "1s", do: "crash", host: "h2" },
      { at: "1s", do: "crash", host: "h3" },
    ],
  });
  expect(report.violations.map(({ name }) => name)).toContain("nothing-lost");
});
