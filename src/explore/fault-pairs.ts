import type { Scenario } from "../scenarios/scenario.ts";
import { ms, type Nanoseconds } from "../sim/time.ts";
import type { Fault, Moment } from "../verify/plan/fault.ts";
import type { BaseCase } from "./base-case.ts";
import { baselineOf } from "./baseline.ts";
import type { Sweep } from "./sweep.ts";

/** Long enough to be taken for dead. */
const LONG_NS: Nanoseconds = ms(150);

/** From one moment of a fault to the next, unless another grid is asked for. */
const GRID_NS: Nanoseconds = ms(100);

/**
 * Two faults in every order: each kind of loss of each host or pair of hosts, at moments that are a
 * grid apart, a little off the epochs.
 *
 * @param hosts Hosts that may fail; the machine's first.
 */
export function faultPairs(
  scenario: Scenario,
  base: BaseCase,
  hosts: readonly string[],
  gridNs: Nanoseconds = GRID_NS,
): Sweep {
  const { links } = baselineOf(scenario, base);
  const kinds: ((at: Moment) => Fault)[] = [];
  for (const host of hosts) {
    kinds.push((at) => ({ kind: "crash", host, at }));
    kinds.push((at) => ({ kind: "pause", host, at, forNs: LONG_NS }));
  }
  for (const [from, to] of links) {
    const cut = { kind: "partition", from, to, forNs: LONG_NS } as const;
    kinds.push((at) => ({ ...cut, at }));
  }
  const moments = Math.max(1, Math.floor(base.untilNs / gridNs) - 1);
  const single = kinds.length * moments;
  const faultAt = (index: number): Fault => {
    const moment = Math.floor(index / kinds.length);
    return kinds[index % kinds.length]!({ atNs: gridNs * (moment + 1) + ms(1) * (moment % 25) });
  };
  return {
    name: `pairs of ${single} faults`,
    size: single * single,
    caseAt(index) {
      const faults = [faultAt(Math.floor(index / single)), faultAt(index % single)];
      return { ...base, plan: { version: 1, faults } };
    },
  };
}
