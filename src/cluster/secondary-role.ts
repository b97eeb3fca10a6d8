import type { SecondarySide } from "../checkpoint/secondary-side.ts";
import { stateDigest } from "../checkpoint/state-digest.ts";
import type { Datagram } from "../host/datagram.ts";
import { assert } from "../sim/assert.ts";
import type { Channel } from "../sim/channel.ts";
import type { Process } from "../sim/process.ts";
import { race } from "../sim/race.ts";
import { startVolumeWriter } from "./fencing/volume-writer.ts";
import { decodeHandover, encodeHandover, handoverPort } from "./handover-message.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { MachineNode } from "./machine-node.ts";
import { claimNextTerm, heartbeatWith, streamsWith } from "./peer.ts";
import type { Protection } from "./protection.ts";
import type { ClusterRecord } from "./records.ts";
import type { SecondaryReplication } from "./scheme.ts";

/** What a secondary does: follow the primary, and stand in for it when it is gone. */
export function* secondaryRole(
  protection: Protection,
  node: MachineNode,
  primary: string,
): Process {
  const { engine, machine, scheme } = protection;
  const { host, vm, image, inbox, gate, digest } = node;
  const about = (): { machine: string; host: string; term: number } => ({
    machine,
    host: host.name,
    term: node.term,
  });

  // 1. Receive checkpoints until the primary is silent, or hands the machine over.
  const streams = streamsWith(protection, node, primary);
  const [stream, ...moreStreams] = streams;
  const side: SecondarySide = {
    ...{ engine, host, machine, term: node.term },
    ...{ vm, image, inbox, gate, stream, moreStreams, digest },
  };
  const replication = scheme.secondary(side);
  node.replication = replication;
  const process = engine.spawn(`${machine} on ${host.name}: reception`, host.owner, () =>
    replication.run(),
  );
  const heartbeat = heartbeatWith(protection, node, primary, streams);
  const offers = host.open(handoverPort(machine));
  const isOffered = yield* untilOffered(offers, heartbeat, { machine, term: node.term });
  host.close(handoverPort(machine));
  if (isOffered) yield* engine.announce<ClusterRecord>({ kind: "handover.received", ...about() });

  // 2. Stop receiving: nothing is acknowledged from here on, so a primary that still lives releases
  //    nothing that this host does not have.
  process.kill();
  replication.close?.();
  heartbeat.stop();
  for (const each of streams) each.close();
  if (!image.complete || (replication.onlyIfOffered === true && !isOffered)) {
    yield* abandon("no complete checkpoint");
    return;
  }

  // 3. Ask for the next term.
  const granted = yield* claimNextTerm(protection, node, { peer: primary, isAgreed: isOffered });
  if (!granted) {
    yield* abandon("the primary goes on alone");
    return;
  }
  if (isOffered) {
    const taken = encodeHandover({ type: "taken", machine, term: node.term });
    protection.network.send(host, primary, handoverPort(machine), taken);
  }
  node.term += 1;
  yield* promote(protection, node, primary, replication);

  function* abandon(reason: string): Process {
    node.role = "abandoned";
    // Nobody hears it, but a machine that runs for nobody is not left running.
    if (vm.started && !vm.paused) yield* vm.pause();
    yield* engine.announce<ClusterRecord>({ kind: "stand-by.abandoned", reason, ...about() });
  }
}

/** Waits until the primary is silent, or offers the machine: true. */
function* untilOffered(
  offers: Channel<Datagram>,
  heartbeat: Heartbeat,
  { machine, term }: { readonly machine: string; readonly term: number },
): Process<boolean> {
  for (;;) {
    const end = yield* race({ silent: heartbeat.suspected.wait(), offer: offers.receive() });
    if (end.key === "silent") return false;
    const offer = decodeHandover(end.value.bytes);
    if (offer?.type === "offer" && offer.machine === machine && offer.term === term) return true;
  }
}

/**
 * Makes the stand-by machine the one that serves: in the state of the last committed epoch, or what was
 * replayed since, or, if it ran and was compared with the primary, in its own.
 */
function* promote(
  protection: Protection,
  node: MachineNode,
  from: string,
  replication: SecondaryReplication,
): Process {
  const { engine, clients, machine } = protection;
  const { host, image, vm, gate, term } = node;
  const { epoch } = image;
  const about = { machine, host: host.name, term, epoch };
  yield* engine.announce<ClusterRecord>({ kind: "failover.started", from, ...about });

  // 1. Bring memory to the last committed epoch; load its registers.
  yield* replication.settle();
  const epochTerm = image.term;
  if (replication.runsOn === true) {
    assert(vm.started, "only a machine that runs goes on");
    yield* engine.announce<ClusterRecord>({ kind: "failover.running", epochTerm, ...about });
  } else {
    if (replication.load === undefined) vm.guest.loadRegisters(image.registers);
    else yield* replication.load();
    const split = replication.load === undefined ? {} : ({ split: true } as const);
    const digest = stateDigest(replication.digest ?? node.digest, vm.guest.saveRegisters());
    const { position } = replication;
    const at = position === undefined ? {} : { position };
    yield* engine.announce<ClusterRecord>({
      kind: "failover.loaded",
      ...{ epochTerm, digest, ...about, ...at, ...split },
    });
    yield* host.compute(host.profile.promoteNs);
  }

  // 2. Start the processor, unless it runs; alone, so with an open gate.
  node.role = "primary";
  gate.open(term);
  replication.serve?.();
  if (!vm.started) vm.start();
  else if (vm.paused) {
    vm.wake();
    vm.resume();
  }
  for (const packet of replication.takeUnsent?.() ?? []) gate.push(packet);
  startVolumeWriter(protection, node);

  // 3. Take over the machine's address.
  clients.announce(machine, host);
  yield* engine.announce<ClusterRecord>({ kind: "failover.serving", from, ...about });
  yield* replication.whole?.() ?? [];
  node.alone = true;
}
