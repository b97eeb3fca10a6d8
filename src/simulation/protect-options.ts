import type { DetectionOptions } from "../cluster/detection/detection-options.ts";
import type { Fence } from "../cluster/fencing/fence.ts";
import type { PooledScheme } from "../cluster/pool/pooled-scheme.ts";
import type { ClusterDefects } from "../cluster/protection.ts";
import type { Scheme } from "../cluster/scheme.ts";
import type { Host } from "../host/host.ts";

/** How a machine is protected. */
export interface ProtectOptions {
  /** Where it runs at first. */
  readonly primary: Host;
  /** Which host stands in for it. */
  readonly secondary: Host;
  /**
   * More hosts that may stand in for it, in the order in which they are preferred; only of a machine in a
   * pool. Default none.
   */
  readonly spares?: readonly Host[];
  /** How the secondary is kept ready. Default `schemes.checkpoint()`. */
  readonly scheme?: Scheme | PooledScheme;
  /** The machine's name and network address. Default the image's name, numbered if taken. */
  readonly name?: string;
  /** When a silent host is suspected. Default heartbeats of 10 ms on the link and a time-out of 100 ms. */
  readonly detection?: DetectionOptions;
  /** What makes sure that one host serves. Default `fences.witness()`. */
  readonly fence?: Fence;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: ClusterDefects;
}
