import type { CheckpointRecord } from "../../checkpoint/records.ts";
import { stateDigest } from "../../checkpoint/state-digest.ts";
import type { PoolWindow } from "../../host/pool/pool-window.ts";
import { QUANTUM_NS } from "../../host/virtual-machine.ts";
import { assert } from "../../sim/assert.ts";
import type { Process } from "../../sim/process.ts";
import { race } from "../../sim/race.ts";
import { Signal } from "../../sim/signal.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { MachineNode } from "../machine-node.ts";
import type { ClusterRecord } from "../records.ts";
import type { Answer, Asked, PoolPort } from "./pool-port.ts";
import type { PooledProtection } from "./pooled-protection.ts";
import type { PooledRecord } from "./records.ts";
import type { WriteLease } from "./write-lease.ts";

/** What a primary works with. */
export interface PooledPrimaryParts {
  readonly protection: PooledProtection;
  readonly node: MachineNode;
  readonly port: PoolPort;
  readonly window: PoolWindow;
  readonly lease: WriteLease;
  /** Who stands by at first; undefined if somebody is still to be appointed. */
  readonly secondary?: string;
}

/** Whose turn it is to end. */
type Standing = "holder" | "replaced";

/**
 * What the host does that has write access to a machine's partition: it runs the machine, ends epochs by
 * commits in the pool, lets output go when the pool has confirmed them, and appoints a secondary. It ends
 * when the pool refuses it, for then somebody else serves.
 *
 * All its output is held, whether or not anybody stands by: what is committed in the pool survives every
 * host. Nothing of the machine crosses any link between hosts.
 *
 * Source: US9996440.
 */
export class PooledPrimary {
  readonly #parts: PooledPrimaryParts;
  /** Set when a store of the machine was refused. */
  readonly #revoked: Signal;
  #secondary: string | undefined;
  #epoch = 1;
  #heardAtNs: Nanoseconds;
  /** What the virtual processor owes for the pages that got new frames. */
  #dueNs: Nanoseconds = 0;

  constructor(parts: PooledPrimaryParts) {
    const { protection, node } = parts;
    this.#parts = parts;
    const name = `${protection.machine} on ${node.host.name}: write access revoked`;
    this.#revoked = new Signal(protection.engine, name);
    this.#secondary = parts.secondary;
    this.#heardAtNs = node.host.clock.monotonic();
  }

  /** Serves; the machine runs and its gate holds. Returns when it has fallen silent for good. */
  *run(): Process {
    const { protection, node, window, lease } = this.#parts;
    const { engine, scheme } = protection;
    const { vm, host } = node;
    vm.setPenalty(host.profile.poolPenaltyPpm);
    vm.setExit(() => this.#exit());
    const { secondary } = this.#parts;
    if (secondary !== undefined) {
      yield* engine.announce<ClusterRecord>({
        kind: "protection.started",
        ...{ secondary, ...this.#about },
      });
    }
    let standing: Standing = "holder";
    while (standing === "holder") {
      const dueNs = host.clock.monotonic() + scheme.intervalNs;
      standing = yield* this.#holdUntil(dueNs);
      if (standing === "holder") standing = yield* this.#commit();
    }

    // The pool has refused an access: whatever was not committed is nobody's.
    node.role = "fenced";
    yield* engine.announce<ClusterRecord>({ kind: "machine.fenced", ...this.#about });
    node.gate.discard("fenced");
    if (!vm.paused) yield* vm.pause();
    window.close();
    assert(lease.leftNs >= 0, "a lease that is over has nothing left");
  }

  /** Uses the processor for long, and is heard all the time. */
  *compute(costNs: Nanoseconds): Process<Standing> {
    const { protection, node } = this.#parts;
    const { heartbeat } = protection.detection;
    for (let leftNs = costNs; leftNs > 0; leftNs -= heartbeat) {
      yield* node.host.compute(Math.min(leftNs, heartbeat));
      if ((yield* this.#renew()) === "replaced") return "replaced";
    }
    return "holder";
  }

  /** Waits for the end of an epoch; each access to the pool in between says that the host lives. */
  *#holdUntil(dueNs: Nanoseconds): Process<Standing> {
    const { protection, node } = this.#parts;
    const { clock } = node.host;
    for (;;) {
      const renewAtNs = this.#heardAtNs + protection.detection.heartbeat;
      const leftNs = Math.max(0, Math.min(dueNs, renewAtNs) - clock.monotonic());
      yield* race({ revoked: this.#revoked.wait() }, clock.toGlobal(leftNs));
      if (this.#revoked.isSet) return "replaced";
      if (clock.monotonic() >= dueNs) return "holder";
      if (clock.monotonic() < renewAtNs) continue;
      if ((yield* this.#renew()) === "replaced") return "replaced";
    }
  }

  *#commit(): Process<Standing> {
    const { protection, node, window } = this.#parts;
    const { engine, scheme } = protection;
    const { vm, host, gate, digest, requested } = node;
    const { profile } = host;
    requested.clear();
    yield* this.#announce("checkpoint.started");

    // 1. Stop the machine at a boundary.
    const pausedAtNs = engine.now;
    yield* vm.pause();
    yield* host.compute(profile.suspendNs + profile.epochFixedNs);
    yield* this.#announce("checkpoint.paused");

    // 2. What the processor's caches hold of written pages goes to the pool, then the registers.
    window.collect();
    const pages = window.writtenCount;
    yield* host.compute(pages * profile.poolFlushPageNs);
    const registers = vm.guest.saveRegisters();
    while (window.write(registers) !== "granted") {
      if ((yield* this.#renew()) === "replaced") return "replaced";
    }
    yield* this.#announce("checkpoint.copied", { pages, digest: stateDigest(digest, registers) });

    // 3. Output from here on belongs to the next epoch. Ask for the root to be flipped.
    gate.begin(this.#epoch + 1);
    if (scheme.broken.releaseBeforeCommit) gate.release(this.#epoch);
    yield* this.#announce("commit.sent", { pages, bytes: registers.length });
    const asked = { operation: "commit", term: node.term, epoch: this.#epoch } as const;
    if ((yield* this.#ask(asked)) === "replaced") return "replaced";

    // 4. The pool has confirmed: release the output of this epoch.
    window.committed();
    yield* this.#announce("checkpoint.acknowledged", { pages, bytes: registers.length });
    gate.release(this.#epoch);

    // 5. Resume. Each page is given a new frame at its first write: paid for by the machine as it runs.
    yield* host.compute(profile.resumeNs);
    vm.resume();
    this.#dueNs += pages * profile.poolFirstWriteNs;
    yield* this.#announce("checkpoint.resumed", { pauseNs: engine.now - pausedAtNs });
    this.#epoch += 1;
    return "holder";
  }

  *#renew(): Process<Standing> {
    return yield* this.#ask({ operation: "renew", term: this.#parts.node.term });
  }

  /**
   * Asks the pool. When its lease is over by its own clock the host stops the machine until it is heard again:
   * either nobody has taken over and it goes on, or somebody has.
   *
   * While it waits it only looks at who holds the access, which renews nothing: a host whose questions arrive
   * and that hears no answer would otherwise keep the machine from everybody.
   */
  *#ask(asked: Asked): Process<Standing> {
    const { protection, node, port, lease } = this.#parts;
    const { engine } = protection;
    const { vm, term } = node;
    let answer = yield* port.ask(asked, lease.leftNs);
    if (answer === undefined) {
      yield* engine.announce<PooledRecord>({ kind: "lease.lapsed", ...this.#about });
      const isStopped = vm.started && !vm.paused;
      if (isStopped) yield* vm.pause();
      while (answer === undefined) {
        const { verdict } = yield* port.ask({ operation: "look", term });
        if (verdict !== "done") return "replaced";
        answer = yield* port.ask(asked, lease.lengthNs);
      }
      if (answer.verdict !== "done") return "replaced";
      yield* engine.announce<PooledRecord>({ kind: "lease.regained", ...this.#about });
      if (isStopped) vm.resume();
    }
    if (answer.verdict !== "done") return "replaced";
    lease.extend(answer.askedAtNs);
    this.#heardAtNs = node.host.clock.monotonic();
    return yield* this.#tend(answer);
  }

  /** Looks whether somebody stands by, and appoints somebody who can if not. */
  *#tend({ reader, present, verdict }: Answer): Process<Standing> {
    const { protection, node, port, lease } = this.#parts;
    const { engine, hosts } = protection;
    assert(verdict === "done", "only the holder looks after the entry");
    if (reader !== "" && present.includes(reader)) return "holder";
    if (this.#secondary !== undefined) {
      const secondary = this.#secondary;
      this.#secondary = undefined;
      engine.trace.emit<PooledRecord>({ kind: "secondary.lost", secondary, ...this.#about });
    }
    const next = hosts.find((host) => present.includes(host));
    if (next === undefined) return "holder";
    const asked = { operation: "appoint", term: node.term, reader: next } as const;
    const answer = yield* port.ask(asked, lease.leftNs);
    // Without an answer in time the next access asks again.
    if (answer === undefined) return "holder";
    if (answer.verdict !== "done") return "replaced";
    lease.extend(answer.askedAtNs);
    this.#secondary = next;
    yield* engine.announce<ClusterRecord>({
      kind: "protection.started",
      ...{ secondary: next, ...this.#about },
    });
    return "holder";
  }

  /** At each boundary: the machine's stores are in the pool, or its processor stands still. */
  #exit(): Process | undefined {
    return this.#dueNs > 0 || this.#parts.window.state !== "granted"
      ? this.#serveExit()
      : undefined;
  }

  *#serveExit(): Process {
    const { node, window, protection } = this.#parts;
    const dueNs = this.#dueNs;
    this.#dueNs = 0;
    if (dueNs > 0) yield* node.host.compute(dueNs);
    let { state } = window;
    if (state === "granted") return;
    protection.engine.trace.emit<PooledRecord>({ kind: "memory.stalled", ...this.#about });
    const asked = node.vm.pauseAsked();
    while (state !== "granted") {
      if (state === "revoked") this.#revoked.set();
      if ((yield* race({ asked }, QUANTUM_NS)).key === "asked") return;
      ({ state } = window);
    }
  }

  *#announce(
    kind: CheckpointRecord["kind"],
    details: Readonly<Record<string, number | string>> = {},
  ): Process {
    const { engine } = this.#parts.protection;
    yield* engine.announce({ kind, ...this.#about, epoch: this.#epoch, ...details });
  }

  get #about(): { machine: string; host: string; term: number } {
    const { protection, node } = this.#parts;
    return { machine: protection.machine, host: node.host.name, term: node.term };
  }
}
