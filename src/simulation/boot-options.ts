import type { DetectionOptions } from "../cluster/detection/detection-options.ts";
import type { ClusterDefects } from "../cluster/protection.ts";
import type { Scheme } from "../cluster/scheme.ts";
import type { Host } from "../host/host.ts";

/** How a machine is booted on a bare host. */
export interface BootOptions {
  /** Where it runs: nothing else does, and nobody stands in for it. */
  readonly host: Host;
  /**
   * Memory that the host's firmware keeps from the machine's operating system, right behind its RAM, for a
   * monitor with translation tables: a multiple of 4,096. Default 1 MiB, enough for about 400 MiB of RAM.
   */
  readonly reservedBytes?: number;
  /** The machine's name and network address. Default the image's name, numbered if taken. */
  readonly name?: string;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: ClusterDefects;
}

/** How the protection of a machine that runs on its bare host is started. */
export interface StartProtectionOptions {
  /** Which host is to stand in for it. */
  readonly secondary: Host;
  /** How the secondary is kept ready. Default `schemes.checkpoint()`. */
  readonly scheme?: Scheme;
  /** When a silent host is suspected. Default heartbeats of 10 ms and a time-out of 100 ms. */
  readonly detection?: DetectionOptions;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: ClusterDefects;
}
