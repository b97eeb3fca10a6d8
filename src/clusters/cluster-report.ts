import type { ProtectedMachine } from "../cluster/protected-machine.ts";
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
  /** At one go. */
  readonly aloneLongestNs: Nanoseconds;
  /** The longest of it in which no host failed. */
  readonly aloneQuietNs: Nanoseconds;
  readonly requests: number;
  readonly acknowledged: number;
  /** Acknowledged and not in the machine; null if nobody serves it, so that nobody can look. */
  readonly lost: number | null;
  /** Executed more than once; null as `lost`. */
  readonly duplicated: number | null;
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
  /** How many failures were put off, because they would have taken a last copy. */
  readonly putOff: number;
  /** Operations of the plan's schedule that came after the end. */
  readonly leftOut: number;
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
      ...requestsOf(simulation, machine),
      changes: life.changes,
    };
  });
  const { protectedWithinNs } = plan;
  const late = machines.filter(({ aloneQuietNs }) => {
    return protectedWithinNs !== undefined && aloneQuietNs > protectedWithinNs;
  });
  return {
    cluster: plan.name,
    seed: simulation.engine.seed,
    runHash: simulation.hash,
    virtualTimeNs: simulation.now,
    events: simulation.engine.events,
    hosts: plan.hosts.length,
    hostFailures: failures?.failures ?? 0,
    putOff: failures?.putOff ?? 0,
    leftOut: plan.schedule.filter(({ atNs }) => atNs > plan.untilNs).length,
    machines,
    checked: simulation.invariants,
    violations: simulation.violations,
    late: late.map(({ name }) => name),
    availability: availability ?? null,
  };
}

function timesOf(life: MachineLife, nowNs: Nanoseconds) {
  const down = life.spent(["down"], nowNs);
  const alone = life.spent(["alone", "down"], nowNs);
  return {
    failovers: life.failovers,
    handovers: life.handovers,
    downNs: down.totalNs,
    downLongestNs: down.longestNs,
    aloneNs: alone.totalNs,
    aloneLongestNs: alone.longestNs,
    aloneQuietNs: life.quietAloneNs,
  };
}

function requestsOf(simulation: Simulation, machine: ProtectedMachine) {
  const isServed = machine.activeHost !== undefined;
  let [requests, acknowledged, lost, duplicated] = [0, 0, 0, 0];
  for (const client of simulation.clients) {
    if (client.machine !== machine.name) continue;
    requests += client.issued;
    acknowledged += client.acknowledged;
    if (!isServed) continue;
    const ledger = client.audit();
    lost += ledger.lost.length;
    duplicated += ledger.duplicated.length;
  }
  return {
    ...{ requests, acknowledged },
    ...{ lost: isServed ? lost : null, duplicated: isServed ? duplicated : null },
  };
}
