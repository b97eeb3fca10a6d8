import { decodeProfile, encodeProfile, type Profile } from "../../guest/profile.ts";
import type { Host } from "../../host/host.ts";
import type { Network } from "../../host/network.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { StandinRangeError, StandinTypeError } from "../../sim/errors.ts";
import type { MachineNode } from "../machine-node.ts";
import type { ProtectedMachine } from "../protected-machine.ts";
import { type DuplicateOptions, type DuplicateTarget, TARGETS_MAX } from "./options.ts";

const NO_BYTES = new Uint8Array(0);

/** What is asked for, checked: nothing of it was done yet. */
export interface CheckedRequest {
  /** Where the source is served. */
  readonly node: MachineNode;
  readonly targets: readonly CheckedTarget[];
}

/** A target that can take a duplicate, as far as anybody knows. */
export interface CheckedTarget {
  readonly host: Host;
  readonly profile: Profile;
  /** The profile as bytes. */
  readonly bytes: Uint8Array;
  readonly roomBytes: number;
}

/** What a request is checked against. */
export interface RequestFacts {
  readonly network: Network;
  /** Addresses that are taken, by machines or by duplicates that may come to be. */
  readonly taken: (address: string) => boolean;
  /** Hosts on which a duplicate of this machine runs or may come to run. */
  readonly occupied: (host: Host) => boolean;
}

/**
 * Looks whether a machine can be duplicated; the order of the steps is that of the operation.
 *
 * @throws StandinRangeError `SOURCE_NOT_SERVED`, `TARGETS`, `NO_SUCH_HOST`, `TARGET_HOST`,
 *   `PROFILE_MISSING`, `PROFILE`, `ADDRESS_TAKEN`, `NO_ROOM`; StandinTypeError `DRIVER_NOT_DUPLICABLE`,
 *   which names the driver.
 */
export function checkRequest(
  machine: ProtectedMachine,
  { targets, broken = {} }: DuplicateOptions,
  facts: RequestFacts,
): CheckedRequest {
  const node = machine.activeNode;
  if (node === undefined) {
    throw new StandinRangeError(
      "SOURCE_NOT_SERVED",
      `duplicate: expected a machine that a host serves, got ${machine.name}, which none does`,
    );
  }
  expectDrivers(machine, node, broken.driverIgnored === true);
  if (!(targets.length >= 1 && targets.length <= TARGETS_MAX)) {
    throw new StandinRangeError(
      "TARGETS",
      `targets: expected 1 to ${TARGETS_MAX} hosts, got ${targets.length}`,
    );
  }
  const checked: CheckedTarget[] = [];
  for (const target of targets) {
    expectHost(machine, target.host, checked, facts);
    checked.push(checkedTarget(machine, node, target, checked, facts));
  }
  return { node, targets: checked };
}

function expectDrivers(machine: ProtectedMachine, node: MachineNode, ignored: boolean): void {
  const { duplication } = node.vm.guest;
  const driver = duplication?.drivers.find(({ duplicates }) => !duplicates);
  if (duplication !== undefined && (driver === undefined || ignored)) return;
  const what =
    driver === undefined
      ? "which lists none and has no memory for a profile"
      : `whose driver "${driver.name}" cannot`;
  throw new StandinTypeError(
    "DRIVER_NOT_DUPLICABLE",
    `duplicate: expected a machine all of whose drivers can be duplicated, got ${machine.name}, ${what}`,
  );
}

function expectHost(
  machine: ProtectedMachine,
  host: Host,
  others: readonly CheckedTarget[],
  { network, occupied }: RequestFacts,
): void {
  if (!network.hosts.includes(host)) {
    throw new StandinRangeError(
      "NO_SUCH_HOST",
      `targets: expected hosts of this simulation, got "${host.name}"`,
    );
  }
  const part = machine.partOn(host);
  const isTwice = others.some((other) => other.host === host);
  let state: string | undefined;
  if (host.power === "off") state = "is off";
  else if (part !== undefined) state = `has a part of it: ${part.role}`;
  else if (isTwice || occupied(host)) state = "has or gets a duplicate of it";
  if (state === undefined) return;
  throw new StandinRangeError(
    "TARGET_HOST",
    `targets: expected hosts that are on and have no part of ${machine.name}, got ${host.name}, which ${state}`,
  );
}

function checkedTarget(
  { name }: ProtectedMachine,
  node: MachineNode,
  { host, profile: given, roomBytes = Number.POSITIVE_INFINITY }: DuplicateTarget,
  others: readonly CheckedTarget[],
  { taken }: RequestFacts,
): CheckedTarget {
  const bytes = given === undefined ? host.protectedMemory.load(name) : encodeProfile(given);
  const profile = decodeProfile(bytes ?? NO_BYTES);
  if (typeof profile === "string") {
    throw new StandinRangeError(
      "PROFILE_MISSING",
      `targets: expected a profile for ${name} in the protected memory of ${host.name}, got one that is ${profile}`,
    );
  }
  const { address } = profile;
  if (taken(address) || others.some((other) => other.profile.address === address)) {
    throw new StandinRangeError(
      "ADDRESS_TAKEN",
      `targets: expected an address for the duplicate on ${host.name} that is free, got "${address}"`,
    );
  }
  const { regions } = node.vm.guest.memory;
  const needed = regions.reduce((sum, { pageCount }) => sum + pageCount * PAGE_SIZE, 0);
  if (!(needed <= roomBytes)) {
    throw new StandinRangeError(
      "NO_ROOM",
      `targets: expected room for ${needed} bytes on ${host.name}, got ${roomBytes}`,
    );
  }
  return { host, profile, bytes: encodeProfile(profile), roomBytes };
}
