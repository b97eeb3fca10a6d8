// covers src/explore/baseline.ts, src/explore/every-step.ts, src/explore/every-point.ts, src/explore/fault-pairs.ts, src/explore/swarm.ts, src/explore/sweep.ts, src/explore/standard-properties.ts, src/explore/draw-case.ts, src/explore/every-cut.ts

import { expect, test } from "vitest";
import { drawCase } from "../../src/explore/draw-case.ts";
import { exploration, explore, Tally } from "../../src/explore/explore.ts";
import { runCase } from "../../src/explore/run-case.ts";
import { counterScenario } from "../../src/scenarios/counter.ts";
import { keyValueScenario } from "../../src/scenarios/key-value.ts";
import type { ScenarioOptions } from "../../src/scenarios/scenario.ts";
import { ms } from "../../src/sim/time.ts";
import { parsePlan } from "../../src/verify/plan/parse-plan.ts";
import { sometimes } from "../../src/verify/properties/property.ts";

/** The counter for a short while: a few epochs. */
const SHORT = { untilNs: ms(120), scenario: { client: { requests: 20 } } } as const;

test("explore: a crash at every step of a short run, of either host, loses nothing", () => {
  const result = explore(counterScenario, {
    mode: "every-step",
    hosts: ["a", "b"],
    steps: 150,
    ...SHORT,
  });
  expect(result).toMatchObject({ status: "holds", runs: 300 });
});

test("explore: a crash at every named point that a short run passes loses nothing", () => {
  const options = { mode: "points", hosts: ["a", "b"], ...SHORT } as const;
  const { sweep } = exploration(counterScenario, options);
  expect(sweep.size).toBeGreaterThan(100);
  expect(explore(counterScenario, options)).toMatchObject({ status: "holds", runs: sweep.size });
});

test("explore: pairs of faults, some of them", () => {
  const { sweep, judge } = exploration(counterScenario, { mode: "pairs", hosts: ["a", "b"] });
  expect(sweep.size).toBe((7 * 9) ** 2);
  // With the witness's host left out, and it may never be needed, nothing is demanded of the sweep.
  expect(judge.properties.map(({ name }) => name)).toEqual([
    "silence-noticed",
    "replay-agrees",
    "suspected-in-silence",
  ]);
  const whole = exploration(counterScenario, { mode: "pairs" });
  expect(whole.wanted).toContain("witness.refused");
  const { plan } = sweep.caseAt(sweep.size - 1);
  expect(parsePlan(plan)).toEqual(plan);
});

test("explore: a swarm holds, and brings about what a swarm must", () => {
  const result = explore(counterScenario, { mode: "swarm", seeds: 120 });
  expect(result).toMatchObject({ status: "holds", runs: 120, sweep: "120 seeds from 1" });
});

test("explore: the same seeds draw the same runs, other seeds other runs", () => {
  const setting = { hosts: ["a", "b", "witness"], points: ["commit.sent"], untilNs: ms(500) };
  expect(drawCase(7, setting)).toEqual(drawCase(7, setting));
  expect(drawCase(7, setting)).not.toEqual(drawCase(8, setting));
});

test("explore: a swarm keeps the parts that were chosen, and draws the rest as without them", () => {
  const parts = { encode: "feedback", trigger: "held-output" };
  const caseOf = (scenario: ScenarioOptions) =>
    exploration(counterScenario, { mode: "swarm", seeds: 5, scenario }).sweep.caseAt(3);
  const { options, ...rest } = caseOf({});
  expect(caseOf({ parts })).toEqual({ options: { ...options, parts }, ...rest });
});

test("explore: everything that a swarm draws is a valid plan, and every kind is drawn", () => {
  const setting = { hosts: ["a", "b", "witness"], points: ["commit.sent"], untilNs: ms(500) };
  const kinds = new Set<string>();
  for (let seed = 0; seed < 400; seed += 1) {
    const { plan } = drawCase(seed, setting);
    expect(parsePlan(plan)).toEqual(plan);
    for (const { kind } of plan.faults) kinds.add(kind);
  }
  expect(kinds.size).toBe(13);
});

test("explore: findings come in order and stop the search when there are enough", () => {
  const options = { mode: "swarm", seeds: 50, scenario: { broken: ["release-at-stop"] } } as const;
  const one = explore(counterScenario, options);
  const three = explore(counterScenario, { ...options, findingsMax: 3 });
  if (one.status !== "fails" || three.status !== "fails") throw new Error("expected findings");
  expect(one.findings).toHaveLength(1);
  expect(three.findings[0]).toEqual(one.findings[0]);
  const indexes = three.findings.map(({ index }) => index);
  expect(indexes).toEqual([...indexes].sort((a, b) => a - b));
  expect(three.runs).toBe(indexes[2]! + 1);
  expect(three.findings[0]?.failure).toMatchObject({ kind: "invariant", name: "output-commit" });
});

test("explore: what must sometimes happen and never does makes the sweep miss", () => {
  const result = explore(counterScenario, {
    mode: "every-step",
    steps: 3,
    ...SHORT,
    properties: [sometimes("a blue moon", () => false), sometimes("a record", () => true)],
  });
  expect(result).toMatchObject({ status: "missed", missing: ["a blue moon"] });
});

test("explore: it can be stopped, and tells how far it is", () => {
  const signal = { aborted: false };
  const seen: number[] = [];
  const progress = (done: number, total: number): void => {
    seen.push(done);
    expect(total).toBe(50);
    signal.aborted = done === 4;
  };
  const result = explore(counterScenario, { mode: "swarm", seeds: 50 }, { progress, signal });
  expect(result).toMatchObject({ status: "aborted", runs: 4 });
  expect(seen).toEqual([1, 2, 3, 4]);
});

test("explore: a plan that destroys the last copy is no finding", () => {
  const { sweep } = exploration(counterScenario, { mode: "every-step", hosts: ["a"], ...SHORT });
  // The very first events: nothing is protected yet, and the fault is left out.
  expect(sweep.caseAt(0).plan.faults).toEqual([{ kind: "crash", host: "a", at: { event: 1 } }]);
  const result = explore(counterScenario, {
    mode: "every-step",
    hosts: ["a"],
    steps: 40,
    ...SHORT,
  });
  expect(result.status).toBe("holds");
});

test.each([
  [{ mode: "swarm", seeds: 0 }, "seeds: expected a whole number of at least 1, got 0"],
  [{ mode: "swarm", fromSeed: -1 }, "fromSeed: expected a whole number of at least 0"],
  [{ mode: "every-step", steps: 0.5 }, "steps: expected a whole number of at least 1, got 0.5"],
  [{ mode: "points", hosts: ["z"] }, 'hosts: expected some of a, b, witness, got "z"'],
  [{ mode: "pairs", findingsMax: 0 }, "findingsMax: expected"],
] as const)("explore: options %j are refused", (options, message) => {
  expect(() => explore(counterScenario, options)).toThrow(message);
});

test("explore: a finding has the hash of its run, which a sink does not change", () => {
  const options = { mode: "swarm", seeds: 5, scenario: { broken: ["no-witness"] } } as const;
  const { judge } = exploration(counterScenario, options);
  const seen: number[] = [];
  const progress = (_done: number, _total: number, findings: number): void => {
    seen.push(findings);
  };
  const result = explore(counterScenario, options, { progress });
  if (result.status !== "fails") throw new Error("expected a finding");
  const [{ run, hash }] = result.findings as [(typeof result.findings)[0]];
  expect(seen).toEqual([1]);
  let [records, lastAtNs] = [0, 0];
  const sink = {
    record(atNs: number) {
      records += 1;
      lastAtNs = atNs;
    },
  };
  const again = runCase(counterScenario, run, judge, [sink]);
  expect(again.hash).toBe(hash);
  expect(records).toBeGreaterThan(100);
  expect(again.endNs).toBeGreaterThanOrEqual(lastAtNs);
});

test("explore: what was found before it was stopped remains found", () => {
  const { sweep } = exploration(counterScenario, { mode: "swarm", seeds: 9 });
  const tally = new Tally("counter", sweep, ["never"], 3);
  const failure = { kind: "property", name: "p", atNs: 1, detail: "d" } as const;
  tally.add(0, sweep.caseAt(0), { verdict: "holds", hash: "0", happened: [] });
  expect(tally.aborted()).toMatchObject({ status: "aborted", runs: 1 });
  tally.add(1, sweep.caseAt(1), { verdict: "fails", failure, hash: "1", happened: [] });
  expect(tally.aborted()).toMatchObject({ status: "fails", runs: 2, findings: [{ hash: "1" }] });
});

test("explore: of a scheme with a single checkpoint no unfinished one is wanted", () => {
  const wanted = (scenario: ScenarioOptions) =>
    exploration(keyValueScenario, { mode: "swarm", seeds: 500, scenario }).wanted.join();
  expect(wanted({})).toContain("checkpoint.discarded");
  expect(wanted({ scheme: "hybrid" })).toContain("checkpoint.discarded");
  expect(wanted({ scheme: "vmware-ft" })).not.toContain("checkpoint.discarded");
  expect(wanted({ broken: ["replay-unchecked"] })).not.toContain("checkpoint.discarded");
});

test("explore: where no witness decides, none is wanted to have decided", () => {
  const wanted = (fence: string) =>
    exploration(keyValueScenario, { mode: "swarm", seeds: 500, scenario: { fence } }).wanted.join();
  expect(wanted("power")).toContain("witness.refused");
  expect(wanted("power-head-start")).not.toContain("witness");
  expect(wanted("power-head-start")).toContain("power.confirmed");
});

test("explore: every way is cut at every named point, and only those of the hosts asked for", () => {
  const { sweep } = exploration(counterScenario, { mode: "cuts", ...SHORT });
  expect(sweep.name).toMatch(/^every one of \d+ passed points, with 6 ways cut$/);
  const kinds = Array.from({ length: 6 }, (_, index) => {
    const [fault] = sweep.caseAt(index).plan.faults;
    if (fault === undefined) throw new Error("expected a fault");
    return "from" in fault ? `${fault.kind} ${fault.from} ${fault.to}` : fault.kind;
  });
  expect(kinds).toEqual([
    ...["partition a b", "partition a witness", "partition b witness"],
    ...["cable", "cable", "cable"],
  ]);
  const some = exploration(counterScenario, { mode: "cuts", hosts: ["witness"], ...SHORT }).sweep;
  expect(some.name).toMatch("with 3 ways cut");
  const options = { mode: "cuts", ...SHORT, hosts: ["b"] } as const;
  expect(explore(counterScenario, { ...options, findingsMax: 1 }).status).toBe("holds");
});
