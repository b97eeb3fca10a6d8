import type { Process } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import { ms, type Nanoseconds } from "../sim/time.ts";
import { decodeHandover, encodeHandover, handoverPort } from "./handover-message.ts";
import type { MachineNode } from "./machine-node.ts";
import { confirmTerm } from "./peer.ts";
import type { Protection } from "./protection.ts";
import type { ClusterRecord } from "./records.ts";
import { type ProtectionEnd, type RunningProtection, reasonOf } from "./running-protection.ts";
import { verdictPort } from "./witness.ts";

/** How long an offer waits for its answer before it is made again. */
export const OFFER_RETRY_NS: Nanoseconds = ms(20);

/**
 * Hands a machine over to its secondary on purpose, as maintenance and migration do: nothing is lost and
 * nothing repeated, unless a host fails on the way.
 *
 * Who serves is decided as ever, by the witness. The offer only spares the secondary the silence that it
 * would wait for; an offer, or an answer, that is lost costs time and nothing else.
 */
export function* handover(
  protection: Protection,
  node: MachineNode,
  running: RunningProtection,
): Process<ProtectionEnd> {
  const { engine, network, machine, detection, broken } = protection;
  const { host, term } = node;
  const about = { machine, host: host.name, term, secondary: running.secondary };
  const failed: ProtectionEnd =
    broken.handoverWithoutTerm === true
      ? { reason: "handover failed", granted: true }
      : { reason: "handover failed" };

  // 0. Nobody stops a machine that nobody could name a successor for: until whoever decides is heard, the
  //    order waits and the machine stays protected.
  yield* engine.announce<ClusterRecord>({ kind: "handover.ordered", ...about });
  if (broken.handoverUnasked !== true) {
    const end = yield* untilDecidable(protection, node, running);
    if (end !== undefined) return end;
  }
  yield* engine.announce<ClusterRecord>({ kind: "handover.started", ...about });

  // 1. Bring the machine to a standstill in a state that the secondary has.
  if (!(yield* standStill(protection, node, running))) return failed;
  yield* engine.announce<ClusterRecord>({ kind: "handover.ready", ...about });

  // 2. Offer it, for as long as silence would take; the secondary asks the witness.
  running.heartbeat.stop();
  const answers = host.open(handoverPort(machine));
  const untilNs = host.clock.monotonic() + detection.timeout;
  let isTaken = false;
  while (!isTaken && host.clock.monotonic() < untilNs) {
    const offer = encodeHandover({ type: "offer", machine, term });
    network.send(host, running.secondary, handoverPort(machine), offer);
    const answer = yield* race({ answer: answers.receive() }, OFFER_RETRY_NS);
    if (answer.key === "timeout") continue;
    const message = decodeHandover(answer.value.bytes);
    isTaken = message?.type === "taken" && message.machine === machine && message.term === term;
  }
  host.close(handoverPort(machine));
  return isTaken ? { reason: "handed over", granted: false } : failed;
}

/** Waits until whoever decides has confirmed the term of the primary; tells how its protection ends before. */
function* untilDecidable(
  protection: Protection,
  node: MachineNode,
  { process, heartbeat }: RunningProtection,
): Process<ProtectionEnd | undefined> {
  const { engine, machine } = protection;
  const { host } = node;
  const asking = engine.spawn(`${machine} on ${host.name}: confirmation`, host.owner, () =>
    confirmTerm(protection, node),
  );
  const end = yield* race({
    silent: heartbeat.suspected.wait(),
    refused: process.join(),
    answer: asking.join(),
  });
  // A term that is not confirmed is over, and its protection with it.
  if (end.key === "answer") return end.value ? undefined : { reason: "handover failed" };
  asking.kill();
  host.close(verdictPort(machine));
  return { reason: reasonOf(end.key) };
}

/** Ends replication with a last checkpoint, or, where there is none to be had, with the machine stopped. */
function* standStill(
  { engine, machine }: Protection,
  { host, vm }: MachineNode,
  { replication, process, heartbeat }: RunningProtection,
): Process<boolean> {
  const silent = heartbeat.suspected.wait();
  if (replication.last === undefined || replication.atRest === undefined) {
    process.kill();
    replication.end?.();
    if (!vm.paused) yield* vm.pause();
    return true;
  }
  const rest = yield* race({ silent, refused: process.join(), rest: replication.atRest.wait() });
  if (rest.key !== "rest") return false;
  process.kill();
  const name = `${machine} on ${host.name}: last checkpoint`;
  const last = engine.spawn(name, host.owner, () => replication.last!());
  const end = yield* race({ silent, last: last.join() });
  last.kill();
  return end.key === "last" && end.value === "committed";
}
