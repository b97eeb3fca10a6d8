import type { GuestImage } from "../../guest/guest.ts";
import type { ClientNetwork } from "../../host/client-network.ts";
import type { Network } from "../../host/network.ts";
import type { Engine } from "../../sim/engine.ts";
import type { DetectionSettings } from "../heartbeat.ts";
import type { PooledScheme } from "./pooled-scheme.ts";

/** The settings under which hosts share a machine's memory in a pool; the same on all of them. */
export interface PooledProtection {
  readonly engine: Engine;
  readonly network: Network;
  readonly clients: ClientNetwork;
  readonly machine: string;
  readonly image: GuestImage;
  readonly scheme: PooledScheme;
  /**
   * `heartbeat`: longest time between two accesses of the holder, and between two requests of those that
   * stand by. `timeout`: how long an access keeps the holder its write access.
   */
  readonly detection: DetectionSettings;
  /** Names of the hosts that the machine may run on, in the order in which they are preferred. */
  readonly hosts: readonly string[];
}
