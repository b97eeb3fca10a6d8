// covers src/cluster/migration/migrate.ts, src/cluster/migration/migrations.ts, src/cluster/migration/migration.ts, src/cluster/migration/departure.ts, src/cluster/migration/arrival.ts, src/cluster/migration/by-groups.ts, src/cluster/migration/pre-copy.ts, src/cluster/migration/pre-copy-source.ts, src/cluster/migration/pre-copy-target.ts, src/cluster/migration/post-copy.ts, src/cluster/migration/post-copy-source.ts, src/cluster/migration/post-copy-target.ts
import { expect, test } from "vitest";
import type { Migration } from "../../../src/cluster/migration/migration.ts";
import { migrations } from "../../../src/cluster/migration/migrations.ts";
import type { MigrationWay } from "../../../src/cluster/migration/way.ts";
import type { GuestImage } from "../../../src/guest/guest.ts";
import { keyValue } from "../../../src/guest/key-value.ts";
import { riscvKeyValue } from "../../../src/guest/riscv/riscv-key-value.ts";
import { mbps } from "../../../src/host/bandwidth.ts";
import { MemorySink } from "../../../src/sim/memory-sink.ts";
import { ms, type Nanoseconds, seconds, us } from "../../../src/sim/time.ts";
import type { TraceRecord } from "../../../src/sim/trace.ts";
import { Simulation } from "../../../src/simulation/simulation.ts";
import type { StandinRecord } from "../../../src/verify/standin-record.ts";

const slow = { minimum: mbps(10), maximum: mbps(50), increment: mbps(5), remainBytes: 8_192 };
const ways: Readonly<Record<string, MigrationWay>> = {
  "pre-copy": migrations.preCopy({ ...slow, batchPages: 4 }),
  "post-copy": migrations.postCopy({ push: mbps(5) }),
  "group-by-group": migrations.groupByGroup({ pages: 8, interval: ms(10) }),
};

/** Hosts a, b and c, a machine on a that b stands in for, and a client. */
function moved(how: MigrationWay, image: GuestImage = keyValue({ serviceNs: us(150) })) {
  const sim = new Simulation({ seed: 1 });
  const sink = new MemorySink(1_000_000);
  sim.trace.addSink(sink);
  const { a, b, c } = sim.hosts(["a", "b", "c"], { latency: us(50) });
  const machine = sim.protect(image, { primary: a, secondary: b });
  const client = sim.client(machine, { requests: 200, think: ms(3) });
  const moving: Migration[] = [];
  sim.at(ms(150), () => {
    moving.push(sim.migrate(machine, { to: c, how }));
  });
  const records = (...kinds: string[]): TraceRecord[] =>
    sink.records
      .map(({ record }) => record)
      .filter(({ kind }) => kinds.some((begin) => kind.startsWith(begin)));
  return { sim, a, b, c, machine, client, records, moving: () => moving[0]! };
}

/** Something done at the first record of a kind. */
function onFirst(sim: Simulation, kind: StandinRecord["kind"], action: () => void): void {
  let isDone = false;
  sim.trace.addSink({
    record(_atNs: Nanoseconds, _position, record) {
      if (isDone || record.kind !== kind) return;
      isDone = true;
      sim.at(sim.now, action);
    },
  });
}

for (const [name, how] of Object.entries(ways)) {
  test(`migrate: by ${name} in the middle of traffic, nothing lost, nothing twice, nothing left behind`, () => {
    const on = moved(how);
    on.sim.run({ until: seconds(2) });
    expect(on.moving()).toMatchObject({ outcome: "moved", from: "a", to: "c", how: name });
    expect(on.moving().downtimeNs).toBeGreaterThan(ms(5));
    expect(on.moving().totalNs).toBeGreaterThan(on.moving().downtimeNs!);
    expect(on.moving().bytes).toBeGreaterThan(16 * 4_096);
    expect(on.machine.activeNode).toMatchObject({ host: on.c, term: 3, alone: true });
    expect(on.client).toMatchObject({ acknowledged: 200, lost: [], duplicated: [] });
    // The old secondary was dismissed and gives up; the source has nothing any more.
    const parts = on.machine.nodes.filter(({ alive }) => alive);
    expect(parts.map(({ host, role }) => `${host.name} ${role}`)).toEqual([
      "b abandoned",
      "c primary",
    ]);
    expect(on.records("machine.removed", "migration.left")).toHaveLength(2);
    // It can be protected again, and has room for the next move.
    on.sim.protectAgain(on.machine, on.a);
    on.sim.run({ until: seconds(3) });
    expect(on.machine.isProtected).toBe(true);
  });

  test(`migrate: by ${name}, there and back`, () => {
    const on = moved(how);
    on.sim.run({ until: ms(450) });
    expect(on.machine.activeHost).toBe(on.c);
    const back = on.sim.migrate(on.machine, { to: on.a, how });
    on.sim.run({ until: seconds(2) });
    expect(back.outcome).toBe("moved");
    expect(on.machine.activeHost).toBe(on.a);
    expect(on.client).toMatchObject({ acknowledged: 200, lost: [], duplicated: [] });
  });

  test(`migrate: by ${name}, a target that fails before it serves leaves the machine where it is`, () => {
    for (const kind of ["migration.started", "migration.ready", "handover.ready"] as const) {
      const on = moved(how);
      onFirst(on.sim, kind, () => on.c.crash());
      on.sim.run({ until: seconds(2) });
      expect(on.moving().outcome).toBe("stayed");
      expect(on.moving().reason).toMatch(/the target (is silent|was lost)/);
      expect(on.machine.activeNode).toMatchObject({ host: on.a, alone: true });
      expect(on.client).toMatchObject({ acknowledged: 200, lost: [], duplicated: [] });
    }
  });
}

test("migrate: cancelled, the machine stays, and nothing of it is left at the target", () => {
  for (const how of [ways["pre-copy"]!, ways["group-by-group"]!]) {
    const on = moved(how);
    onFirst(on.sim, "migration.ready", () => on.moving().cancel());
    on.sim.run({ until: seconds(2) });
    expect(on.moving()).toMatchObject({ outcome: "stayed", reason: "cancelled" });
    expect(on.machine.activeNode).toMatchObject({ host: on.a, alone: true });
    expect(on.machine.nodes.some(({ host, alive }) => host === on.c && alive)).toBe(false);
    expect(on.client).toMatchObject({ acknowledged: 200, lost: [] });
    // The same host may be asked again.
    const again = on.sim.migrate(on.machine, { to: on.c, how });
    on.sim.run({ until: seconds(3) });
    expect(again.outcome).toBe("moved");
  }
});

test("migrate: pre-copy skips what is written again, and its rounds follow the rule", () => {
  const on = moved(ways["pre-copy"]!);
  on.sim.run({ until: seconds(2) });
  const { rounds } = on.moving();
  expect(rounds[0]).toMatchObject({ round: 1, bitsPerSecond: mbps(10) });
  expect(rounds.some(({ skipped }) => skipped > 0)).toBe(true);
  for (const [index, round] of rounds.entries()) {
    const before = rounds[index - 1];
    if (before === undefined) continue;
    const wanted = Math.max(mbps(10), before.dirtyBitsPerSecond + mbps(5));
    expect(round.bitsPerSecond).toBe(wanted);
    expect(round.pages + round.skipped).toBe(before.dirtied);
  }
});

test("migrate: after post-copy the machine waits for what it touches, and each page travels once", () => {
  const on = moved(ways["post-copy"]!);
  on.sim.run({ until: seconds(2) });
  const [stopped] = on.records("migration.stopped") as unknown as [{ pages: number }];
  expect(on.moving().awaitedPages).toBeGreaterThan(2);
  expect(on.records("page.awaited")).toHaveLength(on.moving().awaitedPages);
  expect(on.moving().bytes).toBeLessThan((stopped.pages + 8) * 4_096 + 20_000);
});

test("migrate: a RISC-V machine is stopped for missing pages in the middle of its programs", () => {
  for (const how of Object.values(ways)) {
    const on = moved(how, riscvKeyValue());
    on.sim.run({ until: seconds(3) });
    expect(on.moving().outcome).toBe("moved");
    expect(on.client).toMatchObject({ acknowledged: 200, lost: [], duplicated: [] });
  }
});

test("migrate: by post-copy the loss of either host loses the machine, and is reported as that", () => {
  for (const host of ["a", "c"]) {
    const build = (sim: Simulation): void => {
      const { a, b, c } = sim.hosts(["a", "b", "c"], { latency: us(50) });
      const machine = sim.protect(keyValue({ serviceNs: us(150) }), { primary: a, secondary: b });
      sim.client(machine, { requests: 200, think: ms(3) });
      sim.at(ms(150), () => void sim.migrate(machine, { to: c, how: ways["post-copy"]! }));
    };
    const at = { point: "page.awaited", occurrence: 2 } as const;
    const plan = { version: 1, faults: [{ kind: "crash", host, at }] } as const;
    const lost = new Simulation({
      seed: 1,
      build,
      plan,
      spareLastCopy: false,
      onViolation: "record",
    });
    lost.run({ until: seconds(1) });
    expect(lost.unsurvivable).toMatch(/has a part of key-value that no other host has/);
    const spared = new Simulation({ seed: 1, build, plan });
    spared.run({ until: seconds(2) });
    expect(spared.unsurvivable).toBeUndefined();
    expect(spared.clients[0]).toMatchObject({ acknowledged: 200, lost: [] });
  }
});

test("migrate: what cannot be is refused, and nothing has changed", () => {
  const on = moved(ways["pre-copy"]!);
  on.sim.run({ until: ms(100) });
  const before = on.sim.hash;
  const refuse = (code: string, action: () => unknown): void =>
    expect(action).toThrow(expect.objectContaining({ code }));
  refuse("MIGRATION_TARGET", () => on.sim.migrate(on.machine, { to: on.a }));
  refuse("MIGRATION_TARGET", () => on.sim.migrate(on.machine, { to: on.b }));
  expect(on.sim.hash).toBe(before);
  on.c.crash();
  refuse("MIGRATION_TARGET", () => on.sim.migrate(on.machine, { to: on.c }));
  on.c.restart();
  on.sim.run({ until: ms(151) });
  refuse("MIGRATION_SOURCE", () => on.sim.migrate(on.machine, { to: on.c }));
  refuse("NOT_ALONE", () => on.sim.protectAgain(on.machine, on.b));
  on.a.crash();
  expect(() => on.sim.run({ until: ms(400) })).toThrow(/nothing-lost/);
  expect(on.moving().outcome).toBe("failed");
  refuse("MIGRATION_SOURCE", () => on.sim.migrate(on.machine, { to: on.b }));
});

test("migrate: a machine whose stores nobody sees is refused by post-copy, in one sentence", () => {
  const image = keyValue();
  const guest = image.create({ now: () => 0, random32: () => 0, transmit: () => undefined });
  const unseen = {
    ...guest,
    memory: { regions: [{ name: "linear", stores: "unseen", backing: {} }] },
  };
  expect(() => migrations.postCopy().expect?.(unseen as never, "sqlite")).toThrow(
    /post-copy.*"sqlite" to its region "linear" are not seen/,
  );
  expect(() => migrations.postCopy().expect?.(guest, "kv")).not.toThrow();
});

test("migrate: settings out of range are refused", () => {
  const refused = (code: string): unknown => expect.objectContaining({ code });
  expect(() => migrations.preCopy({ batchPages: 0 })).toThrow(refused("MIGRATION_OPTION"));
  expect(() => migrations.postCopy({ push: 0.5 })).toThrow(refused("MIGRATION_OPTION"));
  expect(() => migrations.groupByGroup({ pages: 0 })).toThrow(refused("CAPTURE_OPTION"));
});
