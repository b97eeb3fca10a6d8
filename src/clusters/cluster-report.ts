import type { Nanoseconds } from "../sim/time.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { Violation } from "../verify/invariant.ts";
import type { Availability } from "./availability.ts";
import type { BuiltCluster } from "./build-cluster.ts";
import type { ClusterPlan } from "./cluster-plan.ts";
import type { MachineLife, MachineLives, StateChange } from "./machine-life.ts";

/** What became of one machine; times in nanoseconds. */
export interface MachineReport {
  readonly name: string;
  readonly guest: string;
  readonly scheme: string;
  /** Where it is at the end; null if nobody serves it. */
  readonly host: string | null;
  readonly protected: boolean;
  readonly failovers: number;
  readonly handovers: number;
  readonly downNs: Nanoseconds;
  readonly downLongestNs: Nanoseconds;
  /** Without a second copy, served or not. */
  readonly aloneNs: Nanoseconds;
  readonly aloneLongestNs: Nanoseconds;
  /** The longest of it in which no host failed. */
  readonly aloneQuietNs: Nanoseconds;
  readonly requests: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly changes: readonly StateChange[];
}

/** What a planned cluster came to. */
export interface ClusterReport {
  readonly cluster: string;
  readonly seed: number;
  readonly runHash: string;
  readonly virtualTimeNs: Nanoseconds;
  readonly events: number;
  readonly hosts: number;
  readonly hostFailures: number;
  /** How often a failure was put off, because it would have taken a last copy. */
  readonly putOff: number;
  readonly machines: readonly MachineReport[];
  readonly checked: readonly string[];
  readonly violations: readonly Violation[];
  /** Machines that were without a second copy for longer than the plan allows. */
  readonly late: readonly string[];
  readonly availability: Availability | null;
}

/** Puts together what is known after a run; reads all machines that are served. */
export function clusterReport(
  simulation: Simulation,
  plan: ClusterPlan,
  { cluster, failures }: BuiltCluster,
  lives: MachineLives,
  availability: Availability | undefined,
): ClusterReport {
  lives.end(simulation.now);
  const byName = new Map(lives.lives.map((life) => [life.name, life]));
  const machines = plan.machines.map(({ name, guest, scheme }) => {
    const life = byName.get(name)!;
    const machine = cluster.machines.find((each) => each.name === name)!;
    return {
      ...{ name, guest, scheme },
      host: machine.activeHost?.name ?? null,
      protected: machine.isProtected,
      ...timesOf(life, simulation.now),
      ...requestsOf(simulation, name),
      changes: life.changes,
    };
  });
  const { protectedWithinNs = Infinity } = plan;
  const late = machines.filter((machine) => machine.aloneQuietNs > protectedWithinNs);
  return {
    cluster: plan.name,
    seed: simulation.engine.seed,
    runHash: simulation.hash,
    virtualTimeNs: simulation.now,
    events: simulation.engine.events,
    hosts: plan.hosts.length,
    hostFailures: failures?.failures ?? 0,
    putOff: failures?.putOff ?? 0,
    machines,
    checked: simulation.invariants,
    violations: simulation.violations,
    late: late.map(({ name }) => name),
    availability: availability ?? null,
  };
}

function timesOf(life: MachineLife, nowNs: Nanoseconds) {
  const down = life.spent("down", nowNs);
  const alone = life.spent("alone", nowNs);
  return {
    failovers: life.failovers.length,
    handovers: life.handovers,
    downNs: down.totalNs,
    downLongestNs: down.longestNs,
    aloneNs: alone.totalNs + down.totalNs,
    aloneLongestNs: life.reprotections.reduce((most, each) => Math.max(most, each), 0),
    aloneQuietNs: life.quietAloneNs,
  };
}

function requestsOf(simulation: Simulation, machine: string) {
  let [requests, acknowledged, lost, duplicated] = [0, 0, 0, 0];
  for (const client of simulation.clients) {
    if (client.machine !== machine) continue;
    requests += client.issued;
    acknowledged += client.acknowledged;
    const ledger = client.audit();
    lost += ledger.lost.length;
    duplicated += ledger.duplicated.length;
  }
  return { requests, acknowledged, lost, duplicated };
}
