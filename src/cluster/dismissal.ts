import type { Process } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import type { MachineNode } from "./machine-node.ts";
import { claimNextTerm } from "./peer.ts";
import type { Protection } from "./protection.ts";
import { type ProtectionEnd, type RunningProtection, reasonOf } from "./running-protection.ts";

/**
 * Gives up a secondary on purpose: the primary takes the next term, so that its former secondary can never
 * be named, and only then stops replicating. As long as the witness does not answer, the machine stays
 * protected and its output leaves as ever: the order waits.
 *
 * @returns How the protection ends. If the secondary falls silent meanwhile the claim goes on: what was
 *   granted must not be forgotten.
 */
export function* dismissal(
  protection: Protection,
  node: MachineNode,
  { secondary, process, heartbeat }: RunningProtection,
): Process<ProtectionEnd> {
  const { engine, machine, broken } = protection;
  const { host } = node;
  if (broken.dismissWithoutTerm === true) return { reason: "secondary dismissed", granted: true };
  const claim = engine.spawn(`${machine} on ${host.name}: dismissal`, host.owner, () =>
    claimNextTerm(protection, node, { peer: secondary, isAgreed: true }),
  );
  const end = yield* race({
    silent: heartbeat.suspected.wait(),
    refused: process.join(),
    answer: claim.join(),
  });
  if (end.key === "answer") return { reason: "secondary dismissed", granted: end.value };
  return { reason: reasonOf(end.key), claim };
}
