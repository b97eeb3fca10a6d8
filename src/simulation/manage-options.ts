import type { ManagedHost } from "../cluster/placement/cluster-view.ts";
import type { PlacementDefects } from "../cluster/placement/placement.ts";
import type { Host } from "../host/host.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { formatTime, ms, type Nanoseconds } from "../sim/time.ts";

/** Memory of a host for which none is given. */
export const HOST_MEMORY_BYTES_DEFAULT: number = 1024 * 1024 * 1024 * 1024;

/** A host under management, and what limits it. */
export interface ManagedHostOptions {
  readonly host: Host;
  /** Memory for machines, in bytes. Default 1 TiB. */
  readonly memoryBytes?: number;
  /** What fails together: a rack, a power supply. Two copies are never in one domain. Default: the host alone. */
  readonly domain?: string;
}

/** How a cluster is managed. */
export interface ManageOptions {
  readonly hosts: readonly (Host | ManagedHostOptions)[];
  /** Most machines whose first copy is made at a time. Default 2. */
  readonly syncsMost?: number;
  /** From one report of a host to the next. Default 100 ms. */
  readonly report?: Nanoseconds;
  /** From one look at the cluster to the next. Default 50 ms. */
  readonly look?: Nanoseconds;
  /** Silence after which a host is taken to be gone, more than a report. Default 500 ms. */
  readonly silence?: Nanoseconds;
  /** Placement rules broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: PlacementDefects;
}

/** How a cluster is managed, with the defaults filled in. */
export interface ManageSettings {
  readonly hosts: readonly (ManagedHost & { readonly host: Host })[];
  readonly syncsMost: number;
  readonly reportNs: Nanoseconds;
  readonly lookNs: Nanoseconds;
  readonly silenceNs: Nanoseconds;
  readonly broken: PlacementDefects;
}

/**
 * Fills in the defaults.
 *
 * @throws StandinRangeError `MANAGE_OPTION` for a value out of range, or a host that is given twice.
 */
export function manageSettings(options: ManageOptions): ManageSettings {
  const {
    syncsMost = 2,
    report = ms(100),
    look = ms(50),
    silence = ms(500),
    broken = {},
  } = options;
  const hosts = options.hosts.map((each) => {
    const {
      host,
      memoryBytes = HOST_MEMORY_BYTES_DEFAULT,
      domain,
    } = "host" in each ? each : { host: each };
    return { host, name: host.name, memoryBytes, domain: domain ?? `host ${host.name}` };
  });
  expectOptions(hosts, { syncsMost, report, look, silence });
  return { hosts, syncsMost, reportNs: report, lookNs: look, silenceNs: silence, broken };
}

/** What counts has to be whole, and times have to leave room for each other. */
function expectOptions(
  hosts: readonly (ManagedHost & { readonly host: Host })[],
  numbers: Readonly<Record<"syncsMost" | "report" | "look" | "silence", number>>,
): void {
  for (const { name, memoryBytes } of hosts) {
    if (!Number.isSafeInteger(memoryBytes) || memoryBytes < 0) {
      throw new StandinRangeError(
        "MANAGE_OPTION",
        `memoryBytes of ${name}: expected a whole number of bytes from 0, got ${memoryBytes}`,
      );
    }
  }
  const seen = new Set<string>();
  const twice = hosts.find(({ name }) => seen.size === seen.add(name).size);
  if (twice !== undefined) {
    throw new StandinRangeError(
      "MANAGE_OPTION",
      `hosts: expected each once, got ${twice.name} twice`,
    );
  }
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new StandinRangeError(
      "MANAGE_OPTION",
      `${name}: expected a whole number from 1, got ${value}`,
    );
  }
  const { silence, report } = numbers;
  if (silence > report) return;
  throw new StandinRangeError(
    "MANAGE_OPTION",
    `silence: expected more than the ${formatTime(report)} of a report, got ${formatTime(silence)}`,
  );
}
