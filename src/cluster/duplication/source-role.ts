import type { Host } from "../../host/host.ts";
import { ReliableStream } from "../../host/reliable-stream.ts";
import type { Process } from "../../sim/process.ts";
import { race } from "../../sim/race.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { MachineNode } from "../machine-node.ts";
import type { Protection } from "../protection.ts";
import { machineDigest } from "./machine-digest.ts";
import { decodeTargetMessage, encodeSourceMessage, type SourceMessage } from "./message.ts";
import type { DuplicationDefects } from "./options.ts";
import type { DuplicationRecord } from "./records.ts";
import { Snapshot } from "./snapshot.ts";
import { duplicationPort } from "./target-role.ts";

/** What a source works with. */
export interface SourceJob {
  readonly protection: Protection;
  /** The machine where it is served. */
  readonly node: MachineNode;
  /** Name of its image. */
  readonly image: string;
  readonly targets: readonly Host[];
  readonly operation: number;
  readonly patienceNs: Nanoseconds;
  readonly broken: DuplicationDefects;
}

/** One target, as the source sees it. */
interface Line {
  readonly target: string;
  readonly stream: ReliableStream;
}

/**
 * What the host of a running machine does to duplicate it: stops it for a moment, takes one copy, and sends
 * that to all targets while the machine serves. Whatever becomes of them, the machine goes on.
 *
 * Source: US11620196; the copy is taken on write, as in US8549241.
 */
export function* sourceRole(job: SourceJob): Process {
  const { protection, node, image, operation, patienceNs, broken } = job;
  const { engine, network, machine } = protection;
  const { vm, host, digest } = node;
  const about = { machine, host: host.name, operation };
  const lines = job.targets.map(({ name }): Line => {
    const port = duplicationPort(operation, name);
    return {
      target: name,
      stream: new ReliableStream({ engine, network, host, peer: name, port }),
    };
  });

  // 1. Ask the targets. As long as nobody has accepted nothing is done to the machine.
  yield* engine.announce<DuplicationRecord>({
    kind: "duplication.started",
    targets: lines.length,
    ...about,
  });
  const accepted = yield* each(lines, invite);
  const { duplication } = vm.guest;
  if (accepted.length === 0 || !node.serving || duplication === undefined) {
    close();
    const reason = node.serving ? "no target takes it" : "nobody serves it here";
    yield* engine.announce<DuplicationRecord>({ kind: "duplication.abandoned", reason, ...about });
    return;
  }

  // 2. Stop the machine at a boundary.
  const heldAtNs = engine.now;
  yield* vm.hold();
  yield* host.compute(host.profile.suspendNs);
  yield* engine.announce<DuplicationRecord>({ kind: "duplication.paused", ...about });

  // 3. The copy: registers now, pages from now on as they are now.
  const reserved = broken.profileOverwritten === true ? undefined : duplication.reserved;
  const live = broken.copiedWhileRunning === true;
  const snapshot = new Snapshot({ engine, host, vm, reserved, live });
  yield* snapshot.settle();
  yield* engine.announce<DuplicationRecord>({
    kind: "duplication.copied",
    pages: snapshot.size,
    digest: machineDigest(digest, snapshot.registers, duplication.reserved),
    ...about,
  });

  // 4. The machine goes on.
  yield* host.compute(host.profile.resumeNs);
  vm.letGo();
  yield* engine.announce<DuplicationRecord>({
    kind: "duplication.resumed",
    pauseNs: engine.now - heldAtNs,
    ...about,
  });

  // 5. Copy and send, to all at the same time.
  engine.spawn(`${machine} on ${host.name}: snapshot`, host.owner, () => snapshot.copy());
  yield* each(accepted, deliver);

  // 6. Forget the copy.
  snapshot.release();
  close();
  yield* engine.announce<DuplicationRecord>({ kind: "duplication.finished", ...about });

  function close(): void {
    for (const { stream } of lines) stream.close();
  }

  /** Does the same for several targets at once. @returns Those for which it came to a good end. */
  function* each(
    some: readonly Line[],
    work: (line: Line) => Process<boolean>,
  ): Process<readonly Line[]> {
    const processes = some.map((line) => {
      const name = `${machine} on ${host.name}: duplicate to ${line.target}`;
      return { line, process: engine.spawn(name, host.owner, () => work(line)) };
    });
    const good: Line[] = [];
    for (const { line, process } of processes) if (yield* process.join()) good.push(line);
    return good;
  }

  function* invite(line: Line): Process<boolean> {
    const regionPages = vm.guest.memory.regions.map(({ pageCount }) => pageCount);
    const offer = encodeSourceMessage({ type: "offer", image, regionPages });
    return yield* until(line, "accepted", () => line.stream.send(offer));
  }

  function* deliver(line: Line): Process<boolean> {
    return yield* until(line, "whole", () => send(line));
  }

  function* send({ target, stream }: Line): Process {
    const { regionPages, groups, size } = snapshot;
    yield* tell({ type: "begin", regionPages });
    for (let group = 1; group <= groups; group += 1) {
      const pages = yield* snapshot.group(group);
      yield* host.compute(pages.length * host.profile.sendPageNs);
      yield* tell({ type: "pages", group, pages });
    }
    const registers = live ? vm.guest.saveRegisters() : snapshot.registers;
    yield* tell({ type: "commit", groups, pages: size, registers });
    yield* engine.announce<DuplicationRecord>({ kind: "duplication.sent", to: target, ...about });

    function tell(message: SourceMessage): Process {
      return stream.send(encodeSourceMessage(message));
    }
  }

  /** Lets `work` go on until the target says what is waited for; or no, or nothing for too long. */
  function* until(
    { target, stream }: Line,
    word: "accepted" | "whole",
    work: () => Process,
  ): Process<boolean> {
    const process = engine.spawn(`${machine} on ${host.name}: send to ${target}`, host.owner, work);
    for (;;) {
      const heard = { bytes: stream.receive(), replaced: stream.replaced.wait() };
      const next = yield* race(heard, patienceNs);
      const said = next.key === "bytes" ? decodeTargetMessage(next.value)?.type : undefined;
      if (said === "taken") continue;
      process.kill();
      return said === word;
    }
  }
}
