// covers src/cluster/pool/pooled-machine.ts, src/cluster/pool/pooled-host.ts, src/cluster/pool/pooled-primary.ts, src/cluster/pool/pooled-stand-by.ts, src/cluster/pool/pooled-takeover.ts, src/schemes/pooled.ts
import fc from "fast-check";
import {
  ms,
  type PooledOptions,
  Simulation,
  type SimulationOptions,
  schemes,
  seconds,
  us,
} from "standin";
import { counter } from "standin/guests";
import { expect, test } from "vitest";
import type { GuestImage } from "../../../src/guest/guest.ts";
import { riscvKeyValue } from "../../../src/guest/riscv/riscv-key-value.ts";
import { modern } from "../../../src/host/profiles/modern.ts";
import type { StandinRecord } from "../../../src/verify/standin-record.ts";

const MIB = 1024 * 1024;

interface Options extends Partial<SimulationOptions> {
  readonly image?: GuestImage;
  readonly scheme?: Partial<PooledOptions>;
  readonly requests?: number;
}

/** A machine in a pool that hosts a, b and c share, and one client. */
function pooledUnderTest(options: Options = {}) {
  const { image = counter({ memoryBytes: MIB, touchPages: 16 }), scheme = {}, requests } = options;
  const sim = new Simulation({ seed: 7, ...options });
  const { a, b, c } = sim.hosts(["a", "b", "c"], { latency: us(50) });
  const pool = sim.pool("pool", { capacityBytes: 64 * MIB });
  const machine = sim.protect(image, {
    primary: a,
    secondary: b,
    spares: [c],
    scheme: schemes.pooled({ pool, ...scheme }),
  });
  const client = sim.client(machine, { requests: requests ?? 300, think: us(500) });
  const records: ({ atNs: number } & StandinRecord)[] = [];
  sim.trace.addSink({
    record: (atNs, _position, record) => {
      records.push({ atNs, ...(record as StandinRecord) });
    },
  });
  const of = <K extends StandinRecord["kind"]>(kind: K) =>
    records.filter((record) => record.kind === kind) as ({ atNs: number } & StandinRecord & {
        kind: K;
      })[];
  return { sim, a, b, c, pool, machine, client, of };
}

/** Every request was answered, and is there once. */
function expectKept({ sim, client }: ReturnType<typeof pooledUnderTest>): void {
  expect([client.acknowledged, client.lost, client.duplicated]).toEqual([client.requests, [], []]);
  expect(sim.violations).toEqual([]);
}

test("pooled: without failures the primary serves, and every packet is held until the pool confirms", () => {
  const made = pooledUnderTest();
  made.sim.run({ until: seconds(1) });
  expectKept(made);
  const { machine, a, of } = made;
  expect([machine.activeHost, machine.isProtected, machine.recoverable]).toEqual([a, true, true]);
  const released = of("output.released");
  expect(released.length).toBeGreaterThanOrEqual(300);
  for (const record of released) expect(record.protected).toBe(true);
  expect(machine.pool).toEqual({ name: "pool", hosts: ["a", "b", "c"] });
});

test("pooled: nothing of a machine crosses a link between hosts, at a failover neither", () => {
  const { sim, a, of } = pooledUnderTest();
  sim.at(ms(110), () => a.crash());
  sim.run({ until: seconds(1) });
  const hosts = ["a", "b", "c"];
  const between = of("link.sent").filter(
    ({ from, to }) => hosts.includes(from) && hosts.includes(to),
  );
  expect(between).toEqual([]);
  // and over those to the pool nothing but questions and answers: no page is so small
  const toPool = of("link.sent").filter(({ from, to }) => [from, to].includes("pool"));
  expect(toPool.length).toBeGreaterThan(100);
  for (const { bytes } of toPool) expect(bytes).toBeLessThan(128);
});

test("pooled: whenever the primary dies the secondary goes on, and a spare becomes the secondary", () => {
  fc.assert(
    fc.property(fc.nat(ms(200)), fc.nat(), (crashNs, seed) => {
      const made = pooledUnderTest({ seed });
      const { sim, a, b, machine, of } = made;
      sim.at(crashNs, () => a.crash());
      sim.run({ until: seconds(1) });
      expectKept(made);
      expect(machine.activeHost).toBe(b);
      const [given] = of("access.given");
      expect(given).toMatchObject({ host: "b", from: "a", term: 2 });
      expect(of("stand-by.mapped")).toMatchObject([{ host: "c", term: 2 }]);
      // a lease and two heartbeats at most
      expect(given!.atNs - crashNs).toBeLessThan(ms(121));
    }),
    { numRuns: 25, seed: 2, endOnFailure: true },
  );
});

test("pooled: when the secondary dies the spare is appointed, and the machine serves all the time", () => {
  const made = pooledUnderTest();
  const { sim, a, b, machine, of } = made;
  sim.at(ms(50), () => b.crash());
  sim.at(ms(400), () => a.crash());
  sim.run({ until: seconds(1) });
  expectKept(made);
  expect(of("secondary.lost")[0]).toMatchObject({ host: "a", secondary: "b" });
  expect(machine.activeHost?.name).toBe("c");
});

test("pooled: primary and secondary die together: a spare goes on from the pool", () => {
  const made = pooledUnderTest();
  const { sim, a, b, machine } = made;
  sim.at(ms(70), () => {
    a.crash();
    b.crash();
  });
  sim.run({ until: seconds(2) });
  expectKept(made);
  expect(machine.activeHost?.name).toBe("c");
});

test("pooled: all hosts die: the machine is in the pool, and goes on when one is switched on", () => {
  const made = pooledUnderTest();
  const { sim, a, b, c, machine } = made;
  sim.at(ms(70), () => {
    for (const host of [a, b, c]) host.crash();
  });
  sim.at(ms(80), () =>
    expect([machine.activeHost, machine.recoverable]).toEqual([undefined, false]),
  );
  sim.at(ms(300), () => a.restart());
  sim.run({ until: seconds(2) });
  expectKept(made);
  expect([machine.activeHost, machine.activeNode?.term]).toEqual([a, 2]);
});

test("pooled: one host after the other dies and comes back, and each failover is survived", () => {
  const made = pooledUnderTest({ requests: 1_200 });
  const { sim, machine, of } = made;
  for (let round = 0; round < 8; round += 1) {
    sim.at(ms(100 + 400 * round), () => machine.activeHost?.crash());
    sim.at(ms(300 + 400 * round), () => {
      for (const host of sim.network.hosts) host.restart();
    });
  }
  sim.run({ until: seconds(5) });
  expectKept(made);
  expect(of("failover.serving")).toHaveLength(8);
  expect(machine.activeNode?.term).toBe(9);
});

test("pooled: a primary that pauses for longer than its lease is fenced at its next access", () => {
  fc.assert(
    fc.property(fc.nat(ms(150)), fc.integer({ min: 130, max: 600 }), (pauseNs, lengthMs) => {
      const made = pooledUnderTest({ seed: lengthMs });
      const { sim, a, b, machine, of } = made;
      sim.at(pauseNs, () => a.pause());
      const resumedNs = pauseNs + ms(lengthMs);
      sim.at(resumedNs, () => a.resume());
      sim.run({ until: seconds(2) });
      expectKept(made);
      expect(machine.activeHost).toBe(b);
      const [fenced] = of("machine.fenced");
      expect(fenced?.host).toBe("a");
      // the next boundary of its processor, and what it takes to ask
      expect(fenced!.atNs - resumedNs).toBeLessThan(ms(1));
      const [given] = of("access.given");
      const late = of("checkpoint.committed").filter(({ term, atNs }) => {
        return term === 1 && atNs > given!.atNs;
      });
      expect(late).toEqual([]);
      // host a is good for something again
      expect(of("stand-by.mapped").map(({ host }) => host)).toContain("c");
    }),
    { numRuns: 15, seed: 3, endOnFailure: true },
  );
});

test("pooled: a primary that is paused for less than its lease goes on", () => {
  const made = pooledUnderTest();
  const { sim, a, machine } = made;
  sim.at(ms(60), () => a.pause());
  sim.at(ms(130), () => a.resume());
  sim.run({ until: seconds(1) });
  expectKept(made);
  expect(machine.activeNode).toMatchObject({ host: a, term: 1 });
});

test.each(["both ways", "to the pool", "from the pool"])(
  "pooled: a primary cut off from the pool (%s) stops by its own clock before anybody takes over",
  (way) => {
    const made = pooledUnderTest();
    const { sim, a, b, machine, of } = made;
    sim.at(ms(60), () => {
      if (way === "both ways") sim.network.partition("a", "pool");
      else if (way === "to the pool") sim.network.partition("a", "pool", { oneWay: true });
      else sim.network.partition("pool", "a", { oneWay: true });
    });
    sim.run({ until: seconds(1) });
    expectKept(made);
    expect(machine.activeHost).toBe(b);
    const [lapsed, given] = [of("lease.lapsed")[0], of("access.given")[0]];
    expect(lapsed).toMatchObject({ host: "a", term: 1 });
    expect(lapsed!.atNs).toBeLessThan(given!.atNs);
    const alone = of("output.released").filter(({ host, atNs }) => host === "a" && atNs > ms(60));
    expect(alone).toEqual([]);
    sim.network.heal("a", "pool");
    sim.run({ until: seconds(2) });
    expect(machine.nodes.find(({ host }) => host === a)?.role).not.toBe("primary");
    expect(of("machine.fenced")).toMatchObject([{ host: "a", term: 1 }]);
  },
);

test("pooled: a pool that nobody reaches for a while is no loss: who had access goes on", () => {
  const made = pooledUnderTest();
  const { sim, pool, a, machine, of } = made;
  sim.at(ms(60), () => pool.host.pause());
  sim.at(ms(360), () => pool.host.resume());
  sim.run({ until: seconds(1) });
  expectKept(made);
  expect(machine.activeNode).toMatchObject({ host: a, term: 1 });
  expect([of("lease.lapsed").length, of("lease.regained").length]).toEqual([1, 1]);
  expect(of("output.released").filter(({ atNs }) => atNs > ms(60) && atNs < ms(360))).toEqual([]);
});

test("pooled: hosts that do not see each other do not care", () => {
  const made = pooledUnderTest();
  const { sim, a, machine } = made;
  sim.at(ms(10), () => {
    for (const [from, to] of [
      ["a", "b"],
      ["a", "c"],
      ["b", "c"],
    ] as const) {
      sim.network.partition(from, to);
    }
  });
  sim.run({ until: seconds(1) });
  expectKept(made);
  expect(machine.activeHost).toBe(a);
});

test("pooled: the pool dies, and with it every machine in it; what was acknowledged is reported as lost", () => {
  const made = pooledUnderTest({ onViolation: "record" });
  const { sim, pool, machine, client, of } = made;
  sim.at(ms(100), () => pool.host.crash());
  sim.at(ms(300), () => pool.host.restart());
  sim.run({ until: seconds(1) });
  expect([machine.activeHost, machine.recoverable]).toEqual([undefined, false]);
  expect(of("machine.lost").map(({ host }) => host)).toEqual(["a", "b"]);
  expect(of("output.released").filter(({ atNs }) => atNs > ms(100))).toEqual([]);
  expect(client.acknowledged).toBeGreaterThan(0);
  expect(client.lost).toHaveLength(client.acknowledged);
});

test("pooled: a crash of the pool by a plan is more than is promised, and is called that", () => {
  const crash = { kind: "crash", host: "pool", at: { atNs: ms(100) } } as const;
  const plan = { version: 1, faults: [crash] } as const;
  const build = (sim: Simulation): void => {
    const { a, b } = sim.hosts(["a", "b"]);
    const pool = sim.pool("pool", { capacityBytes: 8 * MIB });
    const scheme = schemes.pooled({ pool });
    sim.client(sim.protect(counter({ memoryBytes: MIB }), { primary: a, secondary: b, scheme }));
  };
  const sim = new Simulation({ seed: 1, onViolation: "record", plan, build, spareLastCopy: false });
  sim.run({ until: ms(300) });
  expect(sim.unsurvivable).toBe("faults[0] (crash): pool has all of the memory of counter");
  const spared = new Simulation({ seed: 1, plan, build });
  spared.run({ until: ms(300) });
  expect([spared.unsurvivable, spared.host("pool").power]).toEqual([undefined, "on"]);
});

test("pooled: a RISC-V server goes on in the middle of its work", () => {
  for (const crashNs of [ms(101), ms(140), ms(163)]) {
    const made = pooledUnderTest({ image: riscvKeyValue(), requests: 100 });
    made.sim.at(crashNs, () => made.a.crash());
    made.sim.run({ until: seconds(2) });
    expectKept(made);
    expect(made.machine.activeHost).toBe(made.b);
  }
});

test("pooled: a pool without room refuses, with what it needs and has, and nothing is changed", () => {
  const sim = new Simulation({ seed: 1 });
  const { a, b } = sim.hosts(["a", "b"]);
  const pool = sim.pool("pool", { capacityBytes: 5 * MIB });
  const options = { primary: a, secondary: b, scheme: schemes.pooled({ pool }) };
  const image = counter({ memoryBytes: MIB });
  const first = sim.protect(image, options);
  const reserved = pool.reservedBytes;
  const before = [sim.machines.length, sim.hash];
  for (let left = pool.capacityBytes - 2 * reserved; left >= 0; left -= reserved) {
    sim.protect(image, options);
    before[0] = sim.machines.length;
    before[1] = sim.hash;
  }
  const refused = (): unknown => sim.protect(image, options);
  expect(refused).toThrow(expect.objectContaining({ code: "POOL_CAPACITY" }));
  expect(refused).toThrow(/^pool: expected \d+ free bytes in pool for two versions of counter/);
  expect([sim.machines.length, sim.hash]).toEqual(before);
  expect(first.pool?.name).toBe("pool");
});

test("pooled: bad settings are refused", () => {
  const sim = new Simulation({ seed: 1 });
  const { a, b, c } = sim.hosts(["a", "b", "c"]);
  const pool = sim.pool("pool", { capacityBytes: 64 * MIB });
  const image = counter();
  const scheme = schemes.pooled({ pool });
  expect(() => schemes.pooled({ pool, interval: 0 })).toThrow(/^interval: expected a whole/);
  expect(() => schemes.pooled({ pool, driftMarginPpm: 600_000 })).toThrow(
    expect.objectContaining({ code: "POOLED_OPTION" }),
  );
  expect(() => sim.pool("a", { capacityBytes: MIB })).toThrow(
    expect.objectContaining({ code: "HOST_EXISTS" }),
  );
  expect(() => sim.pool("other", { capacityBytes: 1 })).toThrow(
    expect.objectContaining({ code: "POOL_CAPACITY" }),
  );
  for (const spares of [[a], [c, c], [pool.host]]) {
    expect(() => sim.protect(image, { primary: a, secondary: b, spares, scheme })).toThrow(
      expect.objectContaining({ code: "SAME_HOST" }),
    );
  }
  expect(() => sim.protect(image, { primary: a, secondary: b, spares: [c] })).toThrow(
    expect.objectContaining({ code: "SPARES" }),
  );
  const machine = sim.protect(image, { primary: a, secondary: b, spares: [c], scheme });
  expect(() => sim.protectAgain(machine, c)).toThrow(
    expect.objectContaining({ code: "NOT_ALONE" }),
  );
});

test("pooled: what is sent, and the commit, do not depend on the pages written; caches are written back", () => {
  const measured = [16, 1_024].map((rewritePages) => {
    const image = counter({ memoryBytes: 8 * MIB, touchPages: rewritePages, rewritePages });
    const { sim, of } = pooledUnderTest({ image });
    sim.run({ until: ms(140) });
    const pages = of("checkpoint.copied")[3]!.pages;
    const stoppedNs = of("checkpoint.resumed")[3]!.pauseNs;
    const [sent, done] = [of("commit.sent")[3]!, of("checkpoint.acknowledged")[3]!];
    return { pages, stoppedNs, commitNs: done.atNs - sent.atNs, bytes: sent.bytes };
  });
  const [few, many] = measured as [(typeof measured)[0], (typeof measured)[0]];
  expect(many.pages - few.pages).toBe(1_008);
  expect([many.commitNs, many.bytes]).toEqual([few.commitNs, few.bytes]);
  const { poolFlushPageNs, copyPageNs, clearPageNs } = modern;
  expect(many.stoppedNs - few.stoppedNs).toBeCloseTo(1_008 * poolFlushPageNs, -3);
  // beside what a checkpoint takes for each page while the machine stands still
  expect(poolFlushPageNs).toBeLessThan((copyPageNs + clearPageNs) / 3);
});
