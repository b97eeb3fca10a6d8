import { REQUESTS_MAX } from "../client/client.ts";
import type { ProtectedMachine } from "../cluster/protected-machine.ts";
import type { GuestImage } from "../guest/guest.ts";
import type { Host } from "../host/host.ts";
import { chosenScheme } from "../schemes/scheme-choice.ts";
import { StandinRangeError, StandinTypeError } from "../sim/errors.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { ManagedCluster } from "../simulation/managed-cluster.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { ClusterPlan, PlannedMachine, PlannedOperation } from "./cluster-plan.ts";
import { HostFailures } from "./host-failures.ts";
import type { OperationRecord } from "./records.ts";

/** Makes a guest of a plan. */
export type GuestMaker = (options: { readonly memoryBytes?: number }) => GuestImage;

/** A cluster that was made from a plan. */
export interface BuiltCluster {
  readonly cluster: ManagedCluster;
  readonly failures: HostFailures | undefined;
}

/**
 * Makes the hosts, machines and clients of a plan, and schedules what is to happen.
 *
 * @param guests What the plan's guests are made by, by name.
 * @throws StandinRangeError, StandinTypeError when something of it cannot be, each with what was expected:
 *   capacity exceeded (`NO_ROOM`), settings out of range.
 */
export function buildCluster(
  simulation: Simulation,
  plan: ClusterPlan,
  guests: ReadonlyMap<string, GuestMaker>,
): BuiltCluster {
  const { syncsMost, reportNs, lookNs, silenceNs } = plan.coordinator;
  const hosts = new Map<string, Host>();
  const made: Readonly<Record<string, Host>> = simulation.hosts(
    plan.hosts.map(({ name }) => name),
    plan.link,
  );
  for (const { name } of plan.hosts) hosts.set(name, made[name]!);
  const cluster = simulation.manage({
    hosts: plan.hosts.map(({ name, ...limits }) => ({ host: hosts.get(name)!, ...limits })),
    ...{ syncsMost, report: reportNs, look: lookNs, silence: silenceNs },
  });
  const failures =
    plan.failures && new HostFailures(simulation, [...hosts.values()], plan.failures, plan.untilNs);
  for (const machine of plan.machines) {
    const maker = guests.get(machine.guest);
    if (maker === undefined) {
      const known = [...guests.keys()].join(", ");
      throw new StandinRangeError(
        "GUEST_NAME",
        `guest of ${machine.name}: expected one of ${known}, got "${machine.guest}"`,
      );
    }
    build(simulation, cluster, machine, maker, { plan, hosts });
  }
  for (const operation of plan.schedule) schedule(simulation, cluster, operation, hosts);
  return { cluster, failures };
}

function build(
  simulation: Simulation,
  cluster: ManagedCluster,
  planned: PlannedMachine,
  maker: GuestMaker,
  { plan, hosts }: { plan: ClusterPlan; hosts: ReadonlyMap<string, Host> },
): void {
  const { name, memoryBytes, scheme, parts = {}, intervalNs, clients, thinkNs } = planned;
  const { primary, secondary } = planned;
  const image = maker(memoryBytes === undefined ? {} : { memoryBytes });
  const machine = cluster.protect(image, {
    name,
    scheme: chosenScheme({
      ...{ scheme, parts },
      ...(intervalNs !== undefined && { interval: intervalNs }),
    }),
    detection: plan.detection,
    ...(primary !== undefined && { primary: hosts.get(primary)! }),
    ...(secondary !== undefined && { secondary: hosts.get(secondary)! }),
  });
  const fitting = Math.min(REQUESTS_MAX, Math.floor(plan.untilNs / thinkNs));
  const { requests = fitting } = planned;
  // A request that has to wait for a failover is not asked again and again meanwhile.
  const timeout = Math.max(thinkNs, PATIENCE_NS);
  for (let client = 0; client < clients; client += 1) {
    simulation.client(machine, { requests, think: thinkNs, timeout });
  }
}

/** After so long a client asks again. */
const PATIENCE_NS: Nanoseconds = 500_000_000;

function schedule(
  simulation: Simulation,
  cluster: ManagedCluster,
  operation: PlannedOperation,
  hosts: ReadonlyMap<string, Host>,
): void {
  const { atNs } = operation;
  const after = (forNs: Nanoseconds, act: () => void): void => {
    simulation.at(simulation.now + forNs, act);
  };
  const hostOf = (name: string): Host => hosts.get(name)!;
  const act = (): void => {
    switch (operation.do) {
      case "crash":
        hostOf(operation.host).crash();
        break;
      case "restart":
        hostOf(operation.host).restart();
        break;
      case "evacuate":
        cluster.evacuate(hostOf(operation.host));
        break;
      case "use":
        cluster.endMaintenance(hostOf(operation.host));
        break;
      case "pause": {
        const host = hostOf(operation.host);
        host.pause();
        after(operation.forNs, () => host.resume());
        break;
      }
      case "partition": {
        const [one, other] = operation.between;
        simulation.network.partition(one, other);
        after(operation.forNs, () => simulation.network.heal(one, other));
        break;
      }
      case "hand-over":
        machineOf(cluster, operation.machine).handOver();
        break;
      case "dismiss":
        machineOf(cluster, operation.machine).dismiss();
        break;
      case "rolling-restart":
        cluster.rollingRestart({ offFor: operation.offNs });
        break;
    }
  };
  simulation.at(atNs, () => {
    const about =
      "host" in operation ? operation.host : "machine" in operation ? operation.machine : "";
    let refusal = "";
    try {
      act();
    } catch (error) {
      // What cannot be done just now is told to the operator, and changes nothing.
      if (!(error instanceof StandinRangeError || error instanceof StandinTypeError)) throw error;
      refusal = error.message;
    }
    const told = { operation: operation.do, about, refusal };
    simulation.trace.emit<OperationRecord>({ kind: "operation.done", ...told });
  });
}

function machineOf(cluster: ManagedCluster, name: string): ProtectedMachine {
  return cluster.machines.find((machine) => machine.name === name)!;
}
