import { expect, test } from "vitest";
import {
  type Availability,
  availability,
  expectYears,
  isMeasured,
} from "../../src/clusters/availability.ts";
import type { ClusterPlan, PlannedHost, PlannedYears } from "../../src/clusters/cluster-plan.ts";
import { MachineLife } from "../../src/clusters/machine-life.ts";

const MS = 1_000_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * DAY_MS;

/** A machine of which these times were measured, in milliseconds. */
function life(name: string, failoverMs: readonly number[], windowMs: readonly number[]) {
  const made = new MachineLife(name);
  made.failoverNs.push(...failoverMs.map((each) => each * MS));
  made.reprotectionNs.push(...windowMs.map((each) => each * MS));
  return made;
}

const named = (count: number): PlannedHost[] =>
  Array.from({ length: count }, (_, index) => ({ name: `h${index}` }));

const PLANNED: PlannedYears = {
  ...{ betweenMs: 10 * DAY_MS, repairMs: HOUR_MS, restoreMs: 2 * HOUR_MS, years: 1_000 },
};

const firstOf = ({ machines }: Availability) => machines[0]!;

test("availability: failovers of a constant length: rate times length, within the interval", () => {
  const lives = [life("m", [120.5], [500])];
  // So short a window and restore that losing both copies adds nothing.
  const planned = { ...PLANNED, restoreMs: 1_000 };
  const result = availability(7, named(6), lives, planned);
  const aYear = YEAR_MS / (planned.betweenMs + planned.repairMs);
  expect(Math.abs(result.hostFailures / (6 * aYear) - 1)).toBeLessThan(0.01);
  const { failovers, downMs, lostMs } = firstOf(result);
  expect(Math.abs(failovers / aYear - 1)).toBeLessThan(0.02);
  expect(downMs.mean).toBeCloseTo(failovers * 120.5 + lostMs, 6);
  expect(Math.abs(downMs.mean - aYear * 120.5)).toBeLessThan(downMs.half);
  expect(downMs.half).toBeLessThan(0.05 * downMs.mean);
  // 4.4 s of a year.
  expect(firstOf(result).nines).toBe(6);
});

test("availability: both copies lost in the window: twice the rate, times the chance of another failure", () => {
  const lives = [life("m", [1], [60_000])];
  const result = availability(3, named(6), lives, PLANNED);
  const aYear = YEAR_MS / (PLANNED.betweenMs + PLANNED.repairMs);
  const expected = 2 * aYear * (60_000 / PLANNED.betweenMs) * PLANNED.restoreMs;
  expect(Math.abs(firstOf(result).lostMs / expected - 1)).toBeLessThan(0.02);
});

test("availability: two hosts: alone for as long as a repair takes, and lost if the other fails then", () => {
  const planned = { ...PLANNED, repairMs: DAY_MS };
  const { betweenMs, repairMs, restoreMs } = planned;
  const result = availability(5, named(2), [life("m", [1], [1])], planned);
  // Two hosts, each with its own repair crew, as a Markov chain: the share of time in which one of the two is off
  // is 2br / (b + r)^2; then the other fails with the rate 1 / b, and the machine is lost.
  const share = (2 * betweenMs * repairMs) / ((betweenMs + repairMs) * (betweenMs + repairMs));
  const expected = share * (YEAR_MS / betweenMs) * restoreMs;
  expect(Math.abs(firstOf(result).lostMs / expected - 1)).toBeLessThan(0.05);
  // With a third host that is not so: the window is a millisecond.
  const third = availability(5, named(3), [life("m", [1], [1])], planned);
  expect(firstOf(third).lostMs).toBeLessThan(0.2 * firstOf(result).lostMs);
});

test("availability: hosts of one domain are no place for both copies", () => {
  const lives = [life("m", [1], [1])];
  const planned = { ...PLANNED, repairMs: DAY_MS };
  const apart = firstOf(availability(5, named(4), lives, planned));
  const racks = named(4).map((host, index) => ({ ...host, domain: index < 3 ? "one" : "two" }));
  const together = firstOf(availability(5, racks, lives, planned));
  expect(together.lostMs).toBeGreaterThan(5 * apart.lostMs);
});

test("availability: more years, a narrower interval; another seed, other years", () => {
  const lives = [life("m", [80, 120], [500])];
  const of = (years: number, seed = 1) =>
    firstOf(availability(seed, named(4), lives, { ...PLANNED, years })).downMs;
  expect(of(4_000).half).toBeLessThan(0.5 * of(100).half);
  expect(of(100)).toEqual(of(100));
  expect(of(100, 2)).not.toEqual(of(100));
});

test("availability: the interval covers the true mean about as often as it says", () => {
  const lives = [life("m", [100], [1])];
  const planned = { ...PLANNED, restoreMs: 1_000, years: 60 };
  const expected = (YEAR_MS / (planned.betweenMs + planned.repairMs)) * 100;
  let covered = 0;
  for (let seed = 0; seed < 200; seed += 1) {
    const { mean, half } = firstOf(availability(seed, named(3), lives, planned)).downMs;
    if (Math.abs(mean - expected) <= half) covered += 1;
  }
  // 190 expected, deviation 3.
  expect(covered).toBeGreaterThanOrEqual(180);
  expect(covered).toBeLessThanOrEqual(199);
});

test("availability: each machine draws from its own, and one without from those of all", () => {
  const lives = [life("m", [10], [500]), life("n", [1_000], [500]), life("o", [], [])];
  const planned = { ...PLANNED, restoreMs: 1_000 };
  const [m, n, o] = availability(1, named(6), lives, planned).machines;
  expect(m!.downMs.mean / m!.failovers).toBeCloseTo(10, 0);
  expect(n!.downMs.mean / n!.failovers).toBeCloseTo(1_000, 0);
  expect(Math.abs(o!.downMs.mean / o!.failovers - 505)).toBeLessThan(20);
});

test("availability: years in which nothing failed show no nines", () => {
  const planned = { ...PLANNED, betweenMs: 1_000 * YEAR_MS, years: 1 };
  const { downMs, nines } = firstOf(availability(1, named(2), [life("m", [1], [1])], planned));
  expect([downMs, nines]).toEqual([{ mean: 0, half: 0 }, null]);
});

test("availability: without a failover, or a machine protected again, there is nothing to draw from", () => {
  for (const lives of [[], [life("m", [], [1])], [life("m", [1], [])]]) {
    expect(isMeasured(lives)).toBe(false);
    expect(() => availability(1, named(3), lives, PLANNED)).toThrow(
      expect.objectContaining({ code: "NO_FAILOVERS" }),
    );
  }
  expect(isMeasured([life("m", [], [1]), life("n", [1], [])])).toBe(true);
});

test("availability: no more years than some seconds are enough for", () => {
  const plan = { hosts: named(10), machines: new Array(20).fill({}), availability: PLANNED };
  const with_ = (changes: Partial<PlannedYears>) => () =>
    expectYears({ ...plan, availability: { ...PLANNED, ...changes } } as unknown as ClusterPlan);
  with_({})();
  with_({ years: 1_719 })();
  expect(with_({ years: 1_720 })).toThrow(
    "cluster.availability.years: expected at most 1719 with 10 hosts that fail so often, got 1720",
  );
  expect(with_({ betweenMs: 1_000, repairMs: 1_000 })).toThrow("expected at most 0 with 10 hosts");
  expectYears({ ...plan, availability: undefined } as unknown as ClusterPlan);
});
