import type { Process, ProcessHandle } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import { ms, type Nanoseconds } from "../sim/time.ts";
import { decodeHandover, encodeHandover, handoverPort } from "./handover-message.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { MachineNode } from "./machine-node.ts";
import type { Protection } from "./protection.ts";
import type { ClusterRecord } from "./records.ts";
import type { PrimaryReplication } from "./scheme.ts";

/** How long an offer waits for its answer before it is made again. */
export const OFFER_RETRY_NS: Nanoseconds = ms(20);

/** What runs at the primary for its protection. */
export interface RunningProtection {
  readonly secondary: string;
  readonly replication: PrimaryReplication;
  readonly process: ProcessHandle<"refused">;
  readonly heartbeat: Heartbeat;
}

/**
 * Hands a machine over to its secondary on purpose, as maintenance and migration do: nothing is lost and
 * nothing repeated, unless a host fails on the way.
 *
 * Who serves is decided as ever, by the witness. The offer only spares the secondary the silence that it
 * would wait for; an offer, or an answer, that is lost costs time and nothing else.
 *
 * @returns True if the secondary has said that it serves. False if it is for the witness to say who does:
 *   the machine may stand still then.
 */
export function* handOver(
  protection: Protection,
  node: MachineNode,
  running: RunningProtection,
): Process<boolean> {
  const { engine, network, machine, detection } = protection;
  const { host, term } = node;
  const about = { machine, host: host.name, term, secondary: running.secondary };
  yield* engine.announce<ClusterRecord>({ kind: "handover.started", ...about });

  // 1. Bring the machine to a standstill in a state that the secondary has.
  if (!(yield* standStill(protection, node, running))) return false;
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
  return isTaken;
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
