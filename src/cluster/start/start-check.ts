import type { Host } from "../../host/host.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { StandinRangeError, StandinTypeError } from "../../sim/errors.ts";
import type { MachineNode } from "../machine-node.ts";
import type { Protection } from "../protection.ts";
import type { BareHost } from "./bare-host.ts";
import type { StartRecord } from "./records.ts";

/** What is looked at of a machine. */
interface Startable {
  readonly name: string;
  partOn(host: Host): MachineNode | undefined;
}

/**
 * Refuses to start what cannot be started, before anything is changed.
 *
 * @param active The node that serves the machine.
 * @returns That node, and the host below it.
 * @throws As `ProtectedMachine.startProtection`.
 */
export function expectStartable(
  machine: Startable,
  active: MachineNode | undefined,
  secondary: Host,
): { readonly serving: MachineNode; readonly bare: BareHost } {
  const { name } = machine;
  if (active === undefined) {
    throw new StandinRangeError(
      "NOBODY_SERVES",
      `startProtection: expected a machine that runs, got ${name}, that nobody serves`,
    );
  }
  const { bare, host } = active;
  if (bare === undefined || bare.isStarting || bare.isMonitored) {
    const state = bare?.isStarting === true ? "which is being protected" : "which has a monitor";
    throw new StandinRangeError(
      "ALREADY_PROTECTED",
      `startProtection: expected a machine that runs on its bare host, got ${name}, ${state}`,
    );
  }
  if (host === secondary) {
    throw new StandinTypeError(
      "SAME_HOST",
      `secondary: expected another host than the one that ${name} runs on, got ${host.name} for both`,
    );
  }
  const present = machine.partOn(secondary);
  const isInTheWay = present !== undefined && present.role !== "abandoned";
  if (secondary.power === "off" || isInTheWay) {
    const state = isInTheWay ? `has a part of it: ${present.role}` : "is off";
    throw new StandinRangeError(
      "STAND_BY_HOST",
      `startProtection: expected a host that is on and has no part of ${name}, got ${secondary.name}, which ${state}`,
    );
  }
  const { reservedPages } = bare.physical;
  if (bare.neededPages > reservedPages) {
    const needed = bare.neededPages * PAGE_SIZE;
    throw new StandinRangeError(
      "RESERVED_RANGE_TOO_SMALL",
      `startProtection: expected a reserved range of at least ${needed} bytes for a monitor of ${name} and its translation tables, got ${reservedPages * PAGE_SIZE}`,
    );
  }
  return { serving: active, bare };
}

/** Notes what firmware has kept on the host of a machine that begins on it. */
export function noteReservation(
  { engine, machine }: Protection,
  { host, term, bare }: MachineNode,
): void {
  if (bare === undefined) return;
  const { reservedPage: firstPage, reservedPages: pages } = bare.physical;
  const about = { machine, host: host.name, term };
  engine.trace.emit<StartRecord>({ kind: "firmware.reserved", firstPage, pages, ...about });
}
