// covers src/scenarios/dice.ts, src/scenarios/two-harts.ts, src/explore/run-case.ts
import { expect, test } from "vitest";
import { describeExploration } from "../../src/explore/describe-exploration.ts";
import { explore } from "../../src/explore/explore.ts";
import { runCase } from "../../src/explore/run-case.ts";
import { dice } from "../../src/guest/dice.ts";
import { diceScenario } from "../../src/scenarios/dice.ts";
import { ledgerScenario } from "../../src/scenarios/ledger.ts";
import { pairScenario } from "../../src/scenarios/pair.ts";
import { twoHartsScenario } from "../../src/scenarios/two-harts.ts";
import { schemeNames } from "../../src/schemes/scheme-choice.ts";
import { MemorySink } from "../../src/sim/memory-sink.ts";
import { ms } from "../../src/sim/time.ts";

import type { FaultPlan } from "../../src/verify/plan/fault.ts";

const plan = { version: 1, faults: [] } as const;
const judge = { properties: [] };

test.each(schemeNames)("dice: a swarm of faults finds nothing under %s", (scheme) => {
  const result = explore(diceScenario, { mode: "swarm", seeds: 10, scenario: { scheme } });
  expect(result.status, describeExploration(result)).toBe("holds");
});

test.each([
  ["colo", "output.diverged"],
  ["active-active", "output.diverged"],
  ["quasi-lockstep", "output.diverged"],
])("dice: %s sees what the two machines throw", (scheme, kind) => {
  const sink = new MemorySink();
  const run = { seed: 1, untilNs: ms(300), options: { scheme }, plan };
  expect(runCase(diceScenario, run, judge, [sink]).verdict).toBe("holds");
  expect(sink.records.filter(({ record }) => record.kind === kind).length).toBeGreaterThan(2);
});

test("dice: replies are compared with another machine's only where that means something", () => {
  const scenario = (deterministic: boolean) =>
    pairScenario({
      ...diceScenario,
      image: () => ({ ...dice(), deterministic }),
      clients: [{ requests: 20, think: ms(2) }],
    });
  const run = { seed: 1, untilNs: ms(100), options: {}, plan };
  expect(runCase(scenario(false), run, judge).verdict).toBe("holds");
  expect(runCase(scenario(true), run, judge).failure).toMatchObject({ name: "one-copy" });
});

test("ledger: a shadow's machine stands still at its error, which is no failure to converge", () => {
  const sink = new MemorySink();
  const run = { seed: 1, untilNs: ms(400), options: { scheme: "shadow" }, plan };
  expect(runCase(ledgerScenario, run, judge, [sink]).verdict).toBe("holds");
  const count = (kind: string) => sink.records.filter(({ record }) => record.kind === kind).length;
  expect([count("output.failed"), count("shadow.paused")]).toEqual([1, 1]);
  const swarm = { mode: "swarm", seeds: 40, scenario: { scheme: "shadow" } } as const;
  const result = explore(ledgerScenario, swarm);
  expect(result.status, describeExploration(result)).toBe("holds");
});

/** What a run of the two harts brings about, without any failure or with a crash. */
function race(scheme: string, faults: FaultPlan["faults"] = []) {
  const sink = new MemorySink();
  const run = {
    seed: 1,
    untilNs: ms(400),
    options: { scheme },
    plan: { version: 1, faults },
  } as const;
  const outcome = runCase(twoHartsScenario, run, judge, [sink]);
  const count = (kind: string) => sink.records.filter(({ record }) => record.kind === kind).length;
  return { ...outcome, count };
}

test.each(["checkpoint", "remus", "colo", "active-active", "quasi-lockstep"])(
  "two harts: a swarm of faults finds nothing under %s",
  (scheme) => {
    const result = explore(twoHartsScenario, { mode: "swarm", seeds: 4, scenario: { scheme } });
    expect(result.status, describeExploration(result)).toBe("holds");
  },
);

test("two harts: vmware-ft notices each divergence and mends it by a checkpoint", () => {
  const { verdict, count } = race("vmware-ft");
  expect(verdict).toBe("holds");
  expect(count("replay.diverged")).toBeGreaterThan(30);
  expect(count("checkpoint.applied")).toBe(count("replay.diverged") + 1);
});

test("two harts: vmware-ft loses what had left on the strength of a log that was worth nothing", () => {
  // The log of a request is stored, so its reply leaves; the replay diverges when nobody is left to mend it.
  const at = { point: "log.sent", occurrence: 6 };
  const { failure, count } = race("vmware-ft", [{ kind: "crash", host: "a", at }]);
  expect(failure).toMatchObject({ kind: "invariant", name: "nothing-lost" });
  expect([count("stand-by.abandoned"), count("failover.serving")]).toEqual([1, 0]);
});

test("two harts: hybrid notices when it stands in, which nobody can mend", () => {
  expect(race("hybrid").verdict).toBe("holds");
  const { failure, count } = race("hybrid", [{ kind: "crash", host: "a", at: { atNs: ms(210) } }]);
  expect(failure).toMatchObject({ kind: "invariant", name: "replay-identity" });
  expect(count("replay.diverged")).toBe(1);
});
