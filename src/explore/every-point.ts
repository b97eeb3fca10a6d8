import type { Scenario } from "../scenarios/scenario.ts";
import type { BaseCase } from "./base-case.ts";
import { baselineOf } from "./baseline.ts";
import type { Sweep } from "./sweep.ts";

/** Every named point that a run passes × each time it passes it × each host that is crashed there. */
export function everyPoint(scenario: Scenario, base: BaseCase, hosts: readonly string[]): Sweep {
  const { passed } = baselineOf(scenario, base);
  return {
    name: `every one of ${passed.length} passed points`,
    size: passed.length * hosts.length,
    caseAt(index) {
      const at = passed[Math.floor(index / hosts.length)]!;
      const host = hosts[index % hosts.length]!;
      return { ...base, plan: { version: 1, faults: [{ kind: "crash", host, at }] } };
    },
  };
}
