// covers src/fast-check/fault-plan.ts, src/fast-check/fault.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import { faultPlan } from "../../src/fast-check/fault-plan.ts";
import { judgeSurvival } from "../../src/matchers/survival.ts";
import { counterScenario } from "../../src/scenarios/counter.ts";
import { ms } from "../../src/sim/time.ts";
import type { FaultPlan } from "../../src/verify/plan/fault.ts";
import { formatPlan } from "../../src/verify/plan/format-plan.ts";
import { parsePlan } from "../../src/verify/plan/parse-plan.ts";
import type { ZooName } from "../../src/verify/zoo.ts";
import { simplest } from "./simplest.ts";

const setting = { hosts: ["a", "b", "witness"], untilNs: ms(200) };
const points = ["commit.sent", "failover.started"];
const client = { requests: 15 };

const survives = (plan: FaultPlan, broken: readonly ZooName[] = []): boolean => {
  const options = { untilNs: ms(200), options: { client, broken }, everyFault: false };
  return judgeSurvival(counterScenario, plan, options).verdict === "yes";
};

test("fault plan: every plan is one that the parser gives, in canonical order", () => {
  fc.assert(
    fc.property(faultPlan({ ...setting, points, faultsMax: 8 }), (plan) => {
      expect(JSON.stringify(parsePlan(plan))).toBe(JSON.stringify(plan));
      expect(parsePlan(formatPlan(plan))).toEqual(plan);
      expect(plan.faults.length).toBeLessThanOrEqual(8);
    }),
    { numRuns: 500 },
  );
});

test("fault plan: all that was asked for comes, and nothing else", () => {
  const plans = fc.sample(faultPlan({ ...setting, points }), { seed: 1, numRuns: 1_000 });
  const faults = plans.flatMap((plan) => plan.faults);
  expect(new Set(faults.map(({ kind }) => kind)).size).toBe(13);
  expect(new Set(plans.map((plan) => plan.faults.length))).toEqual(new Set([0, 1, 2, 3, 4]));
  const moments = faults.map(({ at }) => ("point" in at ? at.point : Object.keys(at).join()));
  expect(new Set(moments)).toEqual(new Set([...points, "atNs"]));
  const ends = faults.flatMap((fault) => ("from" in fault ? [`${fault.from}-${fault.to}`] : []));
  expect(new Set(ends).size).toBe(6);
  const hosts = faults.flatMap((fault) => ("host" in fault ? [fault.host] : []));
  expect(new Set(hosts)).toEqual(new Set(setting.hosts));
  const only = faultPlan({ hosts: ["a"], untilNs: 5, kinds: ["crash", "pause"], faultsMax: 1 });
  for (const { faults: few } of fc.sample(only, 200)) {
    expect(few.length).toBeLessThanOrEqual(1);
    for (const { kind, at } of few) {
      expect(["crash", "pause"]).toContain(kind);
      expect(at).toHaveProperty("atNs");
    }
  }
});

test("fault plan: the simplest has no fault", () => {
  expect(simplest(faultPlan(setting), () => false).value).toEqual({ version: 1, faults: [] });
});

test("fault plan: one fault is left of those that are needed, short, certain and round", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const long = simplest(
      faultPlan(setting),
      ({ faults }) => !faults.some((each) => each.kind === "loss" && each.forNs > ms(30)),
      { seed },
    );
    expect(long.value.faults).toHaveLength(1);
    expect(long.value.faults[0]).toMatchObject({
      from: "a",
      to: "b",
      probability: 1,
      forNs: ms(50),
    });
    expect(long.value.faults[0]).not.toHaveProperty("oneWay");
    const jump = simplest(
      faultPlan(setting),
      ({ faults }) => !faults.some((each) => each.kind === "clock"),
      { seed },
    );
    expect(jump.value.faults).toHaveLength(1);
    expect(jump.value.faults[0]).toMatchObject({ host: "a", stepNs: ms(1) });
    expect(jump.value.faults[0]).not.toHaveProperty("driftPpm");
    const held = simplest(
      faultPlan(setting),
      ({ faults }) => !faults.some((each) => each.kind === "reorder"),
      { seed },
    );
    expect(held.value.faults).toHaveLength(1);
    expect(held.value.faults[0]).not.toHaveProperty("heldNsMax");
  }
});

test("fault plan: a run without witness fails, and one crash or cut is left of the plan", () => {
  const drawn = faultPlan({ ...setting, hosts: ["a", "b"], kinds: ["partition", "crash", "loss"] });
  const { value } = simplest(drawn, (plan) => survives(plan, ["no-witness"]), { numRuns: 60 });
  expect(value.faults).toHaveLength(1);
  const [fault] = value.faults;
  expect(fault?.at).toSatisfy((at: { atNs: number }) => at.atNs % ms(1) === 0);
  expect(survives(value)).toBe(true);
});

test("fault plan: what fails without a fault ends without one", () => {
  const { value } = simplest(faultPlan(setting), (plan) => survives(plan, ["release-at-stop"]));
  expect(value.faults).toEqual([]);
});
