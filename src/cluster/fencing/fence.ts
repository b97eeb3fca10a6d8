import type { Host } from "../../host/host.ts";
import type { Network } from "../../host/network.ts";
import type { Engine } from "../../sim/engine.ts";
import type { Process } from "../../sim/process.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { FenceDefects } from "./defects.ts";

/** Who asks to serve, and what it can reach. */
export interface FenceParty {
  readonly engine: Engine;
  readonly network: Network;
  /** The claimant's host. */
  readonly host: Host;
  /** Name of the host that is to be made harmless. */
  readonly peer: string;
  readonly machine: string;
  /** Name of the host that decides, where one does: the witness's or the array's. */
  readonly witness: string;
  /** `"secondary"` for one that stands by; whatever else for one that serves. */
  readonly role: string;
  /** True if the peer stands back by agreement, or was dismissed. */
  readonly isAgreed: boolean;
  readonly broken: FenceDefects;
}

/**
 * A way of making sure that one host serves: of taking over the right to serve, and of making the one who
 * had it harmless. Fences are values without state; what they have decided lies where it survives the
 * hosts, in a witness, an array or a host that is off.
 */
export interface Fence {
  /** Name of the fence, as a scenario gives it. */
  readonly name: string;
  /** Who says whose term it is; `"nobody"`: whoever still has power. */
  readonly decider: "witness" | "array" | "nobody";
  /** Whether each host needs a management controller that can cut its power. */
  readonly needsControllers: boolean;
  /** False if a claimant may serve although nobody has confirmed that its peer is off. Default true. */
  readonly mustConfirm?: boolean;
  /**
   * Takes over the right to serve from `term` on, however long that takes; as long as it does, the
   * claimant must not serve.
   *
   * @returns True once the claimant alone may serve; false if it never may in this term.
   */
  claim(party: FenceParty, term: number): Process<boolean>;
}

/** How long a message to a witness, an array or a controller waits for its answer before it is sent again. */
export const FENCE_RETRY_NS: Nanoseconds = 20_000_000;
