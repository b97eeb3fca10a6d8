import { decodePacket } from "../guest/packet.ts";
import { NEVER } from "../host/deadline-timer.ts";
import { assert } from "../sim/assert.ts";
import type { Signal } from "../sim/signal.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { Trace } from "../sim/trace.ts";
import type { GateProgress } from "./gate-progress.ts";
import type { CheckpointRecord } from "./records.ts";
import { atCommit } from "./release/at-commit.ts";
import type { Deferral } from "./release/deferral.ts";
import { type HeldPacket, HeldPackets } from "./release/held-packets.ts";
import type { Release, Verdict } from "./release/release.ts";

/**
 * Most packets held at a time. Beyond it the newest is dropped, as a full card's queue drops it:
 * the client asks again.
 */
export const HELD_PACKETS_MAX = 65_536;

/** What an output gate is made of. */
export interface OutputGateOptions {
  readonly trace: Trace;
  readonly machine: string;
  readonly host: string;
  readonly term: number;
  /** Puts a packet on the wire. */
  readonly send: (packet: Uint8Array) => void;
  /**
   * Set while packets are held that ask for a checkpoint, for triggers. Default: nobody waits for it.
   */
  readonly held?: Signal;
  /** Which packets are held, and which of them hurry. Default {@link atCommit}: all. */
  readonly release?: Release;
  /** Set as the gate comes on. Default: nobody waits for it. */
  readonly progress?: GateProgress;
  /** Counts how long packets were deferred. Default none: those that may be deferred hurry, too. */
  readonly deferral?: Deferral;
}

/** Decides about each packet of a machine by itself, instead of its gate. Keeps the bytes. */
export type OutputDelegate = (packet: Uint8Array, epoch: number) => void;

/**
 * Holds what a protected machine sends until the state that produced it can no longer be lost
 * (output commit; Remus, NSDI'08, section 3.4). A gate is made open, for a machine that runs alone.
 * Rules say which packets need not hurry a checkpoint, and which need not be held ({@link Release}).
 */
export class OutputGate {
  readonly #options: OutputGateOptions;
  readonly #rules: Release;
  readonly #held: HeldPackets = new HeldPackets();
  #holding = false;
  #delegate: OutputDelegate | undefined;
  /** True when no packet may bypass the gate. */
  #bypassClosed = false;
  #epoch = 0;
  /** True while what is counted are positions of a log and not epochs of checkpoints. */
  #countsLog = false;
  #term: number;

  constructor(options: OutputGateOptions) {
    this.#options = options;
    this.#rules = options.release ?? atCommit();
    this.#term = options.term;
    for (const client of this.#rules.bypassClients) {
      this.#emit({ kind: "output.bypass-allowed", client, ...this.#of(0) });
    }
  }

  /** True when packets are held, false when they pass. */
  get holding(): boolean {
    return this.#holding;
  }

  /** Packets held now. */
  get heldCount(): number {
    return this.#held.count;
  }

  /** Bytes of the packets held now. */
  get heldBytes(): number {
    return this.#held.bytes;
  }

  /** Bytes of those of them that may not be deferred. */
  get urgentBytes(): number {
    return this.#held.urgentBytes;
  }

  /**
   * When a deferred packet has waited as long as it may, on the host's clock that nobody sets; `NEVER`
   * while none is held.
   */
  get deferredUntilNs(): Nanoseconds {
    return this.#options.deferral?.untilNs ?? NEVER;
  }

  /** The epoch that the next packet belongs to. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Takes a packet from the machine: holds it, or sends it if the gate is open. Keeps the bytes. */
  push(packet: Uint8Array): void {
    if (this.#delegate !== undefined) {
      if (this.#holding) this.#noteHeld(packet.length);
      this.#delegate(packet, this.#epoch);
      return;
    }
    if (!this.#holding) {
      this.#release(this.#epoch, packet, false);
      return;
    }
    const verdict = this.#rules.classify(packet);
    if (verdict === "bypass" && !this.#bypassClosed) this.#bypass(packet);
    else this.#hold(packet, verdict);
  }

  /**
   * Begins an epoch: from now on packets are held, and belong to it.
   *
   * @param of What is counted: checkpoints, or entries of a log that is replayed (then an epoch is a position
   *   in it). The same until the gate is opened. Default checkpoints.
   */
  begin(epoch: number, of: "checkpoints" | "log" = "checkpoints"): void {
    assert(epoch > this.#epoch, "epochs count up");
    this.#epoch = epoch;
    this.#countsLog = of === "log";
    this.#holding = true;
    this.#options.progress?.holding.set();
  }

  /** Sends what was held in `epoch` and before: its state is safe now. */
  release(epoch: number): void {
    assert(this.#holding, "only a gate that holds releases");
    this.#options.progress?.safe.set();
    for (const held of this.#take(epoch)) this.#release(held.epoch, held.packet, true);
  }

  /**
   * From now on somebody else holds what the machine sends and decides on it packet by packet, as a
   * comparison does: the card itself sends nothing. Without a delegate the gate does so again.
   */
  delegate(delegate?: OutputDelegate): void {
    this.#delegate = delegate;
  }

  /** Sends a packet that a delegate held: the state that produced it can no longer be lost. */
  letOut(packet: Uint8Array, epoch: number): void {
    assert(this.#holding, "only a gate that holds lets out");
    this.#release(epoch, packet, true);
  }

  /** Takes a packet back that a delegate held, which decides no more. In the order of their epochs. */
  takeBack(packet: Uint8Array, epoch: number): void {
    assert(this.#holding, "only a gate that holds takes back");
    this.#held.add({ epoch, packet, deferredAtNs: undefined });
  }

  /**
   * Holds everything from now on, whatever rules say: somebody else may be about to serve, and then
   * this machine is to be silent. Until the gate is opened.
   */
  closeBypass(): void {
    this.#bypassClosed = true;
  }

  /**
   * Sends everything held and holds nothing more: the machine runs alone, under `term`. Epochs are
   * counted anew in each term.
   */
  open(term: number): void {
    assert(term > this.#term, "terms count up");
    this.#term = term;
    this.#holding = false;
    this.#bypassClosed = false;
    for (const held of this.#take()) this.#release(held.epoch, held.packet, false);
    this.#epoch = 0;
    this.#countsLog = false;
  }

  /** Throws away everything held and whatever comes: somebody else serves. */
  discard(reason: string): void {
    this.#holding = true;
    this.#bypassClosed = true;
    for (const { epoch, packet } of this.#take()) {
      this.#emit({ kind: "output.discarded", bytes: packet.length, reason, ...this.#of(epoch) });
    }
  }

  #hold(packet: Uint8Array, verdict: Verdict): void {
    const { held, deferral } = this.#options;
    const [epoch, bytes] = [this.#epoch, packet.length];
    if (this.#held.count === HELD_PACKETS_MAX) {
      this.#emit({ kind: "output.discarded", bytes, reason: "queue-full", ...this.#of(epoch) });
      return;
    }
    if (verdict === "defer" && deferral !== undefined) {
      const deferredAtNs = deferral.nowNs;
      this.#held.add({ epoch, packet, deferredAtNs });
      if (deferral.untilNs === NEVER) deferral.countFrom(deferredAtNs);
      this.#emit({ kind: "output.held", bytes, deferred: true, ...this.#of(epoch) });
      return;
    }
    this.#held.add({ epoch, packet, deferredAtNs: undefined });
    held?.set();
    this.#noteHeld(bytes);
  }

  #noteHeld(bytes: number): void {
    this.#emit({ kind: "output.held", bytes, ...this.#of(this.#epoch) });
  }

  #bypass(packet: Uint8Array): void {
    const client = decodePacket(packet)?.client ?? -1;
    const bytes = packet.length;
    this.#emit({ kind: "output.bypassed", bytes, client, ...this.#of(this.#epoch) });
    this.#options.send(packet);
  }

  /** Takes out what was held in `epoch` and before, all by default. */
  #take(epoch?: number): readonly HeldPacket[] {
    const { held, deferral } = this.#options;
    const taken = this.#held.take(epoch);
    deferral?.countFrom(this.#held.deferredSinceNs);
    if (this.#held.urgentCount === 0 && deferral?.isOver !== true) held?.clear();
    return taken;
  }

  #release(epoch: number, packet: Uint8Array, isProtected: boolean): void {
    this.#emit({
      kind: "output.released",
      bytes: packet.length,
      protected: isProtected,
      ...this.#of(epoch),
    });
    this.#options.send(packet);
  }

  #of(epoch: number): {
    machine: string;
    host: string;
    term: number;
    epoch: number;
    log?: true;
  } {
    const { machine, host } = this.#options;
    const of = { machine, host, term: this.#term, epoch };
    return this.#countsLog ? { ...of, log: true } : of;
  }

  #emit(record: CheckpointRecord): void {
    this.#options.trace.emit<CheckpointRecord>(record);
  }
}
