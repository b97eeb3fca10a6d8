import type { ClientNetwork } from "../host/client-network.ts";
import type { Network } from "../host/network.ts";
import type { Engine } from "../sim/engine.ts";
import type { FenceDefects } from "./fencing/defects.ts";
import type { Fence } from "./fencing/fence.ts";
import type { DetectionSettings } from "./heartbeat.ts";
import type { Scheme } from "./scheme.ts";
import type { StartDefects } from "./start/start-defects.ts";

/** The settings under which a pair of hosts protects a machine; the same on both. */
export interface Protection {
  readonly engine: Engine;
  readonly network: Network;
  readonly clients: ClientNetwork;
  readonly machine: string;
  readonly scheme: Scheme;
  readonly detection: DetectionSettings;
  /** Name of the host that decides: the witness's, or that of the array that stands in its place. */
  readonly witness: string;
  /** What makes sure that one host serves. Default the witness. */
  readonly fence?: Fence;
  /** Name of the array that keeps the machine's disk. Default none. */
  readonly array?: string;
  readonly broken: ClusterDefects;
}

/** Defects of the cluster layer that can be switched on to show that the checks notice. */
export interface ClusterDefects extends FenceDefects {
  /** The witness grants a term to whoever asks for it, whoever has it already. */
  readonly witnessWithoutTerm?: boolean;
  /** A primary that dismisses its secondary does not ask the witness, which may name that secondary yet. */
  readonly dismissWithoutTerm?: boolean;
  /** A primary stops its machine to hand it over before it has heard of the witness. */
  readonly handoverUnasked?: boolean;
  /** A peer that is silent on one of several paths is suspected. */
  readonly onePathSuspected?: boolean;
  /** A primary whose offer was not answered in time goes on without asking the witness. */
  readonly handoverWithoutTerm?: boolean;
  /** Heartbeats are sent by the network card: a paused host still seems to live. */
  readonly heartbeatFromPausedHost?: boolean;
  /** The stream between the hosts does not look at its check values. */
  readonly uncheckedStream?: boolean;
  /** In starting the protection of a machine that runs on the bare host. */
  readonly start?: StartDefects;
}
