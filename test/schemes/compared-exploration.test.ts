import { expect, test } from "vitest";
import { explore } from "../../src/explore/explore.ts";
import type { Scenario } from "../../src/scenarios/scenario.ts";
import { activeActive } from "../../src/schemes/active-active.ts";
import { colo } from "../../src/schemes/colo.ts";
import { quasiLockstep } from "../../src/schemes/quasi-lockstep.ts";
import { ms, us } from "../../src/sim/time.ts";
import { moody } from "./compared-pair.ts";

const schemes = [
  ["colo", colo],
  ["active-active", activeActive],
  ["quasi-lockstep", quasiLockstep],
] as const;

/** A machine half of whose replies differ from its twin's, so that both ways out of a comparison are taken. */
function scenario(name: string, make: typeof colo): Scenario {
  return {
    name,
    description: "two machines that are compared",
    until: ms(120),
    build(simulation, { link, detection, client }) {
      const { a, b } = simulation.hosts(["a", "b"], { latency: us(50), ...link });
      const machine = simulation.protect(moody(2), {
        ...{ name, primary: a, secondary: b, scheme: make() },
        ...(detection === undefined ? {} : { detection }),
      });
      for (let count = 0; count < 2; count += 1) {
        simulation.client(machine, { requests: 12, think: ms(4), ...client });
      }
    },
  };
}

test.each(schemes)("%s: a host may die at every point of the protocol", (name, make) => {
  const result = explore(scenario(name, make), { mode: "points", oneCopy: false });
  expect(result).toMatchObject({ status: "holds" });
});

test.each(schemes)("%s: a swarm of faults finds nothing", (name, make) => {
  const result = explore(scenario(name, make), { mode: "swarm", seeds: 60, oneCopy: false });
  expect(result).toMatchObject({ status: "holds" });
});
