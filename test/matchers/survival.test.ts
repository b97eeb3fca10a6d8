// covers src/matchers/survival.ts, src/matchers/fault-log.ts
import { expect, test } from "vitest";
import { parseRun } from "../../src/explore/run-literal.ts";
import {
  assertSurvives,
  judgeSurvival,
  type SurvivalOptions,
} from "../../src/matchers/survival.ts";
import { counterScenario } from "../../src/scenarios/counter.ts";
import type { Scenario, ScenarioOptions } from "../../src/scenarios/scenario.ts";
import { ms } from "../../src/sim/time.ts";
import type { Fault, FaultPlan } from "../../src/verify/plan/fault.ts";
import { planLiteral } from "../../src/verify/plan/format-plan.ts";
import { caught } from "./caught.ts";

const client = { requests: 20 };
const short: SurvivalOptions = { seed: 5, untilNs: ms(200), options: { client } };
const broken: SurvivalOptions = { ...short, options: { client, broken: ["release-at-stop"] } };

const crash = (host: string, atNs: number): Fault => ({ kind: "crash", host, at: { atNs } });
const plan = (...faults: Fault[]): FaultPlan => ({ version: 1, faults });

const onePrimary = plan(crash("a", ms(80)));
const bothHosts = plan(crash("a", ms(80)), crash("b", ms(90)));

test("survival: the crash of a protected primary is survived", () => {
  const { verdict, report } = judgeSurvival(counterScenario, onePrimary, short);
  expect(verdict).toBe("yes");
  expect(report).toMatch(
    /^counter survived the plan\nfaults:\n {2}faults\[0\] \(crash of a at 80 ms\)/,
  );
});

test("survival: a defect is a no that says what failed, when, and how to see it again", () => {
  const { verdict, report } = judgeSurvival(counterScenario, onePrimary, broken);
  const lines = report.split("\n");
  expect(verdict).toBe("no");
  expect(lines[0]).toMatch(/^counter did not survive the plan: output-commit at [\d.]+ ms$/);
  expect(lines[1]).toMatch(/^ {2}counter on a released output of epoch/);
  expect(lines).toContain("  faults[0] (crash of a at 80 ms)");
  expect(lines).toContain("seed 5, faults until 200 ms");
  const literal = /^replay: npx standin replay '([^']+)'$/.exec(lines.at(-1) ?? "")?.[1];
  const run = { seed: 5, untilNs: ms(200), options: broken.options, plan: onePrimary };
  expect(parseRun(literal ?? "")).toEqual({ scenario: "counter", run });
});

test("survival: a plan may be the text of one", () => {
  const text = planLiteral(onePrimary);
  const fromText = judgeSurvival(counterScenario, text, broken);
  expect(fromText).toEqual(judgeSurvival(counterScenario, onePrimary, broken));
});

test("survival: the loss of the last copy decides nothing, and the message says so", () => {
  for (const options of [short, broken]) {
    const { verdict, report } = judgeSurvival(counterScenario, bothHosts, options);
    expect(verdict).toBe("undecided");
    expect(report).toMatch(
      /^the plan is unsurvivable: it would destroy the last copy of a machine\n/,
    );
    expect(report).toContain("faults[1] (crash of b at 90 ms): b has the last copy of counter");
  }
});

test("survival: a fault whose moment never comes decides nothing", () => {
  const late = plan(crash("a", ms(80)), crash("b", ms(200) + 1));
  const { verdict, report } = judgeSurvival(counterScenario, late, short);
  expect(verdict).toBe("undecided");
  expect(report).toContain(
    "did not come within 200 ms\n  faults[1] (crash of b at 200.000001 ms)\n",
  );
  const at = { point: "failover.serving", occurrence: 1 };
  const never = plan({ kind: "crash", host: "b", at });
  expect(judgeSurvival(counterScenario, never, short).verdict).toBe("undecided");
});

test("survival: what fails before a late fault has failed", () => {
  const late = plan(crash("a", ms(500)));
  expect(judgeSurvival(counterScenario, late, broken).verdict).toBe("no");
});

test("survival: plans that were drawn leave out what cannot be survived", () => {
  const drawn = { ...short, everyFault: false };
  expect(judgeSurvival(counterScenario, bothHosts, drawn).verdict).toBe("yes");
  expect(judgeSurvival(counterScenario, plan(crash("a", ms(500))), drawn).verdict).toBe("yes");
  expect(judgeSurvival(counterScenario, bothHosts, { ...broken, everyFault: false }).verdict).toBe(
    "no",
  );
});

test("survival: defaults are the scenario's own length, seed 1 and no options", () => {
  const seen: ScenarioOptions[] = [];
  const scenario: Scenario = {
    ...counterScenario,
    until: ms(60),
    build: (simulation, options) => {
      seen.push(options);
      counterScenario.build(simulation, { ...options, client: { requests: 5 } });
    },
  };
  const { report } = judgeSurvival(scenario, plan());
  expect(report).toContain("no faults\nseed 1, faults until 60 ms\n");
  expect(seen).toEqual([{}]);
});

test("survival: a long plan is named in part", () => {
  const faults = Array.from({ length: 13 }, (_, index): Fault => {
    return { kind: "pause", host: "b", at: { atNs: ms(40 + index) }, forNs: ms(0.1) };
  });
  const { report } = judgeSurvival(counterScenario, plan(...faults), short);
  expect(report).toContain("  faults[9] (");
  expect(report).not.toContain("  faults[10] (");
  expect(report).toContain("\n  and 3 more\n");
});

test("survival: the assertion passes a yes and throws the report of anything else", () => {
  expect(() => assertSurvives(counterScenario, onePrimary, short)).not.toThrow();
  for (const [given, options] of [
    [onePrimary, broken],
    [bothHosts, short],
  ] as const) {
    const { report } = judgeSurvival(counterScenario, given, options);
    const error = caught(() => assertSurvives(counterScenario, given, options));
    expect(error).toMatchObject({ code: "EXPECTATION_FAILED", message: report });
  }
});

test("survival: what is no scenario and no plan is refused", () => {
  const scenario = "counter" as unknown as Scenario;
  expect(caught(() => judgeSurvival(scenario, onePrimary))).toMatchObject({
    code: "NOT_A_SCENARIO",
    message: "expected a Scenario, got string",
  });
  expect(caught(() => assertSurvives(counterScenario, "{", short))).toMatchObject({
    code: "PLAN_JSON",
  });
  const nowhere = plan(crash("c", 1));
  expect(caught(() => assertSurvives(counterScenario, nowhere, short))).toMatchObject({
    code: "PLAN_HOST",
  });
});
