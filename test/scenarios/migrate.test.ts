import { expect, test } from "vitest";
import { runCase } from "../../src/explore/run-case.ts";
import {
  migrateByGroupsScenario,
  migratePostCopyScenario,
  migrateScenario,
} from "../../src/scenarios/migrate.ts";
import type { TraceSink } from "../../src/sim/trace.ts";
import { expectFound } from "../explore/hunt.ts";

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

test("zoo: a page that pre-copy skipped and forgot is found by the swarm", () => {
  expectFound("skipped-page-forgotten");
});

test("zoo: a machine that goes on with a page of zeros is found by the swarm", () => {
  expectFound("zero-page-instead-of-waiting");
});

test("zoo: a source that goes on without asking the witness is found by the swarm", () => {
  expectFound("source-goes-on-unasked");
});
