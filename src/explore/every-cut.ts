import type { Scenario } from "../scenarios/scenario.ts";
import { ms, type Nanoseconds } from "../sim/time.ts";
import type { Fault, Moment } from "../verify/plan/fault.ts";
import type { BaseCase } from "./base-case.ts";
import { baselineOf } from "./baseline.ts";
import type { Sweep } from "./sweep.ts";

/** How long a way is cut: long enough that a host is taken for dead, under the default time-out. */
const CUT_NS: Nanoseconds = ms(150);

/**
 * Every named point that a run passes × each time it passes it × each way that is cut there for a while: the
 * link between two hosts, whatever it serves for, and the cable between a host and the clients' switch.
 *
 * @param hosts Only ways with an end at one of them.
 */
export function everyCut(scenario: Scenario, base: BaseCase, hosts: readonly string[]): Sweep {
  const { passed, links } = baselineOf(scenario, base);
  const cuts: ((at: Moment) => Fault)[] = [];
  for (const [from, to] of links) {
    if (!hosts.includes(from) && !hosts.includes(to)) continue;
    cuts.push((at) => ({ kind: "partition", from, to, at, forNs: CUT_NS }));
  }
  for (const host of hosts) cuts.push((at) => ({ kind: "cable", host, at, forNs: CUT_NS }));
  return {
    name: `every one of ${passed.length} passed points, with ${cuts.length} ways cut`,
    size: passed.length * cuts.length,
    caseAt(index) {
      const at = passed[Math.floor(index / cuts.length)]!;
      const faults = [cuts[index % cuts.length]!(at)];
      return { ...base, plan: { version: 1, faults } };
    },
  };
}
