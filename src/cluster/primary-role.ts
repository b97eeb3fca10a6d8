import type { PrimarySide } from "../checkpoint/primary-side.ts";
import { assert } from "../sim/assert.ts";
import type { Process } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import type { MachineNode } from "./machine-node.ts";
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
  const heartbeat = heartbeatWith(protection, node, secondary);
  const end = yield* race({ silent: heartbeat.suspected.wait(), refused: process.join() });

  // 2. Stop replicating. From here on the secondary hears nothing more and will suspect, too.
  process.kill();
  replication.end?.();
  heartbeat.stop();
  for (const each of streams) each.close();
  gate.closeBypass();
  if (vm.paused) vm.resume();
  vm.setPenalty(0);

  const reason = end.key === "refused" ? "checkpoints refused" : "secondary silent";
  if (first !== undefined && !gate.holding) {
    // The secondary was never sent a whole machine: it cannot serve, so nobody has to be asked.
    yield* first.cancel(reason);
    return;
  }

  // 3. Ask for the next term. Output stays held until there is an answer.
  const granted = yield* claimNextTerm(protection, node);
  assert(node.role === "primary", "only its own decision changes a primary's role");

  // 4. Granted: go on alone, visibly unprotected. Refused: somebody else serves; be silent.
  if (granted) {
    node.term += 1;
    yield* engine.announce<ClusterRecord>({ kind: "protection.lost", reason, ...about() });
    gate.open(node.term);
    if (first?.isMirrored === false) yield* first.cancel(reason);
    else node.alone = true;
  } else {
    node.role = "fenced";
    yield* engine.announce<ClusterRecord>({ kind: "machine.fenced", ...about() });
    gate.discard("fenced");
    yield* vm.pause();
  }
}
