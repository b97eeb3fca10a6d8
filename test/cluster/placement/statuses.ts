import type { HostStatus, PartStatus } from "../../../src/cluster/placement/status-message.ts";

/** A part of a machine, a protected primary unless told otherwise. */
export function part(machine: string, more: Partial<PartStatus> = {}): PartStatus {
  return {
    ...{ machine, role: "primary", term: 1, isAlone: false, isMirrored: true, peer: "b" },
    ...{ memoryBytes: 100, ...more },
  };
}

/** What a host tells. */
export function status(
  parts: readonly PartStatus[],
  { incarnation = 1, sequence = 1 } = {},
): HostStatus {
  return { incarnation, sequence, parts };
}

/** A part that serves alone. */
export function alone(machine: string, more: Partial<PartStatus> = {}): PartStatus {
  return part(machine, { isAlone: true, isMirrored: false, ...more });
}

/** A part that stands by host a. */
export function standBy(machine: string, more: Partial<PartStatus> = {}): PartStatus {
  return part(machine, { role: "secondary", isMirrored: false, peer: "a", ...more });
}
