// covers src/schemes/logged.ts
import { expect, test } from "vitest";
import type { Scheme } from "../../src/cluster/scheme.ts";
import { describeExploration } from "../../src/explore/describe-exploration.ts";
import { explore } from "../../src/explore/explore.ts";
import type { GuestImage } from "../../src/guest/guest.ts";
import { keyValue } from "../../src/guest/key-value.ts";
import { riscvDiskReader } from "../../src/guest/riscv/riscv-disk-reader.ts";
import { riscvKeyValue } from "../../src/guest/riscv/riscv-key-value.ts";
import type { DiskReads } from "../../src/lockstep/disk-reads.ts";
import type { LogDefects } from "../../src/lockstep/options.ts";
import type { Scenario } from "../../src/scenarios/scenario.ts";
import { hybrid } from "../../src/schemes/hybrid.ts";
import { vmwareFt } from "../../src/schemes/vmware-ft.ts";
import { ms, us } from "../../src/sim/time.ts";

/** A machine on a pair of hosts under a scheme with a log. */
function scenario(name: string, image: () => GuestImage, scheme: () => Scheme): Scenario {
  return {
    name,
    description: name,
    until: ms(400),
    build(simulation, { link, detection, client }) {
      const { a, b } = simulation.hosts(["a", "b"], { latency: us(50), ...link });
      const machine = simulation.protect(image(), {
        ...{ name: "m", primary: a, secondary: b, scheme: scheme() },
        ...(detection === undefined ? {} : { detection }),
      });
      for (let count = 0; count < 2; count += 1) {
        simulation.client(machine, { requests: 40, think: ms(3), ...client });
      }
    },
  };
}

const schemes = {
  "vmware-ft": (broken: LogDefects = {}, diskReads: DiskReads = "own") =>
    vmwareFt({ diskReads, broken }),
  hybrid: (broken: LogDefects = {}, diskReads: DiskReads = "own") =>
    hybrid({ diskReads, period: ms(30), broken }),
} as const;

test.each(["vmware-ft", "hybrid"] as const)("%s: a swarm of faults finds nothing", (name) => {
  const kv = scenario(name, () => keyValue(), schemes[name]);
  const result = explore(kv, { mode: "swarm", seeds: 40 });
  expect(result.status, describeExploration(result)).toBe("holds");
  const riscv = scenario(name, () => riscvKeyValue(), schemes[name]);
  const other = explore(riscv, { mode: "swarm", seeds: 12 });
  expect(other.status, describeExploration(other)).toBe("holds");
});

test.each([
  ["vmware-ft", "logged"],
  ["vmware-ft", "own"],
  ["hybrid", "logged"],
  ["hybrid", "own"],
] as const)("%s, disk reads %s: a swarm of faults finds nothing", (name, diskReads) => {
  const reading: Scenario = {
    ...{ name, description: name, until: ms(150) },
    build(simulation, { link, detection }) {
      const { a, b } = simulation.hosts(["a", "b"], { latency: us(50), ...link });
      const image = riscvDiskReader({ period: 20_000, diskLatencyTicks: 100_000, reportReads: 10 });
      const scheme = schemes[name]({}, diskReads);
      const machine = simulation.protect(image, {
        ...{ name: "m", primary: a, secondary: b, scheme },
        ...(detection === undefined ? {} : { detection }),
      });
      simulation.console(machine);
    },
  };
  const result = explore(reading, { mode: "swarm", seeds: 4 });
  expect(result.status, describeExploration(result)).toBe("holds");
});

test.each(["vmware-ft", "hybrid"] as const)("%s: nothing is lost at any named point", (name) => {
  const kv = scenario(name, () => keyValue(), schemes[name]);
  const result = explore(kv, { mode: "points", untilNs: ms(90) });
  // Not every point of other schemes is passed.
  expect(result.status, describeExploration(result)).not.toBe("fails");
  expect(result.runs).toBeGreaterThan(50);
});

const defects: readonly [string, keyof typeof schemes, LogDefects][] = [
  ["log-cut-before-commit", "hybrid", { cutBeforeCommit: true }],
  ["replay-off-by-one", "vmware-ft", { inputOneLate: true, unchecked: true }],
  ["replay-off-by-one", "hybrid", { inputOneLate: true }],
  ["release-before-stored", "vmware-ft", { releaseBeforeStored: true }],
  ["release-before-stored", "hybrid", { releaseBeforeStored: true }],
];

test.each(defects)("zoo: %s in %s is found by the swarm", (_what, name, broken) => {
  const kv = scenario(
    name,
    () => keyValue(),
    () => schemes[name](broken),
  );
  expect(explore(kv, { mode: "swarm", seeds: 2_000 }).status).toBe("fails");
});
