import { assert } from "../sim/assert.ts";
import type { Signal } from "../sim/signal.ts";
import type { Trace } from "../sim/trace.ts";
import type { CheckpointRecord } from "./records.ts";

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
  /** Set while packets are held, for triggers of checkpoints. Default: nobody waits for it. */
  readonly held?: Signal;
}

interface HeldPacket {
  readonly epoch: number;
  readonly packet: Uint8Array;
}

/**
 * Holds what a protected machine sends until the state that produced it can no longer be lost
 * (output commit; Remus, NSDI'08, section 3.4). A gate is made open, for a machine that runs alone.
 */
export class OutputGate {
  readonly #options: OutputGateOptions;
  readonly #held: HeldPacket[] = [];
  #heldBytes = 0;
  #holding = false;
  #epoch = 0;
  #term: number;

  constructor(options: OutputGateOptions) {
    this.#options = options;
    this.#term = options.term;
  }

  /** True when packets are held, false when they pass. */
  get holding(): boolean {
    return this.#holding;
  }

  /** Packets held now. */
  get heldCount(): number {
    return this.#held.length;
  }

  /** Bytes of the packets held now. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The epoch that the next packet belongs to. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Takes a packet from the machine: holds it, or sends it if the gate is open. Keeps the bytes. */
  push(packet: Uint8Array): void {
    if (!this.#holding) {
      this.#release(this.#epoch, packet, false);
      return;
    }
    const bytes = packet.length;
    if (this.#held.length === HELD_PACKETS_MAX) {
      this.#emit({
        kind: "output.discarded",
        bytes,
        reason: "queue-full",
        ...this.#of(this.#epoch),
      });
      return;
    }
    this.#held.push({ epoch: this.#epoch, packet });
    this.#heldBytes += bytes;
    this.#options.held?.set();
    this.#emit({ kind: "output.held", bytes, ...this.#of(this.#epoch) });
  }

  /** Begins an epoch: from now on packets are held, and belong to it. */
  begin(epoch: number): void {
    assert(epoch > this.#epoch, "epochs count up");
    this.#epoch = epoch;
    this.#holding = true;
  }

  /** Sends what was held in `epoch` and before: its state is safe now. */
  release(epoch: number): void {
    assert(this.#holding, "only a gate that holds releases");
    let count = 0;
    while (count < this.#held.length && this.#held[count]!.epoch <= epoch) count += 1;
    for (const held of this.#take(count)) this.#release(held.epoch, held.packet, true);
  }

  /**
   * Sends everything held and holds nothing more: the machine runs alone, under `term`. Epochs are
   * counted anew in each term.
   */
  open(term: number): void {
    assert(term > this.#term, "terms count up");
    this.#term = term;
    this.#holding = false;
    for (const held of this.#take()) this.#release(held.epoch, held.packet, false);
    this.#epoch = 0;
  }

  /** Throws away everything held and whatever comes: somebody else serves. */
  discard(reason: string): void {
    this.#holding = true;
    for (const { epoch, packet } of this.#take()) {
      this.#emit({ kind: "output.discarded", bytes: packet.length, reason, ...this.#of(epoch) });
    }
  }

  /** Takes the first packets out, all by default. */
  #take(count: number = this.#held.length): readonly HeldPacket[] {
    const taken = this.#held.splice(0, count);
    for (const { packet } of taken) this.#heldBytes -= packet.length;
    if (this.#held.length === 0) this.#options.held?.clear();
    assert(this.#heldBytes >= 0, "no more bytes leave than were held");
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

  #of(epoch: number): { machine: string; host: string; term: number; epoch: number } {
    const { machine, host } = this.#options;
    return { machine, host, term: this.#term, epoch };
  }

  #emit(record: CheckpointRecord): void {
    this.#options.trace.emit<CheckpointRecord>(record);
  }
}
