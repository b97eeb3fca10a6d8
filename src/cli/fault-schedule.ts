import type { Host } from "../host/host.ts";
import { formatTime, type Nanoseconds } from "../sim/time.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { FaultOption, Window } from "./fault-options.ts";
import { UsageError } from "./usage-error.ts";

interface Pair {
  readonly a: Host;
  readonly b: Host;
  readonly oneWay: boolean;
}

/**
 * Makes a built simulation suffer the faults that the command line asks for. Everything is checked
 * before anything is scheduled.
 *
 * @throws UsageError when a host or a link is unknown, or two faults of one kind and place overlap.
 */
export function scheduleFaults(simulation: Simulation, faults: readonly FaultOption[]): void {
  const crashes = new Map<Host, FaultOption>();
  const windows = new Map<string, (Window & { readonly given: string })[]>();
  const actions: { atNs: Nanoseconds; ends: boolean; act: () => void }[] = [];
  const claim = (place: string, fault: Window & { readonly given: string }): void => {
    const others = windows.get(place) ?? [];
    windows.set(place, others);
    const other = others.find(({ fromNs, toNs }) => fault.fromNs < toNs && fromNs < fault.toNs);
    if (other !== undefined) {
      throw new UsageError(`${fault.given}: expected no overlap, got one with ${other.given}`);
    }
    others.push(fault);
  };
  for (const fault of faults) {
    if (fault.type === "crash") {
      const host = hostOf(simulation, fault);
      const earlier = crashes.get(host);
      if (earlier !== undefined) {
        throw new UsageError(
          `${fault.given}: expected one crash of a host, got ${earlier.given}, too`,
        );
      }
      crashes.set(host, fault);
      actions.push({ atNs: fault.atNs, ends: false, act: () => host.crash() });
    } else if (fault.type === "pause") {
      const host = hostOf(simulation, fault);
      claim(`pause ${host.name}`, fault);
      actions.push({ atNs: fault.fromNs, ends: false, act: () => host.pause() });
      actions.push({ atNs: fault.toNs, ends: true, act: () => host.resume() });
    } else {
      const { a, b, oneWay } = pairOf(simulation, fault);
      claim(`cut ${a.name} > ${b.name}`, fault);
      if (!oneWay) claim(`cut ${b.name} > ${a.name}`, fault);
      const { network } = simulation;
      actions.push({
        atNs: fault.fromNs,
        ends: false,
        act: () => network.partition(a, b, { oneWay }),
      });
      actions.push({ atNs: fault.toNs, ends: true, act: () => network.heal(a, b, { oneWay }) });
    }
  }
  for (const fault of faults) {
    if (fault.type !== "pause") continue;
    const crash = crashes.get(hostOf(simulation, fault));
    if (crash?.type !== "crash" || crash.atNs > fault.fromNs) continue;
    const crashed = `the crash of ${fault.host} at ${formatTime(crash.atNs)}`;
    throw new UsageError(`${fault.given}: expected a pause before ${crashed}, got one after it`);
  }
  // What ends comes first, so that one window may begin where another one ends.
  actions.sort((one, other) => one.atNs - other.atNs || Number(other.ends) - Number(one.ends));
  for (const { atNs, act } of actions) simulation.at(atNs, act);
}

function hostOf(simulation: Simulation, { given, host }: { given: string; host: string }): Host {
  const { hosts } = simulation.network;
  const found = hosts.find(({ name }) => name === host);
  if (found !== undefined) return found;
  const names = hosts.map(({ name }) => name).join(", ");
  throw new UsageError(`${given}: expected one of the hosts ${names}, got "${host}"`);
}

/** Host names may hold `-` and `>`: the place to split at is the one that leaves two known hosts. */
function pairOf(simulation: Simulation, { given, pair }: { given: string; pair: string }): Pair {
  const { hosts } = simulation.network;
  for (let at = 1; at < pair.length - 1; at += 1) {
    const separator = pair[at];
    if (separator !== "-" && separator !== ">") continue;
    const a = hosts.find(({ name }) => name === pair.slice(0, at));
    const b = hosts.find(({ name }) => name === pair.slice(at + 1));
    if (a === undefined || b === undefined) continue;
    if (a !== b && simulation.network.linked(a, b)) return { a, b, oneWay: separator === ">" };
    throw new UsageError(`${given}: expected two hosts with a link between them, got "${pair}"`);
  }
  const names = hosts.map(({ name }) => name).join(", ");
  throw new UsageError(`${given}: expected two of the hosts ${names}, got "${pair}"`);
}
