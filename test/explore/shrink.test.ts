// covers src/explore/describe-exploration.ts, src/explore/exploration-error.ts, src/explore/run-case.ts
import { expect, test } from "vitest";
import { describeExploration } from "../../src/explore/describe-exploration.ts";
import { assertHolds } from "../../src/explore/exploration-error.ts";
import { runCase } from "../../src/explore/run-case.ts";
import { parseRun } from "../../src/explore/run-literal.ts";
import { sameFailure, shrink, shrinking } from "../../src/explore/shrink.ts";
import { counterScenario } from "../../src/scenarios/counter.ts";
import { ms } from "../../src/sim/time.ts";
import { hunted } from "./hunt.ts";

test("shrink: a defect that needs no fault is shrunk to none, and to a short run", () => {
  const { shrunk } = hunted("release-at-stop");
  expect(shrunk.run.plan.faults).toEqual([]);
  expect(shrunk.run.untilNs).toBeLessThanOrEqual(ms(400));
});

test("shrink: a scheme that the failure does not need is put back to the default", () => {
  const { shrunk, judge } = hunted("release-at-stop");
  const run = { ...shrunk.run, options: { ...shrunk.run.options, scheme: "remus" } };
  const { failure } = runCase(counterScenario, run, judge);
  expect(shrink(counterScenario, run, failure!, judge).run.options.scheme).toBeUndefined();
});

test("shrink: parts that the failure does not need are put back to their baselines", () => {
  const { shrunk, judge } = hunted("release-at-stop");
  const parts = { encode: "feedback", capture: "brownout" };
  const run = { ...shrunk.run, options: { ...shrunk.run.options, parts } };
  const { failure } = runCase(counterScenario, run, judge);
  expect(shrink(counterScenario, run, failure!, judge).run.options.parts).toBeUndefined();
});

test("shrink: it stops when it has made as many runs as it may", () => {
  const { run, failure, judge } = hunted("no-witness");
  expect(shrink(counterScenario, run, failure, judge, 5).runs).toBeLessThanOrEqual(5);
});

test("shrink: run by run, it gives the smallest so far, and ends where shrinking at once ends", () => {
  const { run, failure, judge, shrunk } = hunted("no-witness");
  const steps = [...shrinking(counterScenario, run, failure, judge)];
  expect(steps.map(({ runs }) => runs)).toEqual(steps.map((_, index) => index + 1));
  expect(steps.at(-1)).toEqual(shrunk);
  for (const step of steps) expect(sameFailure(step.failure, failure)).toBe(true);
});

test("report: a scenario that its name does not find is replayed from where it came", () => {
  const { result, shrunk } = hunted("no-witness");
  const lines = describeExploration(result, [shrunk], "./mine.js").split("\n");
  expect(lines[0]).toMatch(/^counter does not hold/);
  expect(lines[4]).toContain(`replay '{"scenario":"./mine.js"`);
});

test("report: what broke, where, how it was found and how to see it again", () => {
  const { result, shrunk, judge } = hunted("no-witness");
  const text = describeExploration(result, [shrunk]);
  const lines = text.split("\n");
  expect(lines[0]).toMatch(/^counter does not hold: one-server at [0-9.]+ ms$/);
  expect(lines[2]).toMatch(/^found by run \d+ \(\d+ runs of 2000 seeds from 1 made\), seed \d+$/);
  expect(lines[3]).toMatch(/^shrunk from \d+ faults? to \d+ faults? in \d+ runs$/);
  const [, literal] = /^replay: npx standin replay '(.*)'$/.exec(lines[4] ?? "") ?? [];
  const { scenario, run } = parseRun(literal ?? "");
  expect(scenario).toBe("counter");
  expect(runCase(counterScenario, run, judge).failure).toEqual(shrunk.failure);
});

test("report: what holds, what was missed, what was stopped", () => {
  const common = { scenario: "counter", sweep: "5 seeds from 1", runs: 5, unsurvivable: 2 };
  expect(describeExploration({ ...common, status: "holds" })).toBe(
    "counter holds: 5 runs of 5 seeds from 1, 2 of them beyond every promise",
  );
  expect(describeExploration({ ...common, status: "missed", missing: ["x"] })).toContain("\n  x\n");
  expect(describeExploration({ ...common, status: "aborted" })).toContain("stopped after 5 runs");
});

test("assertHolds: silent when it holds, a report when it does not", () => {
  assertHolds(counterScenario, { mode: "swarm", seeds: 3 });
  const broken = { mode: "swarm", seeds: 20, scenario: { broken: ["ack-before-staged"] } } as const;
  expect(() => {
    assertHolds(counterScenario, broken);
  }).toThrow(/^counter does not hold: output-commit .*\n(.*\n)*replay: npx standin replay '/);
});
