import type { Scenario } from "../scenarios/scenario.ts";
import { points } from "../verify/points/points.ts";
import type { BaseCase } from "./base-case.ts";
import { baselineOf } from "./baseline.ts";
import { drawCase } from "./draw-case.ts";
import type { Sweep } from "./sweep.ts";

/**
 * Runs whose whole configuration is drawn from consecutive seeds (swarm testing: Groce et al.,
 * ISSTA'12).
 *
 * @param base Its seed is the first one; of its options only fence, scheme, parts and defects are kept.
 */
export function swarm(scenario: Scenario, base: BaseCase, count: number): Sweep {
  const { hosts, links } = baselineOf(scenario, base);
  const announced = points.filter((point) => point.announced).map(({ kind }) => kind);
  const { fence, scheme, parts, broken } = base.options;
  const setting = {
    hosts,
    links,
    points: announced,
    untilNs: base.untilNs,
    ...(fence === undefined ? {} : { fence }),
    ...(scheme === undefined ? {} : { scheme }),
    ...(parts === undefined ? {} : { parts }),
    ...(broken === undefined ? {} : { broken }),
  };
  return {
    name: `${count} seeds from ${base.seed}`,
    size: count,
    caseAt: (index) => drawCase(base.seed + index, setting),
  };
}
