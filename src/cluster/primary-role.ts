import type { PrimarySide } from "../checkpoint/primary-side.ts";
import { assert } from "../sim/assert.ts";
import type { Process } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import { dismissal } from "./dismissal.ts";
import { handover } from "./handover.ts";
import type { MachineNode } from "./machine-node.ts";
import { claimNextTerm, heartbeatWith, streamsWith } from "./peer.ts";
import type { Protection } from "./protection.ts";
import type { ClusterRecord } from "./records.ts";
import { type ProtectionEnd, type RunningProtection, reasonOf } from "./running-protection.ts";
import type { FirstProtection } from "./start/first-protection.ts";

/**
 * What a primary does while it has a secondary, and when it loses it.
 *
 * A primary whose secondary is silent may be the one that is cut off: the secondary may be about to
 * serve. So it keeps its output until the witness has said that it, and not the secondary, goes on.
 *
 * On order it gives up its secondary, or hands the machine over to it. Either way it is the witness that
 * says who serves in the next term, and the machine stays protected until the witness is heard.
 *
 * @param first Of a machine that ran on the bare host: what is to be done if it is not mirrored.
 */
export function* primaryRole(
  protection: Protection,
  node: MachineNode,
  secondary: string,
  first?: FirstProtection,
): Process {
  const { engine, machine, scheme } = protection;
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
  const running = { secondary, replication, process, heartbeat };
  const end = yield* untilOver(protection, node, running);
  const { reason } = end;

  // 2. Stop replicating. From here on the secondary hears nothing more and will suspect, too.
  process.kill();
  replication.end?.();
  heartbeat.stop();
  for (const each of streams) each.close();
  gate.closeBypass();
  const isTaken = reason === "handed over";
  if (vm.paused && !isTaken && replication.standsUntilNamed !== true) vm.resume();
  vm.setPenalty(0);

  if (first !== undefined && !gate.holding) {
    // The secondary was never sent a whole machine: it cannot serve, so nobody has to be asked.
    yield* first.cancel(reason);
    return;
  }

  // 3. Ask for the next term, unless it is known whose that is. Output stays held until there is an answer.
  const granted = yield* verdict();
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

  function* verdict(): Process<boolean> {
    if (end.granted !== undefined) return end.granted;
    if (end.claim !== undefined) return yield* end.claim.join();
    const isAgreed = reason === "secondary dismissed";
    return yield* claimNextTerm(protection, node, { peer: secondary, isAgreed });
  }
}

/** Waits until the secondary is silent, or cannot be kept, or is given up on order. */
function* untilOver(
  protection: Protection,
  node: MachineNode,
  running: RunningProtection,
): Process<ProtectionEnd> {
  const end = yield* race({
    silent: running.heartbeat.suspected.wait(),
    refused: running.process.join(),
    order: node.orders.receive(),
  });
  if (end.key !== "order") return { reason: reasonOf(end.key) };
  if (end.value === "hand-over") return yield* handover(protection, node, running);
  // A secondary that was never sent a whole machine cannot serve: nobody has to be asked.
  if (!node.gate.holding) return { reason: "secondary dismissed" };
  return yield* dismissal(protection, node, running);
}
