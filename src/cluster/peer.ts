import { ReliableStream } from "../host/reliable-stream.ts";
import type { Process } from "../sim/process.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { MachineNode } from "./machine-node.ts";
import type { Protection } from "./protection.ts";
import { claimTerm } from "./term-claimant.ts";

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

/** Begins to exchange heartbeats with the host called `peer`. */
export function heartbeatWith(
  { engine, network, machine, detection, broken }: Protection,
  { host, term }: MachineNode,
  peer: string,
): Heartbeat {
  const evenPaused = broken.heartbeatFromPausedHost === true;
  return new Heartbeat({ engine, network, host, peer, machine, term, evenPaused }, detection);
}

/** Asks the witness for the term after the node's; returns whether the node may serve in it. */
export function claimNextTerm(
  { engine, network, machine, witness, broken }: Protection,
  { host, term }: MachineNode,
): Process<boolean> {
  const withoutWitness = broken.noWitness === true;
  return claimTerm({ engine, network, host, machine, witness, withoutWitness }, term + 1);
}
