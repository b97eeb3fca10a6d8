import { ReliableStream } from "../host/reliable-stream.ts";
import type { Process } from "../sim/process.ts";
import type { Ear } from "./detection/signs-of-life.ts";
import { witnessFence } from "./fencing/witness-fence.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { MachineNode } from "./machine-node.ts";
import type { Protection } from "./protection.ts";
import { askForVerdict } from "./term-claimant.ts";

/** This node's end of the replication stream with the host called `peer`. */
export function streamWith(
  { engine, network, machine, broken }: Protection,
  { host }: MachineNode,
  peer: string,
): ReliableStream {
  const verify = broken.uncheckedStream !== true;
  return new ReliableStream({ engine, network, host, peer, port: machine, verify });
}

/** This node's ends of all streams that the scheme asks for; the first is the one for answers. */
export function streamsWith(
  protection: Protection,
  node: MachineNode,
  peer: string,
): readonly [ReliableStream, ...ReliableStream[]] {
  const { machine, scheme } = protection;
  const more: ReliableStream[] = [];
  for (let lane = 1; lane < (scheme.streams ?? 1); lane += 1) {
    more.push(streamWith({ ...protection, machine: `${machine} stream ${lane}` }, node, peer));
  }
  return [streamWith(protection, node, peer), ...more];
}

/**
 * Begins to exchange heartbeats with the host called `peer`.
 *
 * @param ears Replication streams with it, whose messages may be signs of life, too. Default none.
 */
export function heartbeatWith(
  { engine, network, clients, machine, detection, broken }: Protection,
  { host, term, role }: MachineNode,
  peer: string,
  ears: readonly Ear[] = [],
): Heartbeat {
  const parties = { engine, network, clients, host, peer, machine, term, ears };
  return new Heartbeat(
    {
      ...parties,
      // A primary that serves goes on, if it can: it is the first to find that its replication hangs.
      patience: role === "primary" ? 1 : 2,
      onePathIsEnough: broken.onePathSuspected === true,
      evenPaused: broken.heartbeatFromPausedHost === true,
    },
    detection,
  );
}

/** What a node's claim is about. */
export interface ClaimReason {
  /** Name of the host at the other end. Fences other than the witness want it. */
  readonly peer?: string;
  /** True if the peer stands back by agreement, or is dismissed: it is not to be shot. Default false. */
  readonly isAgreed?: boolean;
}

/** Has the fence say whether the node may serve in the term after its own. */
export function claimNextTerm(
  protection: Protection,
  { host, term, role }: MachineNode,
  { peer = "", isAgreed = false }: ClaimReason = {},
): Process<boolean> {
  const { engine, network, machine, witness, fence = witnessFence(), broken } = protection;
  const party = { engine, network, host, peer, machine, witness, role, isAgreed, broken };
  return fence.claim(party, term + 1);
}

/**
 * Has whoever decides confirm that the node serves in its own term, which changes nothing: that it is heard
 * is what the node wants to know.
 */
export function* confirmTerm(
  { engine, network, machine, witness, fence = witnessFence() }: Protection,
  { host, term }: MachineNode,
): Process<boolean> {
  if (fence.decider === "nobody") return true;
  return yield* askForVerdict({ engine, network, host, machine, witness }, term);
}
