import { StandinRangeError } from "../../sim/errors.ts";

/** A moment in a run that has a name: the kind of the trace record that marks it. */
export interface Point {
  /** Kind of the record. */
  readonly kind: string;
  /**
   * True if the process that makes the record gives way right after it, so that the point lies
   * exactly between two steps of its protocol; such a process can be held there.
   */
  readonly announced: boolean;
  /** What has just happened, in one line. */
  readonly meaning: string;
}

/** Most characters of an unknown kind that a message shows. */
const SHOWN_CHARS_MAX = 60;

const announced = (kind: string, meaning: string): Point => ({ kind, announced: true, meaning });
const noted = (kind: string, meaning: string): Point => ({ kind, announced: false, meaning });

/** Every point that the library knows, in the order in which a run meets them. */
export const points: readonly Point[] = [
  // Checkpoints, at the primary
  announced("synchronisation.started", "the primary begins to copy its memory while it runs"),
  announced("synchronisation.round", "a round of the first copy begins"),
  announced("checkpoint.started", "the primary begins a checkpoint"),
  announced("forwarding.round", "pages are about to be sent long before the checkpoint"),
  announced("brownout.round", "a round of sending dirty pages while the machine runs begins"),
  announced("quiesce.started", "the primary is about to bring input or storage to rest"),
  announced("quiesce.reached", "all that is to rest does, or the time that it has is over"),
  announced("checkpoint.paused", "the machine stands still for the checkpoint"),
  announced("checkpoint.collected", "the dirty pages are known and marked clean"),
  announced("checkpoint.copied", "the dirty pages and registers are copied aside"),
  announced("checkpoint.resumed", "the machine runs again; nothing is sent yet"),
  announced("bring-up.group", "a group of the first copy goes with the checkpoint"),
  announced("group.sent", "the primary has handed over one group of pages to be sent"),
  announced("commit.sent", "the primary has handed over the commit record to be sent"),
  announced("checkpoint.acknowledged", "the primary knows that the secondary has the checkpoint"),
  announced("checkpoint.aborted", "the primary learns that the secondary refused the checkpoint"),
  // Checkpoints, at the secondary
  announced("group.staged", "the secondary has put one group of pages aside"),
  announced("group.swapped", "a group of pages is in memory before its checkpoint is committed"),
  announced("swap.undone", "what was in memory of an uncommitted checkpoint is out of it again"),
  announced("groups.missing", "the secondary asks again for groups that have not come unharmed"),
  announced("checkpoint.committed", "the checkpoint has replaced the previous one"),
  announced("bring-up.committed", "a part of the first copy of memory has come to stay"),
  announced("acknowledgement.sent", "the secondary has handed over its acknowledgement to be sent"),
  announced("group.applied", "the secondary has copied one group of committed pages to memory"),
  announced("checkpoint.applied", "the secondary's memory holds all of the checkpoint"),
  announced("bring-up.applied", "the secondary's memory holds a part more of the first copy"),
  announced("disk.flushed", "a stand-in's disk holds all that was committed"),
  announced("ready.sent", "the secondary has handed over the notice that it has come to rest"),
  announced("checkpoint.rejected", "the secondary refuses a checkpoint that is not whole"),
  announced("checkpoint.discarded", "a stand-in forgets a checkpoint that never was committed"),
  // Logs that are replayed
  noted("log.marked", "the log goes on from the state of a checkpoint"),
  noted("stretch.recorded", "the state of the machine at a position of its log, for checks"),
  announced("log.sent", "the primary has handed over a batch of log entries to be sent"),
  noted("log.full", "the machine stands still until the secondary has taken more of its log"),
  noted(
    "log.throttled",
    "the machine gets another share of its processor, for the secondary's lag",
  ),
  noted("output.failed", "the machine has sent what is an error"),
  announced("log.stored", "the secondary has kept a batch of log entries"),
  announced("log.rejected", "the secondary asks again for log entries that have not come unharmed"),
  announced("log.failed", "the secondary knows of an error in the output"),
  noted("log.cut", "the secondary forgets what a checkpoint contains"),
  announced("replay.started", "a stand-in is about to replay the log since its checkpoint"),
  noted("request.replayed", "a request is given to the machine that replays"),
  noted("stretch.replayed", "the state of the replaying machine at a position, for checks"),
  announced("replay.diverged", "the replay has come to something else than the log says"),
  announced("replay.finished", "a stand-in has replayed all that had arrived of the log"),
  announced("shadow.paused", "a shadow has stopped before an error"),
  // Comparing
  noted("comparison.sent", "a host has handed over what it tells the other to compare with"),
  announced("stand-by.loaded", "a stand-by that runs goes on in the state of a checkpoint"),
  noted("output.mirrored", "a stand-by's machine sent a packet, which its silent card keeps"),
  noted("output.matched", "both machines have sent a packet; the primary's is about to leave"),
  noted("output.diverged", "the machines differ in a packet"),
  noted("output.dropped", "a stand-by drops a packet that the primary sends"),
  noted("output.taken-over", "a stand-in sends what its machine sent while it was silent"),
  // Output
  noted(
    "output.bypass-allowed",
    "a machine is booted whose packets to a client may bypass the gate",
  ),
  noted("output.bypassed", "a packet that promises nothing leaves at once"),
  noted("output.held", "the machine sent a packet, which is held back"),
  noted("output.released", "a packet of the machine is let out"),
  noted("output.discarded", "a packet of the machine is thrown away"),
  // Start of protection
  noted(
    "firmware.reserved",
    "a machine is booted on a host whose firmware has kept a range of memory",
  ),
  announced("start.requested", "somebody wants a machine protected that runs on its bare host"),
  announced("start.driver-loaded", "the driver has found the reserved range in the memory map"),
  announced(
    "start.tables-placed",
    "a monitor with its translation tables is in the reserved range",
  ),
  announced("start.entered", "the running system has become the monitor's guest and goes on"),
  announced("start.prepared", "the host that is to stand by has booted the machine and waits"),
  announced(
    "start.brownout",
    "the primary knows that the secondary waits; copying is about to begin",
  ),
  announced("start.mirrored", "the primary knows that the secondary has the whole machine"),
  announced("start.cancelled", "the machine runs on its bare host again, unprotected"),
  // Roles
  noted("witness.registered", "the witness knows who serves a machine at first"),
  announced("protection.started", "the primary begins to protect a machine"),
  noted("path.silent", "a host hears nothing of its peer on one of several paths"),
  noted("path.heard", "a host hears its peer again on a path that was silent"),
  noted("failure.suspected", "a host takes its silent peer for dead"),
  announced("term.requested", "a host is about to ask the witness whether it may serve"),
  noted("witness.granted", "the witness has named a host; its answer is not sent yet"),
  noted("witness.refused", "the witness has turned a host down; its answer is not sent yet"),
  noted("fence.installed", "a machine is fenced otherwise than by the witness alone"),
  noted("fence.needs", "a machine's fence depends on a host"),
  announced("power.ordered", "a claimant is about to order its peer's power off"),
  announced("power.cut", "a controller has cut its host's power, and is about to confirm it"),
  announced("power.confirmed", "a claimant knows that its peer is off, and is about to serve"),
  announced("power.unconfirmed", "a claimant is about to serve on the witness's word alone"),
  noted("power.spared", "a claimant does not shoot its peer, which stands back by agreement"),
  noted("array.written", "the array has stored a page of a machine's disk"),
  noted("array.refused", "the array has refused a page that came with a key not in force"),
  announced("protection.lost", "the primary is about to go on alone, without a secondary"),
  announced(
    "handover.ordered",
    "the primary is to hand the machine over, and asks the witness first",
  ),
  announced("handover.started", "the primary begins to hand the machine over to its secondary"),
  announced("handover.ready", "the machine stands still and is about to be offered"),
  announced("handover.received", "the secondary is offered the machine"),
  noted("migration.ordered", "somebody wants a machine moved to another host"),
  announced("migration.started", "a host is told to let its machine go to another one"),
  announced("migration.summoned", "the source is about to tell the target to stand by"),
  announced("migration.ready", "the target has booted the machine and follows the source"),
  announced("migration.round", "a round of sending memory while the machine runs begins"),
  announced("migration.round-over", "all of a round has left but what was written again"),
  announced("migration.applied", "the target has put a group of pages into memory"),
  announced("migration.stopped", "the machine stands still at the source for the last time"),
  announced("migration.received", "the target has the registers, and none of the memory"),
  announced("migration.serving-pages", "the source is about to send the memory after the machine"),
  announced("page.awaited", "the machine stands still for a page that has not come"),
  announced("page.fetched", "the page has come that the machine stood still for"),
  announced("migration.whole", "all of the memory has come"),
  announced("migration.stayed", "the machine stays at the source, which serves alone"),
  announced("migration.left", "nothing of the machine is left at the source"),
  noted("machine.removed", "what was left of a machine is taken off its host"),
  announced("machine.fenced", "a primary that was replaced is about to fall silent"),
  announced("stand-by.abandoned", "a secondary has given its copy up"),
  announced("failover.started", "a secondary begins to stand in"),
  announced("failover.loaded", "the stand-in has the state that it goes on from"),
  announced("failover.running", "a stand-in whose machine runs goes on in its own state"),
  announced("failover.serving", "the stand-in runs and has claimed the machine's address"),
  // Coordinators of clusters
  noted("coordinator.host", "a host comes under a coordinator"),
  noted("coordinator.started", "a coordinator begins to decide, after hearing its hosts"),
  noted("coordinator.order", "a coordinator is about to send an order to a host"),
  noted("machine.placed", "a new machine was booted on a host that the rules allow"),
  noted("placement.none", "a coordinator finds no host for a second copy"),
  announced("stand-by.booted", "a host has booted a machine to stand by, on order"),
  noted("maintenance.started", "a host is to be left empty"),
  noted("maintenance.ended", "a host may be used again"),
  noted("host.evacuated", "nothing is left on a host that is to be empty"),
  noted("operation.done", "an operator of a planned cluster has done something, or was refused"),
  // Pooled memory
  noted("partition.made", "a pool has made room for a machine, which is in it"),
  noted("partition.host", "a host may come to run a machine whose memory is in a pool"),
  noted("partition.lost", "a pool has lost power, and a machine's memory with it"),
  announced(
    "access.given",
    "a pool has given write access to another host; its answer is not sent",
  ),
  noted("access.refused", "a pool has refused a host whose term is over"),
  announced("stand-by.mapped", "a new secondary has the machine's memory mapped read-only"),
  noted("secondary.lost", "the primary hears that its secondary has fallen silent"),
  announced(
    "lease.lapsed",
    "a primary that the pool has not answered is about to stop the machine",
  ),
  announced("lease.regained", "the pool has answered, and the machine is about to go on"),
  noted("memory.stalled", "a processor stands still because its memory does not answer"),
  noted("machine.lost", "a machine is gone with the pool that had its memory"),
  // Duplication
  announced("duplication.started", "the source's host is about to ask the targets"),
  announced("duplication.accepted", "a target can take a machine like the source"),
  announced("duplication.paused", "the source stands still for the copy"),
  announced(
    "duplication.copied",
    "registers are copied and pages protected; the source still stands",
  ),
  announced("duplication.resumed", "the source runs again; nothing is sent yet"),
  announced("duplication.sent", "the source's host has handed over the end of a copy to be sent"),
  announced("duplication.received", "a target has a whole machine, which does not run"),
  announced("duplication.configured", "the drivers of a duplicate have looked for its profile"),
  announced("duplication.serving", "a duplicate runs and has claimed its own address"),
  announced("duplication.failed", "a target has given its duplicate up"),
  announced("duplication.abandoned", "the source's host does not duplicate: nothing was done"),
  announced("duplication.finished", "the source's host has forgotten the copy"),
  // Clients
  noted("request.invoked", "a client sends a request for the first time"),
  noted("request.retried", "a client sends a request again"),
  noted("request.delivered", "a request has reached the machine that executes it"),
  noted("input.refused", "a machine is told that there is no input, whatever comes"),
  noted("input.taken", "a machine gets its input again, with what has waited"),
  noted("request.acknowledged", "a client has the reply to a request"),
  noted("reply.repeated", "a client gets a reply that it has already"),
  noted("console.received", "a console has got something that a machine printed"),
  noted("console.diverged", "a machine has printed something else than it had printed before"),
  // Hosts and links
  noted("host.crashed", "a host has lost power"),
  noted("host.restarted", "a host has power again; its programs are about to start"),
  noted("host.paused", "a host keeps still"),
  noted("host.resumed", "a host goes on"),
  noted("host.processor-share", "a host has got another share of its processor"),
  noted("clock.changed", "a host's clock has jumped or changed its speed"),
  noted("link.sent", "a packet is handed to a wire"),
  noted("link.delivered", "a packet has arrived"),
  noted("link.dropped", "a packet is lost"),
  noted("link.duplicated", "a packet is going to arrive twice"),
  noted("link.corrupted", "a packet is going to arrive damaged"),
  noted("link.partitioned", "one direction of a link is cut"),
  noted("link.healed", "one direction of a link is mended"),
  noted("link.changed", "one direction of a link has other properties"),
  noted("stream.retransmitted", "a stream sends a segment again"),
  noted("stream.rejected", "a stream drops a segment that is damaged or not for it"),
  noted("address.moved", "the switch knows another host for a machine's address"),
  noted("reply.foreign", "a packet to a client of another machine is dropped"),
  noted("cable.cut", "a host is cut off from the clients"),
  noted("cable.mended", "a host has its way to the clients back"),
  // Fault plans
  noted("fault.started", "a fault of the plan has begun"),
  noted("fault.ended", "a fault of the plan is over"),
  noted("fault.skipped", "a fault of the plan is left out, to spare the last copy"),
];

const BY_KIND: ReadonlyMap<string, Point> = new Map(points.map((point) => [point.kind, point]));

/**
 * The point of this name.
 *
 * @param ownKinds Kinds of records that the caller's own processes announce.
 * @param where What the message begins with.
 * @throws StandinRangeError `POINT` if neither the library nor the caller has it.
 */
export function pointOf(kind: string, ownKinds: readonly string[], where: string): Point {
  const known = BY_KIND.get(kind);
  if (known !== undefined) return known;
  if (ownKinds.includes(kind)) return { kind, announced: true, meaning: "the caller's own" };
  const prefix = `${kind.split(".", 1)[0] ?? ""}.`;
  const similar = points.filter((point) => point.kind.startsWith(prefix));
  const listed = (similar.length > 0 ? similar : points.filter((point) => point.announced))
    .map((point) => point.kind)
    .join(", ");
  const shown = kind.length > SHOWN_CHARS_MAX ? `${kind.slice(0, SHOWN_CHARS_MAX)}...` : kind;
  throw new StandinRangeError(
    "POINT",
    `${where}: expected the name of a point, such as ${listed}, got ${JSON.stringify(shown)}`,
  );
}
