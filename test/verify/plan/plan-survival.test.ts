// covers src/verify/plan/plan-injector.ts, src/verify/plan/atlas.ts, src/verify/plan/judge.ts
import fc from "fast-check";
import { ms, Simulation, schemes, seconds, us } from "standin";
import { counter } from "standin/guests";
import { expect, test } from "vitest";
import { SWITCH_NAME } from "../../../src/host/client-cable.ts";
import { MemorySink } from "../../../src/sim/memory-sink.ts";
import type { Fault, Moment } from "../../../src/verify/plan/fault.ts";
import { judge } from "../../../src/verify/plan/judge.ts";
import { PlanInjector, type PlanInjectorOptions } from "../../../src/verify/plan/plan-injector.ts";
import { points } from "../../../src/verify/points/points.ts";
import { anyFault } from "./arbitrary-plan.ts";

const REQUESTS = 150;

/** A counter on a pair of hosts, done with all its requests within about 200 ms; then a second to heal. */
function survival(faults: readonly Fault[], options: PlanInjectorOptions = {}) {
  const sim = new Simulation({ seed: 7, onViolation: "record" });
  const skips = new MemorySink();
  const { a, b } = sim.hosts(["a", "b"], { latency: us(50) });
  const machine = sim.protect(counter({ memoryBytes: 1024 * 1024, touchPages: 4 }), {
    primary: a,
    secondary: b,
    scheme: schemes.checkpoint({ interval: ms(10) }),
  });
  const client = sim.client(machine, { requests: REQUESTS, think: us(500) });
  const injector = new PlanInjector(sim, { version: 1, faults }, options);
  sim.trace.addSink({
    record: (atNs, position, record) => {
      if (record.kind === "fault.skipped") skips.record(atNs, position, record);
    },
  });
  injector.run(ms(400));
  injector.healAll();
  sim.run({ until: seconds(2) });
  return { sim, machine, client, injector, skipped: skips.length };
}

const setting = (moment: fc.Arbitrary<Moment>) => ({
  hosts: ["a", "b", "witness"],
  links: [
    ["a", "b"],
    ["a", "witness"],
    ["b", "witness"],
  ] as const,
  moment,
  forNsMax: ms(300),
});

const announced = points.filter((point) => point.announced).map(({ kind }) => kind);

const fixedTime: fc.Arbitrary<Moment> = fc.record({ atNs: fc.nat(ms(350)) });

const anyTime: fc.Arbitrary<Moment> = fc.oneof(
  fixedTime,
  fc.record({ event: fc.integer({ min: 1, max: 8_000 }) }),
  fc.record(
    {
      point: fc.constantFrom(...announced),
      occurrence: fc.integer({ min: 1, max: 6 }),
      host: fc.constantFrom("a", "b"),
    },
    { requiredKeys: ["point", "occurrence"] },
  ),
);

/** Faults that are mostly crashes: what decides who is left. */
const deadly = (moment: fc.Arbitrary<Moment>): fc.Arbitrary<Fault> =>
  fc.oneof(
    { weight: 1, arbitrary: anyFault(setting(moment)) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom("crash" as const, "crash" as const, "restart" as const),
        host: fc.constantFrom("a", "b", "witness"),
        at: moment,
      }),
    },
  );

test("survival: with the last copy spared, some host serves in the end and nothing was lost", () => {
  let skipped = 0;
  fc.assert(
    fc.property(fc.array(deadly(anyTime), { minLength: 1, maxLength: 6 }), (faults) => {
      const end = survival(faults);
      skipped += end.skipped;
      expect(end.injector.unsurvivable).toBeUndefined();
      expect(end.sim.violations).toEqual([]);
      expect(end.machine.activeHost).toBeDefined();
      expect(end.client.acknowledged).toBe(REQUESTS);
    }),
    { numRuns: 100, seed: 3 },
  );
  expect(skipped).toBeGreaterThan(10);
});

test("survival: if it is not spared, whatever is lost is lost to a plan that says so", () => {
  let lost = 0;
  const early = fc.record({ atNs: fc.nat(ms(120)) });
  const crashes = fc.array(deadly(early), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(crashes, (faults) => {
      const { sim, machine, client, injector, skipped } = survival(faults, {
        spareLastCopy: false,
      });
      expect(skipped).toBe(0);
      const isWhole = machine.activeHost !== undefined && client.acknowledged === REQUESTS;
      if (isWhole && sim.violations.length === 0) return;
      lost += 1;
      expect(injector.unsurvivable).toMatch(/^faults\[\d\] \(\w+\): /);
    }),
    { numRuns: 60, seed: 4 },
  );
  expect(lost).toBeGreaterThan(10);
});

test("survival: a plan that is judged survivable is, and nothing in it is skipped", () => {
  const promise = {
    pairs: [{ machine: "counter", primary: "a", secondary: "b", protectedFromNs: ms(20) }],
    witness: "witness",
    silenceNs: ms(75),
  };
  const judged = { survivable: 0, crashing: 0 };
  const faults = fc.array(deadly(fixedTime), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(faults, (faults) => {
      if (!judge({ version: 1, faults }, promise).survivable) return;
      judged.survivable += 1;
      if (faults.some(({ kind }) => kind === "crash")) judged.crashing += 1;
      // Nothing speaks against any of its faults, and it is survived.
      const { machine, client, injector } = survival(faults, { spareLastCopy: false });
      expect(injector.unsurvivable).toBeUndefined();
      expect(machine.activeHost).toBeDefined();
      expect(client.acknowledged).toBe(REQUESTS);
    }),
    { numRuns: 120, seed: 5 },
  );
  expect(judged.survivable).toBeGreaterThan(40);
  expect(judged.crashing).toBeGreaterThan(10);
});

test("survival: no single failure of a protected pair is skipped", () => {
  const later = fc.record({ atNs: fc.integer({ min: ms(20), max: ms(350) }) });
  fc.assert(
    fc.property(deadly(later), (fault) => {
      expect(survival([fault]).skipped).toBe(0);
    }),
    { numRuns: 25, seed: 6 },
  );
});

test("survival: the crash of both hosts is spared, or named as the reason of the loss", () => {
  const both: Fault[] = ["a", "b"].map((host, index) => {
    return { kind: "crash", host, at: { atNs: ms(100 + index) } };
  });
  const spared = survival(both);
  expect(spared.machine.activeHost?.name).toBe("b");
  expect(spared.skipped).toBe(1);
  const lost = survival(both, { spareLastCopy: false });
  expect(lost.machine.activeHost).toBeUndefined();
  expect(lost.injector.unsurvivable).toBe("faults[1] (crash): b has the last copy of counter");
});

test("survival: a lost way to the clients makes them ask again, and no request is executed twice", () => {
  const loss = (host: string): Fault => ({
    kind: "loss",
    from: host,
    to: SWITCH_NAME,
    at: { atNs: ms(20) },
    probability: 0.2,
    forNs: ms(200),
  });
  const { sim, client } = survival([loss("a"), { kind: "crash", host: "a", at: { atNs: ms(90) } }]);
  expect(client.acknowledged).toBe(REQUESTS);
  expect(client.duplicated).toEqual([]);
  expect(sim.violations).toEqual([]);
});
