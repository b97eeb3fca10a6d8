// covers src/scenarios/pooled.ts, src/cluster/pool/pooled-primary.ts, src/cluster/pool/pooled-takeover.ts
import { explore, ms } from "standin";
import { expect, test } from "vitest";
import { runCase } from "../../src/explore/run-case.ts";
import { pooledScenario } from "../../src/scenarios/pooled.ts";
import type { Fault } from "../../src/verify/plan/fault.ts";

const hosts = ["a", "b", "c"] as const;

test("pooled exploration: hosts and pool die at steps drawn from the whole run: it holds", () => {
  const result = explore(pooledScenario, { mode: "every-step", steps: 20 });
  expect([result.status, result.runs]).toEqual(["holds", 80]);
});

test("pooled exploration: every step of an epoch and of a takeover × each host that dies there", () => {
  const at = (point: string, occurrence = 1) => ({ point, occurrence });
  const steps = [
    "checkpoint.started",
    "checkpoint.paused",
    "checkpoint.copied",
    "commit.sent",
    "checkpoint.committed",
    "checkpoint.acknowledged",
    "checkpoint.resumed",
  ];
  const takeover = ["access.given", "failover.started", "failover.loaded", "failover.serving"];
  const first: Fault = { kind: "crash", host: "a", at: { atNs: ms(60) } };
  const plans: Fault[][] = [];
  for (const host of hosts) {
    for (const point of steps) plans.push([{ kind: "crash", host, at: at(point, 4) }]);
    for (const point of [...takeover, "stand-by.mapped"]) {
      plans.push([first, { kind: "crash", host, at: at(point) }]);
    }
    // and paused or cut off there for longer than the lease
    for (const point of ["checkpoint.paused", "commit.sent", "checkpoint.committed", ...takeover]) {
      const cut = { kind: "partition", from: host, to: "pool", forNs: ms(250) } as const;
      const pause = { kind: "pause", host, forNs: ms(250) } as const;
      const isTakeover = takeover.includes(point);
      for (const fault of [cut, pause]) {
        const moment = at(point, isTakeover ? 1 : 4);
        plans.push([...(isTakeover ? [first] : []), { ...fault, at: moment }]);
      }
    }
  }
  const happened = new Set<string>();
  const verdicts = plans.map((faults) => {
    const plan = { version: 1, faults } as const;
    const run = { seed: 1, untilNs: ms(500), options: { client: { requests: 40 } }, plan };
    const outcome = runCase(pooledScenario, run, { properties: [] }, [
      { record: (_atNs, _position, { kind }) => happened.add(kind) },
    ]);
    return outcome.failure ?? outcome.verdict;
  });
  const failed = plans.filter((_plan, index) => verdicts[index] !== "holds");
  expect([failed, verdicts.filter((verdict) => verdict !== "holds")]).toEqual([[], []]);
  for (const kind of ["machine.fenced", "lease.lapsed", "access.refused", "memory.stalled"]) {
    expect(happened).toContain(kind);
  }
});

test("pooled exploration: the pool dies at any of these steps: that is more than is promised", () => {
  for (const point of ["checkpoint.copied", "commit.sent", "checkpoint.committed"]) {
    const faults: Fault[] = [{ kind: "crash", host: "pool", at: { point, occurrence: 3 } }];
    const run = {
      ...{ seed: 1, untilNs: ms(300), options: {} },
      plan: { version: 1, faults },
    } as const;
    const judge = { properties: [], spareLastCopy: false };
    expect(runCase(pooledScenario, run, judge).verdict).toBe("unsurvivable");
  }
});

test("pooled exploration: a swarm holds", () => {
  const result = explore(pooledScenario, { mode: "swarm", seeds: 40 });
  expect(result.status).toBe("holds");
});
