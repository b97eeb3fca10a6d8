import type { Nanoseconds } from "../../sim/time.ts";
import type { ClusterView, PlacedPart } from "./cluster-view.ts";
import type { HostOrder } from "./order-message.ts";
import { type PlacementDefects, type PlacementHost, placed } from "./placement.ts";

/** What a coordinator wants of its cluster. */
export interface Wishes {
  /** Machines that are to have two copies, in the order in which they get them. */
  readonly machines: Iterable<string>;
  /** Hosts that are to be left empty. */
  readonly maintained: ReadonlySet<string>;
  /** Most machines whose first copy is made at a time. */
  readonly syncsMost: number;
  /** How long a host that was told to stand by has time to say that it does. */
  readonly bootNs: Nanoseconds;
  readonly broken: PlacementDefects;
}

/** An order and who is to carry it out. */
export interface AddressedOrder extends HostOrder {
  readonly host: string;
}

/** What is to be done. */
export interface Decision {
  readonly orders: readonly AddressedOrder[];
  /** Machines for which there is no host. */
  readonly unplaced: readonly string[];
}

/**
 * Compares what the hosts have told with what is wanted, and says what would bring it nearer. It keeps
 * nothing: orders are given again until a host tells that they are carried out, and are of no effect when it
 * has done so, because the term in them is over or the part is there.
 *
 * What it costs grows with the machines that it is asked about; the hosts are gone through only when a copy
 * has to be placed.
 */
export function reconcile(view: ClusterView, wishes: Wishes, nowNs: Nanoseconds): Decision {
  const { machines, maintained, syncsMost, bootNs, broken } = wishes;
  const orders: AddressedOrder[] = [];
  const unplaced: string[] = [];
  let hosts: PlacementHost[] | undefined;
  let syncs = 0;
  for (const machine of machines) {
    if (isSyncing(view.partsOf(machine), view.pendingHost(machine))) syncs += 1;
  }

  for (const machine of machines) {
    const present = view.partsOf(machine);
    // 1. What is over is taken away, so that its host has room again.
    for (const { host, term, role } of present) {
      if (role === "fenced" || role === "abandoned") {
        orders.push({ host, order: "remove", machine, term, peer: "" });
      }
    }

    const serving = servingOf(present);
    if (serving === undefined) continue;
    const { host, term, isAlone, isMirrored, peer, memoryBytes } = serving;

    // 2. A machine that runs alone gets a secondary: first a host that stands by, then the primary is told.
    if (isAlone) {
      const standBy = standByOf(present, serving);
      if (standBy !== undefined) {
        orders.push({ host, order: "protect", machine, term, peer: standBy.host });
        continue;
      }
      const chosen = view.pendingHost(machine);
      if (chosen !== undefined) {
        orders.push({ host: chosen, order: "stand-by", machine, term, peer: host });
        continue;
      }
      if (syncs >= syncsMost) continue;
      const target = choose(machine, memoryBytes, present, host);
      if (target === undefined) continue;
      syncs += 1;
      orders.push({ host: target, order: "stand-by", machine, term, peer: host });
      continue;
    }

    // 3. What is whole leaves hosts that are to be empty: the secondary by another one, the primary by
    //    handing over.
    if (!isMirrored) continue;
    if (maintained.has(peer)) {
      if (syncs < syncsMost && choose(machine, memoryBytes, present, host, "look") !== undefined) {
        syncs += 1;
        orders.push({ host, order: "dismiss", machine, term, peer });
      }
    } else if (maintained.has(host)) {
      orders.push({ host, order: "hand-over", machine, term, peer });
    }
  }
  return { orders, unplaced };

  /** The host for a second copy, which is pending from then on unless it is only looked for. */
  function choose(
    machine: string,
    bytes: number,
    present: readonly PlacedPart[],
    host: string,
    purpose: "take" | "look" = "take",
  ): string | undefined {
    const taken = new Set(present.map((part) => part.host));
    hosts ??= view.placementHosts(maintained);
    const domains = new Set([hosts.find(({ name }) => name === host)?.domain ?? host]);
    const target = placed(hosts, { bytes, present: taken, domains }, broken);
    if (target === undefined) {
      unplaced.push(machine);
      return undefined;
    }
    if (purpose === "look") return target.name;
    view.choose(machine, target.name, bytes, nowNs + bootNs);
    const index = hosts.indexOf(target);
    hosts[index] = { ...target, usedBytes: target.usedBytes + bytes };
    return target.name;
  }
}

/** The part that serves, by the highest term when an old primary does not know better yet. */
export function servingOf(parts: readonly PlacedPart[]): PlacedPart | undefined {
  let serving: PlacedPart | undefined;
  for (const part of parts) {
    if (part.role === "primary" && part.term > (serving?.term ?? 0)) serving = part;
  }
  return serving;
}

/** Who stands by the part that serves. */
export function standByOf(
  parts: readonly PlacedPart[],
  { host, term }: PlacedPart,
): PlacedPart | undefined {
  return parts.find(
    (part) => part.role === "secondary" && part.peer === host && part.term === term,
  );
}

/** Whether a machine's first copy is made, or about to be. */
function isSyncing(parts: readonly PlacedPart[], pendingHost: string | undefined): boolean {
  const serving = servingOf(parts);
  if (serving === undefined) return pendingHost !== undefined;
  if (!serving.isAlone) return !serving.isMirrored;
  return pendingHost !== undefined || standByOf(parts, serving) !== undefined;
}
