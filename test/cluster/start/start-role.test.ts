// covers src/cluster/start/start-role.ts, src/cluster/start/bare-host.ts, src/cluster/start/thin-monitor.ts, src/cluster/start/stand-by-agent.ts, src/cluster/start/start-check.ts, src/cluster/protected-machine.ts, src/cluster/machine-node.ts, src/simulation/simulation.ts
import { expect, test } from "vitest";
import { monitorPagesFor } from "../../../src/cluster/start/thin-monitor.ts";
import { counter } from "../../../src/guest/counter.ts";
import type { Guest, GuestImage } from "../../../src/guest/guest.ts";
import { riscvHypervisor } from "../../../src/guest/riscv/riscv-hypervisor.ts";
import { riscvJournal } from "../../../src/guest/riscv/riscv-journal.ts";
import { riscvKeyValue } from "../../../src/guest/riscv/riscv-key-value.ts";
import { PAGE_SIZE } from "../../../src/memory/page.ts";
import { chosenScheme, schemeNames } from "../../../src/schemes/scheme-choice.ts";
import { ms, seconds, us } from "../../../src/sim/time.ts";
import type { StandinRecord } from "../../../src/verify/standin-record.ts";
import { bare, DETECTION, wideCounter } from "./rig.ts";

/** All that a machine holds: every page that was ever written, and the registers. */
function contents(guest: Guest): Map<string, string> {
  const all = new Map([["registers", String(guest.saveRegisters())]]);
  for (const { name, backing, basePage, pageCount } of guest.memory.regions) {
    for (let page = 0; page < pageCount; page += 1) {
      if (!backing.isTouched(page)) continue;
      all.set(`${name} ${basePage + page}`, String(backing.peek(page)));
    }
  }
  return all;
}

test("start: each step in its order, and then the machine is protected like any other", () => {
  const on = bare();
  const client = on.simulation.client(on.machine, { requests: 100, think: ms(1) });
  on.run(ms(20));
  expect([on.machine.isProtected, on.machine.activeHost]).toEqual([false, on.a]);
  on.start();
  on.run(ms(30));
  expect(on.steps()).toEqual([
    "start.requested",
    "start.driver-loaded",
    "start.tables-placed",
    "start.entered",
    "start.prepared",
    "start.brownout",
    "protection.started",
    "start.mirrored",
  ]);
  expect([on.machine.isProtected, on.below.isMonitored, on.below.isStarting]).toEqual([
    true,
    true,
    false,
  ]);
  on.a.crash();
  on.run(ms(500));
  expect(on.machine.activeHost).toBe(on.b);
  expect([client.acknowledged, client.lost, client.duplicated]).toEqual([100, [], []]);
});

const images: [string, () => GuestImage][] = [
  ["a program server", wideCounter],
  ["a RISC-V server", () => riscvKeyValue()],
  ["a RISC-V server with a disk", () => riscvJournal()],
];

test.each(images)(
  "start: nothing of the memory of %s is changed, byte for byte",
  (_what, image) => {
    const on = bare(image());
    on.simulation.client(on.machine, { requests: 10 });
    on.run(ms(100));
    const { guest } = on.node.vm;
    const before = contents(guest);
    on.start();
    let entered: Map<string, string> | undefined;
    on.simulation.when("start.entered").observe(() => {
      entered = contents(guest);
    });
    on.run(ms(50));
    expect(on.machine.isProtected).toBe(true);
    expect(entered).toEqual(before);
    expect(contents(guest)).toEqual(before);
  },
);

test.each(images)("start: %s does not restart, and keeps what it has done", (_what, image) => {
  const on = bare(image());
  const client = on.simulation.client(on.machine, { requests: 40, think: ms(1) });
  on.run(ms(20));
  const { guest } = on.node.vm;
  const done = on.machine.image.executions(guest, 1).size;
  const counted = guest.instructionCount ?? 0;
  expect(done).toBeGreaterThan(5);
  on.start();
  on.run(ms(15));
  expect(on.machine.activeNode?.vm.guest).toBe(guest);
  expect(on.machine.image.executions(guest, 1).size).toBeGreaterThan(done);
  if (guest.instructionCount !== undefined) expect(guest.instructionCount).toBeGreaterThan(counted);
  on.run(ms(300));
  expect(client.acknowledged).toBe(40);
  expect([...on.machine.image.executions(guest, 1).keys()]).toEqual(
    Array.from({ length: 40 }, (_, index) => index + 1),
  );
});

test("start: monitor and tables are bytes in the reserved range, with the bits that stores set", () => {
  const on = bare();
  const { physical } = on.below;
  on.run(ms(1));
  for (let page = 256; page < 512; page += 1) {
    expect(physical.copy(page).every((byte) => byte === 0)).toBe(true);
  }
  on.start();
  on.run(ms(30));
  const needed = monitorPagesFor(physical.memory);
  expect(needed).toBe(16 + 6);
  expect(on.records().find(({ kind }) => kind === "start.tables-placed")).toMatchObject({
    pages: needed,
  });
  expect(new TextDecoder().decode(physical.copy(256).subarray(0, 4))).toBe("FTVM");
  // root, levels 3 and 2, then the leaf table of the first 2 MiB
  const leaf = new DataView(physical.copy(256 + 16 + 3).buffer);
  expect(leaf.getBigUint64(8 * 5, true) & 0xffff_f007n).toBe(0x5007n);
  physical.memory.tlb.invalidate();
  expect(leaf.getBigUint64(0, true) & 0x200n).toBe(0n);
  physical.memory.store8(8, physical.memory.load8(8));
  const page = new DataView(physical.copy(256 + 16 + 3).buffer);
  expect(page.getBigUint64(0, true) & 0x300n).toBe(0x300n);
  expect(physical.copy(256 + needed).every((byte) => byte === 0)).toBe(true);
});

test("start: until it is taken over a machine pays nothing for its stores, and from then on the penalty", () => {
  const on = bare(counter({ serviceNs: us(50) }));
  const client = on.simulation.client(on.machine, { requests: 300, think: ms(1) });
  on.run(ms(30));
  const { profile } = on.a;
  const { suspendNs, takeOverNs, tlbInvalidateNs, resumeNs, guestCallNs } = profile;
  const busyNs = (): number => {
    const [before, answered] = [on.a.busyNs, client.acknowledged];
    on.run(ms(5));
    return Math.round((on.a.busyNs - before) / (client.acknowledged - answered));
  };
  expect(busyNs()).toBe(us(50) + guestCallNs);
  const pauses: StandinRecord[] = [];
  on.simulation.when("start.entered").observe((record) => pauses.push(record as StandinRecord));
  on.simulation.when("start.entered").hold();
  on.start();
  on.run(ms(5));
  expect(pauses).toHaveLength(1);
  const pauseNs = Number((pauses[0] as { pauseNs?: number }).pauseNs);
  const stillNs = suspendNs + takeOverNs + tlbInvalidateNs + resumeNs;
  expect(pauseNs).toBeGreaterThanOrEqual(stillNs);
  // A request that had begun is finished before.
  expect(pauseNs).toBeLessThan(stillNs + us(50) + guestCallNs);
  expect(busyNs()).toBe(us(50) + (us(50) * profile.runningPenaltyPpm) / 1e6 + guestCallNs);
});

test.each(schemeNames)("start: a machine is mirrored under %s, and survives", (name) => {
  const on = bare(wideCounter());
  const client = on.simulation.client(on.machine, { requests: 60, think: ms(2) });
  on.run(ms(20));
  const scheme = chosenScheme({ scheme: name, broken: {} });
  on.simulation.startProtection(on.machine, { secondary: on.b, scheme, detection: DETECTION });
  on.run(ms(60));
  expect(on.steps()).toContain("start.mirrored");
  on.a.crash();
  on.run(seconds(1));
  expect(on.machine.activeHost).toBe(on.b);
  expect([client.acknowledged, client.lost, client.duplicated]).toEqual([60, [], []]);
});

test("start: a hypervisor is taken over with its inner machines", () => {
  const on = bare(riscvHypervisor({ period: 5_000 }));
  const console = on.simulation.console(on.machine, { poll: ms(5) });
  on.run(ms(40));
  const before = console.transcript.length;
  expect(before).toBeGreaterThan(0);
  on.start();
  on.run(ms(40));
  expect(on.steps()).toContain("start.mirrored");
  on.a.crash();
  on.run(ms(60));
  expect(on.machine.activeHost).toBe(on.b);
  expect(console.transcript.length).toBeGreaterThan(before);
  expect(on.simulation.violations).toEqual([]);
});

test("start: cancelled before anything was sent whole, and the machine is as it was; then started again", () => {
  const on = bare();
  const client = on.simulation.client(on.machine, { requests: 300, think: ms(1) });
  on.run(ms(20));
  on.start();
  on.simulation.at(on.simulation.now + ms(2) + 150_000, () =>
    on.simulation.network.partition("a", "b"),
  );
  on.run(ms(40));
  expect(on.steps()).toContain("start.cancelled");
  expect([on.machine.isProtected, on.below.isMonitored, on.below.isStarting]).toEqual([
    false,
    false,
    false,
  ]);
  expect(on.node.term).toBe(1);
  expect(on.below.physical.copy(256).every((byte) => byte === 0)).toBe(true);
  expect(on.records().some(({ kind }) => kind === "term.requested")).toBe(false);
  expect(on.steps()).toContain("stand-by.abandoned");
  // The clients have noticed nothing.
  const longest = Math.max(
    ...on
      .records()
      .map((record) => (record.kind === "request.acknowledged" ? record.latencyNs : 0)),
  );
  expect(longest).toBeLessThan(ms(1));
  on.simulation.network.heal("a", "b");
  on.start();
  on.run(ms(30));
  expect(on.machine.isProtected).toBe(true);
  on.a.crash();
  on.run(seconds(1));
  expect(on.machine.activeHost).toBe(on.b);
  expect([client.acknowledged, client.lost, client.duplicated]).toEqual([300, [], []]);
});

test("start: a host that was asked and did not hear it does not come into a later start", () => {
  const on = bare();
  on.simulation.client(on.machine, { requests: 300, think: ms(1) });
  on.simulation.network.partition("a", "b");
  on.start();
  on.run(ms(30));
  expect(on.steps()).toEqual([
    "start.requested",
    "start.driver-loaded",
    "start.tables-placed",
    "start.entered",
    "start.cancelled",
  ]);
  expect(on.records().at(-1)).toBeDefined();
  on.start(on.c);
  on.simulation.network.heal("a", "b");
  on.run(ms(30));
  expect(on.machine.isProtected).toBe(true);
  expect(on.machine.nodes.map(({ host, role }) => [host.name, role])).toEqual([
    ["a", "primary"],
    ["c", "secondary"],
  ]);
  on.a.crash();
  on.run(ms(200));
  expect(on.machine.activeHost).toBe(on.c);
});

test("start: a secondary lost when it may have everything is a matter for the witness, and the machine runs bare again", () => {
  const on = bare();
  const client = on.simulation.client(on.machine, { requests: 100, think: ms(1) });
  on.run(ms(20));
  on.start();
  on.simulation.when("commit.sent").crash(on.b);
  on.run(ms(60));
  expect(on.steps().slice(-2)).toEqual(["protection.lost", "start.cancelled"]);
  expect([on.node.term, on.node.alone, on.below.isMonitored]).toEqual([2, false, false]);
  on.b.restart();
  expect(() => on.simulation.protectAgain(on.machine, on.b)).toThrow("that runs on its bare host");
  on.start();
  on.run(ms(60));
  on.a.crash();
  on.run(ms(500));
  expect(on.machine.activeHost).toBe(on.b);
  expect([client.acknowledged, client.lost, client.duplicated]).toEqual([100, [], []]);
});

test("start: once it was mirrored it stays the monitor's guest, and is protected again as any other", () => {
  const on = bare();
  on.start();
  on.run(ms(20));
  on.b.crash();
  on.run(ms(40));
  expect([on.node.alone, on.below.isMonitored, on.machine.isProtected]).toEqual([
    true,
    true,
    false,
  ]);
  on.simulation.protectAgain(on.machine, on.c);
  on.run(ms(20));
  expect(on.machine.isProtected).toBe(true);
  on.a.crash();
  on.run(ms(200));
  expect(on.machine.activeHost).toBe(on.c);
});

test("start: what is refused has changed nothing", () => {
  const on = bare();
  const refused = (code: string, start: () => void): void => {
    const { hash } = on.simulation;
    expect(start).toThrow(expect.objectContaining({ code }));
    expect(on.simulation.hash).toBe(hash);
    expect([on.below.isStarting, on.below.isMonitored]).toEqual([false, false]);
  };
  on.run(ms(5));
  refused("SAME_HOST", () => on.start(on.a));
  on.b.crash();
  refused("STAND_BY_HOST", () => on.start(on.b));
  refused("NOT_ALONE", () => on.simulation.protectAgain(on.machine, on.c));
  refused("DETECTION_OPTION", () => {
    const detection = { heartbeat: ms(5), timeout: ms(5) };
    on.simulation.startProtection(on.machine, { secondary: on.c, detection });
  });
  on.start(on.c);
  expect(() => on.start(on.c)).toThrow(/got m, which is being protected/);
  on.run(ms(20));
  expect(() => on.start(on.b)).toThrow(/got m, which has a monitor/);
  const protectedOne = on.simulation.protect(wideCounter(), {
    name: "n",
    primary: on.c,
    secondary: on.a,
  });
  expect(() => on.simulation.startProtection(protectedOne, { secondary: on.b })).toThrow(
    expect.objectContaining({ code: "ALREADY_PROTECTED" }),
  );
  on.a.crash();
  expect(() => on.start(on.c)).toThrow("got m, that nobody serves");
});

test("start: a range too small for the tables is refused with the size that it takes", () => {
  const tooSmall = bare(wideCounter(), { reservedBytes: 21 * PAGE_SIZE });
  tooSmall.run(ms(5));
  const { hash } = tooSmall.simulation;
  expect(() => tooSmall.start()).toThrow(
    `expected a reserved range of at least ${22 * PAGE_SIZE} bytes for a monitor of m and its translation tables, got ${21 * PAGE_SIZE}`,
  );
  expect(() => tooSmall.start()).toThrow(
    expect.objectContaining({ code: "RESERVED_RANGE_TOO_SMALL" }),
  );
  expect(tooSmall.simulation.hash).toBe(hash);
  tooSmall.run(ms(5));
  const enough = bare(wideCounter(), { reservedBytes: 22 * PAGE_SIZE });
  enough.start();
  enough.run(ms(20));
  expect(enough.machine.isProtected).toBe(true);
});

test("boot: refused where it cannot be", () => {
  const on = bare();
  const boot = (options: object, image: GuestImage = wideCounter()) =>
    on.simulation.boot(image, { host: on.b, ...options });
  expect(() => boot({ host: on.a })).toThrow("got a, which has a part of m");
  expect(() => boot({ name: "m" })).toThrow(expect.objectContaining({ code: "MACHINE_EXISTS" }));
  expect(() => boot({ reservedBytes: 5 })).toThrow(
    expect.objectContaining({ code: "RESERVED_BYTES" }),
  );
  const mapless: { -readonly [Key in keyof GuestImage]: GuestImage[Key] } = wideCounter();
  delete mapless.reserving;
  expect(() => boot({}, mapless)).toThrow(expect.objectContaining({ code: "NO_MEMORY_MAP" }));
  on.b.crash();
  expect(() => boot({})).toThrow("got b, which is off");
});
