import type { Scenario } from "../scenarios/scenario.ts";
import { RandomStream } from "../sim/random.ts";
import type { BaseCase } from "./base-case.ts";
import { baselineOf } from "./baseline.ts";
import type { Sweep } from "./sweep.ts";

/**
 * Every event of a run × each host that is crashed just before it: exhaustive at the grain of the
 * engine, which is finer than that of any protocol.
 *
 * @param hosts Hosts to crash, one in each run.
 * @param draw Take only so many steps, evenly drawn over the whole run from the base's seed.
 */
export function everyStep(
  scenario: Scenario,
  base: BaseCase,
  hosts: readonly string[],
  draw?: number,
): Sweep {
  const { events } = baselineOf(scenario, base);
  const steps = draw === undefined || draw >= events ? undefined : drawn(base.seed, events, draw);
  const stepCount = steps?.length ?? events;
  return {
    name: steps === undefined ? `every one of ${events} steps` : `${stepCount} of ${events} steps`,
    size: stepCount * hosts.length,
    caseAt(index) {
      const step = Math.floor(index / hosts.length);
      const host = hosts[index % hosts.length]!;
      const event = steps?.[step] ?? step + 1;
      const faults = [{ kind: "crash", host, at: { event } } as const];
      return { ...base, plan: { version: 1, faults } };
    },
  };
}

/** One step from each of `count` equal parts of the run. */
function drawn(seed: number, events: number, count: number): number[] {
  const random = new RandomStream(seed, "steps");
  return Array.from({ length: count }, (_, part) => {
    const first = Math.floor((part * events) / count);
    const next = Math.floor(((part + 1) * events) / count);
    return 1 + first + random.below(next - first);
  });
}
