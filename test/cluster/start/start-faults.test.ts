// covers src/cluster/start/start-role.ts, src/scenarios/start-protection.ts, src/verify/plan/atlas.ts, src/verify/plan/machine-copies.ts
import { expect, test } from "vitest";
import { runCase } from "../../../src/explore/run-case.ts";
import { standardProperties } from "../../../src/explore/standard-properties.ts";
import {
  riscvStartProtectionScenario,
  startProtectionScenario,
} from "../../../src/scenarios/start-protection.ts";
import { MemorySink } from "../../../src/sim/memory-sink.ts";
import { ms } from "../../../src/sim/time.ts";
import type { Fault } from "../../../src/verify/plan/fault.ts";
import type { StandinRecord } from "../../../src/verify/standin-record.ts";

/** The steps of a start in their order, until the machine is protected; each with the host that makes it. */
const STEPS = [
  ["start.requested", "a"],
  ["start.driver-loaded", "a"],
  ["start.tables-placed", "a"],
  ["start.entered", "a"],
  ["start.prepared", "b"],
  ["start.brownout", "a"],
  ["protection.started", "a"],
  ["synchronisation.started", "a"],
  ["synchronisation.round", "a"],
  ["checkpoint.started", "a"],
  ["checkpoint.paused", "a"],
  ["checkpoint.collected", "a"],
  ["checkpoint.copied", "a"],
  ["checkpoint.resumed", "a"],
  ["group.sent", "a"],
  ["commit.sent", "a"],
  ["checkpoint.committed", "b"],
  ["acknowledgement.sent", "b"],
  ["checkpoint.acknowledged", "a"],
  ["start.mirrored", "a"],
] as const;

const indexOf = (kind: Step[0]): number => STEPS.findIndex(([each]) => each === kind);

/** Those of the other scenario; its machine has so little memory that it needs no round while it runs. */
const OWN_STEPS = /^start|^checkpoint.(paused|copied|committed|acknowledged)|^commit/;

const scenarios = [
  { scenario: startProtectionScenario, steps: STEPS },
  {
    scenario: riscvStartProtectionScenario,
    steps: STEPS.filter(([kind]) => OWN_STEPS.test(kind)),
  },
] as const;

type Step = (typeof STEPS)[number];

/** Runs a scenario with one fault at a step; what came of it, and the kinds of what happened. */
function faulted(scenario: (typeof scenarios)[number]["scenario"], fault: Fault, spares = false) {
  const sink = new MemorySink();
  const run = {
    seed: 3,
    untilNs: ms(220),
    options: { client: { requests: 25 }, detection: { heartbeat: ms(5), timeout: ms(40) } },
    plan: { version: 1, faults: [fault] },
  } as const;
  const judge = { properties: standardProperties, spareLastCopy: spares };
  const outcome = runCase(scenario, run, judge, [sink]);
  const records = sink.records.map(({ record }) => record as StandinRecord);
  return { ...outcome, kinds: new Set(records.map(({ kind }) => kind)), records };
}

const at = ([point, host]: Step) => ({ point, host, occurrence: 1 });

test.each(scenarios)("$scenario.name: every step comes in a run without faults", (each) => {
  const { kinds, verdict } = faulted(each.scenario, {
    kind: "restart",
    host: "b",
    at: { atNs: ms(210) },
  });
  expect(verdict).toBe("holds");
  for (const [kind] of each.steps) expect([...kinds]).toContain(kind);
  expect([...kinds]).not.toContain("start.cancelled");
});

const cases = scenarios.flatMap(({ scenario, steps }) =>
  steps.map((step) => ({ scenario, step, name: scenario.name, kind: step[0] })),
);

test.each(cases)("$name: a crash of the secondary at $kind loses nothing", ({ scenario, step }) => {
  const { verdict, kinds, failure } = faulted(scenario, { kind: "crash", host: "b", at: at(step) });
  expect(failure).toBeUndefined();
  expect(verdict).toBe("holds");
  // The machine is not mirrored, and says so; or it was, and is not any more.
  const isMirrored = kinds.has("start.mirrored");
  expect([kinds.has("start.cancelled"), kinds.has("protection.lost")]).toContain(true);
  expect(isMirrored && kinds.has("start.cancelled")).toBe(false);
  expect(kinds.has("failover.serving")).toBe(false);
});

test.each(cases)("$name: a crash of the witness at $kind changes nothing", ({ scenario, step }) => {
  const { verdict, kinds } = faulted(scenario, { kind: "crash", host: "witness", at: at(step) });
  expect(verdict).toBe("holds");
  expect(kinds.has("start.mirrored")).toBe(true);
});

test.each(cases)(
  "$name: a crash of the machine's own host at $kind is survived from the commit on, and before that nobody is to blame",
  ({ scenario, step }) => {
    const crash = { kind: "crash", host: "a", at: at(step) } as const;
    const isCommitted = indexOf(step[0]) >= indexOf("checkpoint.committed");
    const { verdict, kinds } = faulted(scenario, crash);
    expect(verdict).toBe(isCommitted ? "holds" : "unsurvivable");
    // What was on its way may still arrive, but nobody could promise it.
    expect(kinds.has("failover.serving")).toBe(indexOf(step[0]) >= indexOf("commit.sent"));
    if (isCommitted) return;
    // A plan that spares the last copy leaves the crash out, and says whose copy it is.
    const spared = faulted(scenario, crash, true);
    expect(spared.verdict).toBe("holds");
    const skipped = spared.records.find((record) => record.kind === "fault.skipped");
    expect(skipped?.kind === "fault.skipped" && skipped.reason).toMatch(
      /^a has the (last|only) copy/,
    );
  },
);

test.each(cases.flatMap((each) => [ms(15), ms(150)].map((forNs) => ({ ...each, forNs }))))(
  "$name: a partition of the pair at $kind for $forNs ns loses nothing, and never do both serve",
  ({ scenario, step, forNs }) => {
    const cut = { kind: "partition", from: "a", to: "b", forNs, at: at(step) } as const;
    const { verdict, failure, kinds } = faulted(scenario, cut);
    expect(failure).toBeUndefined();
    expect(verdict).toBe("holds");
    const ends = ["start.mirrored", "start.cancelled", "machine.fenced"] as const;
    expect(ends.some((kind) => kinds.has(kind))).toBe(true);
  },
);

test.each(cases)(
  "$name: a cut between host and witness at $kind changes nothing",
  ({ scenario, step }) => {
    for (const from of ["a", "b"]) {
      const cut = { kind: "partition", from, to: "witness", forNs: ms(150), at: at(step) } as const;
      const { verdict, kinds } = faulted(scenario, cut);
      expect(verdict).toBe("holds");
      expect(kinds.has("start.mirrored")).toBe(true);
    }
  },
);
