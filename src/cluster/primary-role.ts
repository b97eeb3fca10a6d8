import type { PrimarySide } from "../checkpoint/primary-side.ts";
import { assert } from "../sim/assert.ts";
import type { Process } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import { handOver } from "./handover.ts";
import type { MachineNode, NodeOrder } from "./machine-node.ts";
import { claimNextTerm, heartbeatWith, streamsWith } from "./peer.ts";
import type { Protection } from "./protection.ts";
import type { ClusterRecord } from "./records.ts";
import type { FirstProtection } from "./start/first-protection.ts";

/**
 * What a primary does while it has a secondary, and when it loses it.
 *
 * A primary whose secondary is silent may be the one that is cut off: the secondary may be about to
 * serve. So it keeps its output until the witness has said that it, and not the secondary, goes on.
 *
 * On order it gives up its secondary, or hands the machine over to it. Either way it is the witness that
 * says who serves in the next term: a secondary that was dismissed and has not heard of it is refused.
 *
 * @param first Of a machine that ran on the bare host: what is to be done if it is not mirrored.
 */
export function* primaryRole(
  protection: Protection,
  node: MachineNode,
  secondary: string,
  first?: FirstProtection,
): Process {
  const { engine, machine, scheme, broken } = protection;
  const { host, vm, gate, digest, held, requested, encoders } = node;
  const about = (): { machine: string; host: string; term: number } => ({
    machine,
    host: host.name,
    term: node.term,
  });

  // 1. Replicate until the secondary is silent, or cannot be kept.
  yield* engine.announce<ClusterRecord>({ kind: "protection.started", secondary, ...about() });
  const streams = streamsWith(protection, node, secondary);
  const [stream, ...moreStreams] = streams;
  const side: PrimarySide = {
    ...{ engine, host, term: node.term, vm, gate, stream, moreStreams, digest },
    ...{ held, requested, encoders },
  };
  const replication = scheme.primary(side);
  const process = engine.spawn(`${machine} on ${host.name}: replication`, host.owner, () =>
    replication.run(),
  );
  const heartbeat = heartbeatWith(protection, node, secondary, streams);
  const end = yield* race({
    silent: heartbeat.suspected.wait(),
    refused: process.join(),
    order: node.orders.receive(),
  });
  const order = end.key === "order" ? end.value : undefined;
  const running = { secondary, replication, process, heartbeat };
  const isTaken = order === "hand-over" && (yield* handOver(protection, node, running));

  // 2. Stop replicating. From here on the secondary hears nothing more and will suspect, too.
  process.kill();
  replication.end?.();
  heartbeat.stop();
  for (const each of streams) each.close();
  gate.closeBypass();
  if (vm.paused && !isTaken && replication.standsUntilNamed !== true) vm.resume();
  vm.setPenalty(0);

  const reason = reasonOf(end.key, order);
  if (first !== undefined && !gate.holding) {
    // The secondary was never sent a whole machine: it cannot serve, so nobody has to be asked.
    yield* first.cancel(reason);
    return;
  }

  // 3. Ask for the next term, unless the secondary has it. Output stays held until there is an answer.
  const isUnasked =
    (order === "dismiss" && broken.dismissWithoutTerm === true) ||
    (order === "hand-over" && broken.handoverWithoutTerm === true);
  const claim = { peer: secondary, isAgreed: order === "dismiss" };
  const granted = !isTaken && (isUnasked || (yield* claimNextTerm(protection, node, claim)));
  while (node.orders.tryReceive() !== undefined);
  assert(node.role === "primary", "only its own decision changes a primary's role");

  // 4. Granted: go on alone, visibly unprotected. Refused: somebody else serves; be silent.
  if (granted) {
    node.term += 1;
    yield* engine.announce<ClusterRecord>({ kind: "protection.lost", reason, ...about() });
    gate.open(node.term);
    if (vm.paused) vm.resume();
    if (first?.isMirrored === false) yield* first.cancel(reason);
    else node.alone = true;
  } else {
    node.role = "fenced";
    yield* engine.announce<ClusterRecord>({ kind: "machine.fenced", ...about() });
    gate.discard("fenced");
    if (!vm.paused) yield* vm.pause();
  }
}

/** Why a primary goes on alone. */
function reasonOf(end: "silent" | "refused" | "order", order: NodeOrder | undefined): string {
  if (order === "dismiss") return "secondary dismissed";
  if (order === "hand-over") return "handover failed";
  return end === "refused" ? "checkpoints refused" : "secondary silent";
}
