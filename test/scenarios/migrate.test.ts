import { expect, test } from "vitest";
import { runCase } from "../../src/explore/run-case.ts";
import {
  migrateByGroupsScenario,
  migratePostCopyScenario,
  migrateScenario,
} from "../../src/scenarios/migrate.ts";
import { ms } from "../../src/sim/time.ts";
import type { TraceSink } from "../../src/sim/trace.ts";

for (const scenario of [migrateScenario, migratePostCopyScenario, migrateByGroupsScenario]) {
  test(`${scenario.name}: the machine goes to c in the middle of its traffic, and back`, () => {
    const served: string[] = [];
    const sink: TraceSink = {
      record(_atNs, _position, record) {
        const { kind, host } = record as { kind: string; host?: string };
        if (kind === "failover.serving") served.push(host ?? "");
      },
    };
    const run = { seed: 1, untilNs: scenario.until, options: {}, plan: { version: 1, faults: [] } };
    const outcome = runCase(scenario, run as never, { properties: [] }, [sink]);
    expect(outcome.verdict).toBe("holds");
    expect(served).toEqual(["c", "a"]);
  });
}

/** What source, target and witness do, step by step. */
const STEPS = [
  ...["migration.started", "migration.summoned", "migration.ready", "protection.started"],
  ...["migration.round", "migration.applied", "migration.stopped", "migration.received"],
  ...["bring-up.group", "commit.sent", "acknowledgement.sent", "handover.started"],
  ...["handover.ready", "handover.received", "term.requested", "failover.loaded"],
  ...["failover.serving", "migration.serving-pages", "page.awaited", "migration.whole"],
] as const;

for (const scenario of [migrateScenario, migratePostCopyScenario, migrateByGroupsScenario]) {
  test(`${scenario.name}: any two of source, target and witness cut apart at any step`, () => {
    const run = { seed: 1, untilNs: scenario.until, options: {} };
    for (const point of STEPS) {
      for (const [from, to] of [
        ["a", "c"],
        ["a", "witness"],
        ["c", "witness"],
      ] as const) {
        // The first protection is not the migration's.
        const occurrence = point === "protection.started" ? 2 : 1;
        const at = { point, occurrence };
        const fault = { kind: "partition", from, to, forNs: ms(250), at } as const;
        const plan = { version: 1, faults: [fault] } as const;
        const { verdict, failure } = runCase(scenario, { ...run, plan }, { properties: [] });
        expect({ point, from, to, verdict, failure }).toMatchObject({ verdict: "holds" });
      }
    }
  });
}
