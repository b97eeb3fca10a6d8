/** A host as placement sees it. */
export interface PlacementHost {
  readonly name: string;
  /** What fails together with it. */
  readonly domain: string;
  /** Memory for machines. */
  readonly memoryBytes: number;
  /** Taken by parts of machines, whatever their role. */
  readonly usedBytes: number;
  /** False while it is not heard of, or is to be left empty. */
  readonly isOpen: boolean;
}

/** What is to be placed. */
export interface PlacementRequest {
  /** Memory that the copy takes. */
  readonly bytes: number;
  /** Hosts that have a part of the machine. */
  readonly present: ReadonlySet<string>;
  /** Domains in which the other copy is, or will be. */
  readonly domains: ReadonlySet<string>;
}

/** Placement rules broken on purpose; never set otherwise. */
export interface PlacementDefects {
  /** Both copies may lie in one domain. */
  readonly anyDomain?: boolean;
  /** Nobody looks at the room that a host has: the first one takes it. */
  readonly anySize?: boolean;
}

/**
 * The host for a copy of a machine: one that is open, has no part of it, is in another domain than the other
 * copy, and has room; of these the one with the most room, the first in order if several have as much.
 */
export function placed(
  hosts: readonly PlacementHost[],
  { bytes, present, domains }: PlacementRequest,
  { anyDomain = false, anySize = false }: PlacementDefects = {},
): PlacementHost | undefined {
  let best: PlacementHost | undefined;
  for (const host of hosts) {
    if (!host.isOpen || present.has(host.name)) continue;
    if (domains.has(host.domain) && !anyDomain) continue;
    if (roomOf(host) < bytes && !anySize) continue;
    if (best === undefined || (!anySize && roomOf(host) > roomOf(best))) best = host;
  }
  return best;
}

/** Bytes that a host has left. */
export function roomOf({ memoryBytes, usedBytes }: PlacementHost): number {
  return memoryBytes - usedBytes;
}
