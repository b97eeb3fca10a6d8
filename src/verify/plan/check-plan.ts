import { SWITCH_NAME } from "../../host/client-cable.ts";
import type { Network } from "../../host/network.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import { pointOf } from "../points/points.ts";
import { type FaultPlan, isLinkFault, type LinkFault } from "./fault.ts";

/**
 * Checks that what a plan names exists in a cluster.
 *
 * @param ownKinds Kinds of records, besides those of the library, at which a fault may begin.
 * @throws StandinRangeError `PLAN_HOST` for a host that does not exist, `PLAN_LINK` for hosts that are
 *   not linked, `POINT` for an unknown point; the message begins with the path.
 */
export function checkPlan(
  plan: FaultPlan,
  network: Network,
  ownKinds: readonly string[] = [],
): void {
  const names = network.hosts.map(({ name }) => name);
  const check = (path: string, host: string, others: readonly string[] = []): void => {
    if (names.includes(host) || others.includes(host)) return;
    const known = [...names, ...others].join(", ") || "none, because there is no host";
    const expected = `expected one of ${known}`;
    throw new StandinRangeError("PLAN_HOST", `${path}: ${expected}, got ${JSON.stringify(host)}`);
  };
  for (const [index, fault] of plan.faults.entries()) {
    const path = `faults[${index}]`;
    if ("point" in fault.at) {
      pointOf(fault.at.point, ownKinds, `${path}.at.point`);
      if (fault.at.host !== undefined) check(`${path}.at.host`, fault.at.host);
    }
    if (isLinkFault(fault)) {
      // A way to the clients is cut with its cable, both directions at once.
      const others = fault.kind === "partition" ? [] : [SWITCH_NAME];
      check(`${path}.from`, fault.from, others);
      check(`${path}.to`, fault.to, others);
      checkLink(path, fault, network);
    } else {
      check(`${path}.host`, fault.host);
    }
  }
}

function checkLink(path: string, { from, to }: LinkFault, network: Network): void {
  // Every host is connected with the switch.
  if (from === SWITCH_NAME || to === SWITCH_NAME || network.linked(from, to)) return;
  const linked = network.hosts
    .map(({ name }) => name)
    .filter((name) => name !== from && network.linked(from, name));
  throw new StandinRangeError(
    "PLAN_LINK",
    `${path}.to: expected a host linked with ${from} (${linked.join(", ") || "none is"}), got ${JSON.stringify(to)}`,
  );
}
