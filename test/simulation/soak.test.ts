// covers src/clusters/build-cluster.ts, src/clusters/machine-life.ts
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { guestMakers, guestNames } from "../../src/cli/guest-catalogue.ts";
import { profiles } from "../../src/cli/profile-catalogue.ts";
import { buildCluster } from "../../src/clusters/build-cluster.ts";
import type { ClusterPlan } from "../../src/clusters/cluster-plan.ts";
import { type ClusterReport, clusterReport } from "../../src/clusters/cluster-report.ts";
import { MachineLives } from "../../src/clusters/machine-life.ts";
import { parseClusterPlan } from "../../src/clusters/parse-cluster-plan.ts";
import { schemeNames } from "../../src/schemes/scheme-choice.ts";
import { seconds } from "../../src/sim/time.ts";
import { COORDINATOR_HOST } from "../../src/simulation/machine-room.ts";
import { Simulation } from "../../src/simulation/simulation.ts";

const UNTIL_NS = seconds(14);

const whole = parseClusterPlan(readFileSync("examples/clusters/soak.json", "utf8"), {
  guests: guestNames,
  schemes: schemeNames,
  profiles: profiles.map(({ name }) => name),
});

/** Some of the hosts, two machines of each small kind and one of each large one; hosts fail all the time. */
const small: ClusterPlan = {
  ...whole,
  untilNs: UNTIL_NS,
  hosts: whole.hosts.slice(0, 5),
  machines: whole.machines.filter(({ name }) => /^(count|kv)[12]$|^(bank|riscv)1$/.test(name)),
  failures: {
    betweenNs: seconds(3),
    repairNs: seconds(1),
    fromNs: seconds(1),
    untilNs: UNTIL_NS - seconds(5),
  },
  protectedWithinNs: seconds(5),
};

async function run(
  plan: ClusterPlan,
  prepare: (simulation: Simulation) => void = () => {},
): Promise<ClusterReport> {
  const simulation = new Simulation({ seed: 1, onViolation: "record" });
  const lives = new MachineLives();
  simulation.trace.addSink(lives);
  const guests = await guestMakers(new Set(plan.machines.map(({ guest }) => guest)));
  const built = buildCluster(simulation, plan, guests);
  prepare(simulation);
  simulation.run({ until: UNTIL_NS });
  return clusterReport(simulation, plan, built, lives, undefined);
}

test("soak: hosts fail one after the other, and nothing is lost", async () => {
  const { machines, violations, late, hostFailures } = await run(small);
  expect(violations).toEqual([]);
  expect(late).toEqual([]);
  expect(hostFailures).toBeGreaterThanOrEqual(5);
  expect(machines.reduce((sum, { failovers }) => sum + failovers, 0)).toBeGreaterThanOrEqual(8);
  for (const machine of machines) {
    expect(machine).toMatchObject({ lost: 0, duplicated: 0, protected: true });
    expect(machine.acknowledged).toBeGreaterThan(15);
  }
});

test("soak: without a coordinator machines stay without a second copy, and are told of", async () => {
  const { late, violations } = await run(
    { ...small, machines: small.machines.slice(0, 4) },
    (simulation) => simulation.host(COORDINATOR_HOST).crash(),
  );
  expect(violations).toEqual([]);
  expect(late.length).toBeGreaterThan(0);
});
