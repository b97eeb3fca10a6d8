import { copyGuest } from "../../guest/copy-guest.ts";
import type { GuestImage } from "../../guest/guest.ts";
import { decodeProfile } from "../../guest/profile.ts";
import type { Host } from "../../host/host.ts";
import { ReliableStream } from "../../host/reliable-stream.ts";
import type { Process } from "../../sim/process.ts";
import { sleep } from "../../sim/process.ts";
import { race } from "../../sim/race.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import { MachineNode } from "../machine-node.ts";
import { claimNextTerm } from "../peer.ts";
import type { Protection } from "../protection.ts";
import { Construction } from "./construction.ts";
import type { Duplicate } from "./duplicate.ts";
import { decodeSourceMessage, encodeTargetMessage, type TargetMessage } from "./message.ts";
import type { DuplicationDefects } from "./options.ts";
import type { DuplicationRecord } from "./records.ts";

/** What a target works with. */
export interface TargetJob {
  /** Of the duplicate; its machine is the address that the profile gives it. */
  readonly protection: Protection;
  readonly image: GuestImage;
  readonly host: Host;
  /** The source's name and address, and the host that it runs on. */
  readonly source: string;
  readonly sourceHost: string;
  readonly operation: number;
  readonly patienceNs: Nanoseconds;
  readonly roomBytes: number;
  readonly broken: DuplicationDefects;
  readonly duplicate: Duplicate;
  /** The duplicate runs. */
  readonly onRunning: (node: MachineNode, protection: Protection) => void;
}

/** The port of both ends of the stream between a source and one target. */
export function duplicationPort(operation: number, target: string): string {
  return `duplicate ${operation} to ${target}`;
}

/**
 * What a target does: takes the copy into a machine that does not run, lets that find its profile, and
 * resumes it as a machine of its own; or forgets it.
 *
 * Source: US11620196.
 */
export function* targetRole(job: TargetJob): Process {
  const { protection, image, host, source, sourceHost, operation, duplicate, broken } = job;
  const { engine, network } = protection;
  const about = { machine: source, host: host.name, operation };
  const port = duplicationPort(operation, host.name);
  const stream = new ReliableStream({ engine, network, host, peer: sourceHost, port });
  const profile = host.protectedMemory.load(source) ?? new Uint8Array(0);
  const found = decodeProfile(profile);
  if (typeof found === "string") {
    yield* fail(`the profile is ${found}`);
    return;
  }
  const { roomBytes } = job;
  const takesProtected = broken.profileOverwritten === true;
  const machine = new Construction({ image, profile, roomBytes, takesProtected });

  // 1. Take what comes until all of it is there. Nothing that came so far is a machine.
  const refusal = yield* receive(machine);
  if (refusal !== undefined) {
    yield* fail(refusal);
    return;
  }

  // 2. Whole. The source is needed no more.
  duplicate.reach("whole");
  const { stateDigest: digest, profileDigest } = machine;
  yield* engine.announce<DuplicationRecord>({
    kind: "duplication.received",
    digest,
    profile: profileDigest,
    ...about,
  });
  engine.spawn(`${port}: whole`, host.owner, () => farewell({ type: "whole" }));

  // 3. Drivers find the profile, and the machine is another one.
  const misfit = machine.configure();
  if (misfit !== undefined && broken.driverIgnored !== true) {
    yield* fail(misfit);
    return;
  }
  const { address = source, hostName = "" } = machine.identity;
  yield* engine.announce<DuplicationRecord>({
    kind: "duplication.configured",
    address,
    hostName,
    ...about,
  });
  duplicate.reach("configured");

  // 4. Nobody else may have its address: the witness knows who serves under it.
  const isHasty = broken.resumedUnconfigured === true;
  const own = { ...protection, machine: isHasty ? source : address };
  const node = nodeOf(own);
  const granted = isHasty || (yield* claimNextTerm(own, node));
  if (!granted) {
    node.role = "abandoned";
    protection.clients.unlisten(own.machine, host);
    yield* fail(`${own.machine} is served by another`);
    return;
  }
  node.term += 1;

  // 5. Resume, alone, so with an open gate; clients find it at its own address.
  copyGuest(machine.guest, node.vm.guest);
  yield* host.compute(host.profile.promoteNs);
  node.gate.open(node.term);
  node.alone = true;
  node.vm.start();
  protection.clients.announce(own.machine, host);
  job.onRunning(node, own);
  const { term } = node;
  const serves = { machine: own.machine, host: host.name, operation, term };
  yield* engine.announce<DuplicationRecord>({
    kind: "duplication.serving",
    ...serves,
    source,
    from: sourceHost,
  });

  /** @returns Why the copy is not whole, if it is not. */
  function* receive(into: Construction): Process<string | undefined> {
    for (;;) {
      // A source waits for all its targets: they are given time for that, too.
      const next = yield* race({ bytes: stream.receive() }, 2 * job.patienceNs);
      if (next.key === "timeout") return `${sourceHost} is silent`;
      const message = decodeSourceMessage(next.value);
      if (message === undefined) return "what came is no message";
      let misfits: string | undefined;
      switch (message.type) {
        case "offer":
          misfits = into.offered(message);
          if (misfits === undefined) yield* accept(into);
          break;
        case "begin":
          misfits = into.begin(message);
          break;
        case "pages":
          misfits = into.take(message);
          yield* host.compute(message.pages.length * host.profile.applyPageNs);
          if (misfits === undefined) tell({ type: "taken", group: message.group });
          break;
        case "commit":
          return into.commit(message);
      }
      if (misfits !== undefined) return misfits;
    }
  }

  function* accept(into: Construction): Process {
    duplicate.reach("accepted");
    const { address: wanted } = duplicate.profile;
    const has = { address: wanted, profile: into.profileDigest };
    yield* engine.announce<DuplicationRecord>({ kind: "duplication.accepted", ...has, ...about });
    tell({ type: "accepted" });
  }

  /** Has a message sent; nobody waits for a source that may be gone. */
  function tell(message: TargetMessage): void {
    const bytes = encodeTargetMessage(message);
    engine.spawn(`${port}: ${message.type}`, host.owner, () => stream.send(bytes));
  }

  /** The last message: the stream is kept for a while, so that it arrives. */
  function* farewell(message: TargetMessage): Process {
    tell(message);
    yield* sleep(job.patienceNs);
    stream.close();
  }

  function* fail(reason: string): Process {
    duplicate.fail(reason);
    yield* engine.announce<DuplicationRecord>({ kind: "duplication.failed", reason, ...about });
    yield* farewell({ type: "refused", reason: reason.slice(0, 200) });
  }

  function nodeOf({ engine, clients, machine: name, scheme }: Protection): MachineNode {
    const { release } = scheme;
    const at = { engine, clients, machine: name, host, image, term: 0 };
    return new MachineNode({ ...at, role: "primary", release });
  }
}
