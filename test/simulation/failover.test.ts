import fc from "fast-check";
import { ms, seconds } from "standin";
import { expect, test } from "vitest";
import { RandomStream } from "../../src/sim/random.ts";
import { pairUnderTest } from "./pair-under-test.ts";

test("failover: without failures the primary serves to the end, protected", () => {
  const { sim, a, machine, client } = pairUnderTest();
  sim.run({ until: seconds(1) });
  expect(client.acknowledged).toBe(400);
  expect(machine.activeHost).toBe(a);
  expect(machine.isProtected).toBe(true);
  expect(sim.violations).toEqual([]);
});

test("failover: whenever the primary dies, the secondary loses nothing that was promised", () => {
  const times = new RandomStream(1, "crash times");
  let failovers = 0;
  for (let run = 0; run < 200; run += 1) {
    const crashNs = times.below(ms(400));
    const { sim, a, b, machine, client } = pairUnderTest({ seed: run });
    sim.at(crashNs, () => a.crash());
    sim.run({ until: seconds(1) });
    // Before the first checkpoint there is nothing to stand in with.
    if (machine.nodes.some(({ role }) => role === "abandoned")) {
      expect(crashNs).toBeLessThan(ms(5));
      continue;
    }
    failovers += 1;
    expect(machine.activeHost).toBe(b);
    expect(client.acknowledged).toBe(400);
    expect(client.lost).toEqual([]);
    expect(client.duplicated).toEqual([]);
  }
  expect(failovers).toBeGreaterThan(190);
});

test("failover: when the secondary dies the primary goes on alone, visibly unprotected", () => {
  fc.assert(
    fc.property(fc.nat(300_000_000), fc.nat(), (crashNs, seed) => {
      const { sim, a, b, machine, client } = pairUnderTest({ seed });
      sim.at(crashNs, () => b.crash());
      sim.run({ until: seconds(1) });
      expect(machine.activeHost).toBe(a);
      expect(machine.isProtected).toBe(false);
      expect(client.acknowledged).toBe(400);
      expect(client.lost).toEqual([]);
      expect(client.duplicated).toEqual([]);
    }),
    { numRuns: 60, seed: 2, endOnFailure: true },
  );
});

test("failover: a primary that pauses for long finds itself replaced and is silent", () => {
  fc.assert(
    fc.property(fc.nat(200_000_000), fc.integer({ min: 1, max: 600 }), (pauseNs, lengthMs) => {
      const { sim, a, b, machine, client } = pairUnderTest({ seed: lengthMs });
      sim.at(pauseNs, () => a.pause());
      sim.at(pauseNs + ms(lengthMs), () => a.resume());
      sim.run({ until: seconds(2) });
      expect(client.acknowledged).toBe(400);
      expect(client.lost).toEqual([]);
      expect(client.duplicated).toEqual([]);
      const roles = machine.nodes.map(({ role }) => role);
      if (machine.activeHost === b) expect(roles).toEqual(["fenced", "primary"]);
      else expect(machine.activeHost).toBe(a);
    }),
    { numRuns: 80, seed: 3, endOnFailure: true },
  );
});

test("failover: two hosts that lose sight of each other: one of them serves, never both", () => {
  const served = new Set<string | undefined>();
  fc.assert(
    fc.property(fc.nat(200_000_000), fc.constantFrom("ab", "a>b", "b>a"), (cutNs, way) => {
      const { sim, machine, client } = pairUnderTest({ seed: cutNs });
      sim.at(cutNs, () => {
        if (way === "b>a") sim.network.partition("b", "a", { oneWay: true });
        else sim.network.partition("a", "b", { oneWay: way === "a>b" });
      });
      sim.run({ until: seconds(1) });
      served.add(machine.activeHost?.name);
      expect(machine.nodes.filter(({ serving }) => serving)).toHaveLength(1);
      expect(client.acknowledged).toBe(400);
      expect(client.lost).toEqual([]);
      expect(client.duplicated).toEqual([]);
    }),
    { numRuns: 100, seed: 4, endOnFailure: true },
  );
  expect([...served].sort()).toEqual(["a", "b"]);
});

test("failover: without a witness in reach nobody serves alone, until it is back", () => {
  const { sim, a, b, machine, client } = pairUnderTest();
  sim.at(ms(60), () => {
    sim.network.partition("a", "b");
    sim.network.partition("a", "witness");
    sim.network.partition("b", "witness");
  });
  sim.run({ until: ms(400) });
  const before = client.acknowledged;
  sim.run({ until: ms(800) });
  expect(client.acknowledged).toBe(before);
  expect(before).toBeLessThan(400);
  sim.network.heal("b", "witness");
  sim.run({ until: seconds(2) });
  expect(machine.activeHost).toBe(b);
  expect(client.acknowledged).toBe(400);
  sim.network.heal("a", "witness");
  sim.run({ until: seconds(3) });
  expect(machine.nodes.find(({ host }) => host === a)?.role).toBe("fenced");
  expect(client.lost).toEqual([]);
});

test("failover: over lossy links everything arrives in the end", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 0, max: 5 }),
      fc.nat(300_000_000),
      (seed, percent, crashNs) => {
        const rate = percent / 100;
        const link = { loss: rate, duplication: rate, reordering: rate, corruption: rate };
        const { sim, a, client } = pairUnderTest({ seed, link });
        sim.at(crashNs + ms(50), () => a.crash());
        sim.run({ until: seconds(3) });
        expect(client.acknowledged).toBe(400);
        expect(client.lost).toEqual([]);
        expect(client.duplicated).toEqual([]);
      },
    ),
    { numRuns: 60, seed: 5, endOnFailure: true },
  );
});

test("failover: when both copies die, what was acknowledged is reported as lost", () => {
  const { sim, a, b, client } = pairUnderTest({ onViolation: "record" });
  sim.at(ms(60), () => {
    a.crash();
    b.crash();
  });
  sim.run({ until: ms(500) });
  expect(client.lost).toHaveLength(client.acknowledged);
  expect(client.acknowledged).toBeGreaterThan(0);
  expect(sim.violations.map(({ name }) => name)).toEqual(["nothing-lost"]);
});
