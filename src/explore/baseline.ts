import type { Scenario } from "../scenarios/scenario.ts";
import { Simulation } from "../simulation/simulation.ts";
import { points } from "../verify/points/points.ts";
import type { BaseCase } from "./base-case.ts";

/** A named point as a run without faults passes it. */
export interface PassedPoint {
  readonly point: string;
  readonly host: string;
  readonly occurrence: number;
}

/** What a run without faults is like: where faults can be put. */
export interface Baseline {
  /** Events from its beginning to its end. */
  readonly events: number;
  /** Hosts there are, in the order in which they were made. */
  readonly hosts: readonly string[];
  /** Every two of them that are linked, the one that was made first in front. */
  readonly links: readonly (readonly [string, string])[];
  /** Every announced point that it passes, in order. */
  readonly passed: readonly PassedPoint[];
}

/** Runs a scenario without faults and notes where faults can be put. */
export function baselineOf(scenario: Scenario, { seed, untilNs, options }: BaseCase): Baseline {
  const simulation = new Simulation({ seed, onViolation: "record" });
  const announced = new Set(points.filter((point) => point.announced).map(({ kind }) => kind));
  const counts = new Map<string, number>();
  const passed: PassedPoint[] = [];
  simulation.trace.addSink({
    record(_atNs, _position, record) {
      const { kind } = record;
      const host = record["host"];
      if (!announced.has(kind) || typeof host !== "string") return;
      const occurrence = (counts.get(`${kind} ${host}`) ?? 0) + 1;
      counts.set(`${kind} ${host}`, occurrence);
      passed.push({ point: kind, host, occurrence });
    },
  });
  scenario.build(simulation, options);
  simulation.engine.run({ until: untilNs });
  const hosts = simulation.network.hosts.map(({ name }) => name);
  return { events: simulation.engine.events, hosts, links: linksOf(simulation), passed };
}

function linksOf({ network }: Simulation): [string, string][] {
  const { hosts } = network;
  return hosts.flatMap((from, index) =>
    hosts
      .slice(index + 1)
      .filter((to) => network.linked(from, to))
      .map((to): [string, string] => [from.name, to.name]),
  );
}
