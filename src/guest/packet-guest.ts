import type { Memory } from "../memory/memory.ts";
import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { Drivers } from "./drivers.ts";
import type { Guest, GuestRun, GuestServices } from "./guest.ts";
import { GuestPanic } from "./guest-panic.ts";
import type { ReceiveRing } from "./receive-ring.ts";

const IDLE = 0;
const SERVING = 1;
const HALTED = 2;
type Phase = typeof IDLE | typeof SERVING | typeof HALTED;

/** "PGST", little endian: the first bytes of every register image. */
const REGISTERS_MAGIC = 0x5453_4750;
const REGISTERS_HEADER_BYTES = 24;
const ABOVE_32_BITS = 0x1_0000_0000;

/** Longest service time of one request: an hour. */
const SERVICE_NS_MAX: Nanoseconds = 3_600_000_000_000;

/**
 * A machine that takes packets from a receive ring, one after the other, works on each for a while and
 * answers. The work itself is done when its time is over; until then the registers say how much is
 * missing, and the packet stays in its slot.
 *
 * Registers, little endian: magic u32, phase u8, three zeros, remaining nanoseconds u64, length of
 * the rest u32, zero u32; then what the kind of guest adds.
 */
export abstract class PacketGuest implements Guest {
  abstract readonly memory: Memory;
  /** Its drivers, if they are to be told when it resumes. */
  readonly duplication?: Drivers | undefined;
  protected readonly services: GuestServices;
  #phase: Phase = IDLE;
  #remainingNs: Nanoseconds = 0;
  #panic: string | undefined;

  constructor(services: GuestServices) {
    this.services = services;
  }

  get panic(): string | undefined {
    if (this.#phase !== HALTED) return undefined;
    return this.#panic ?? "the machine had stopped before its registers were loaded";
  }

  /** Where packets wait. Lies in memory; set up by booting. */
  protected abstract readonly ring: ReceiveRing;

  /** Virtual time that a packet takes; from 1 ns to an hour. */
  protected abstract costNs(packet: Uint8Array): Nanoseconds;

  /** Does the work that a packet asks for, at once. */
  protected abstract serve(packet: Uint8Array): void;

  /** True for what a fault of the guest's own program throws, beside {@link GuestPanic}. */
  protected abstract isFault(thrown: unknown): boolean;

  /** Registers of this kind of guest; always of the same length. */
  protected abstract saveOwnRegisters(): Uint8Array;

  /**
   * Looks whether {@link PacketGuest.loadOwnRegisters} could take these.
   *
   * @throws RangeError if not.
   */
  protected abstract checkOwnRegisters(bytes: Uint8Array): void;

  /** Takes over registers that were checked. */
  protected abstract loadOwnRegisters(bytes: Uint8Array): void;

  deliver(packet: Uint8Array): void {
    // A card goes on receiving when its machine has stopped, until its ring is full.
    this.ring.receive(packet);
  }

  run(budgetNs: Nanoseconds): GuestRun {
    assert(Number.isSafeInteger(budgetNs) && budgetNs >= 1, "a budget is a positive integer");
    let usedNs = 0;
    while (this.#hasWork()) {
      const stretchNs = Math.min(this.#remainingNs, budgetNs - usedNs);
      usedNs += stretchNs;
      this.#remainingNs -= stretchNs;
      if (this.#remainingNs > 0) return { usedNs, boundary: "budget" };
      this.#guarded(() => this.#finish());
    }
    assert(usedNs <= budgetNs, "a guest keeps to its budget");
    return { usedNs, boundary: "idle" };
  }

  saveRegisters(): Uint8Array {
    const own = this.saveOwnRegisters();
    const bytes = new Uint8Array(REGISTERS_HEADER_BYTES + own.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, REGISTERS_MAGIC, true);
    view.setUint8(4, this.#phase);
    view.setUint32(8, this.#remainingNs % ABOVE_32_BITS, true);
    view.setUint32(12, Math.floor(this.#remainingNs / ABOVE_32_BITS), true);
    view.setUint32(16, own.length, true);
    bytes.set(own, REGISTERS_HEADER_BYTES);
    return bytes;
  }

  /** @throws StandinRangeError `GUEST_REGISTERS` if the bytes are no registers of such a guest. */
  loadRegisters(bytes: Uint8Array): void {
    const { phase, remainingNs } = parseHeader(bytes);
    const own = bytes.subarray(REGISTERS_HEADER_BYTES);
    this.checkOwnRegisters(own);
    this.loadOwnRegisters(own);
    this.#phase = phase;
    this.#remainingNs = remainingNs;
    this.#panic = undefined;
    this.duplication?.resume();
  }

  /** Begins with the next packet if nothing is being worked on. */
  #hasWork(): boolean {
    if (this.#phase === IDLE) this.#guarded(() => this.#begin());
    return this.#phase === SERVING;
  }

  #begin(): void {
    const waiting = this.ring.peek();
    if (waiting === undefined) return;
    const costNs = this.costNs(this.memory.read(waiting.address, waiting.lengthBytes));
    assert(Number.isSafeInteger(costNs), "a service time is a whole number");
    assert(costNs >= 1 && costNs <= SERVICE_NS_MAX, "a service time is from 1 ns to an hour");
    this.#phase = SERVING;
    this.#remainingNs = costNs;
  }

  #finish(): void {
    const waiting = this.ring.peek();
    if (waiting === undefined) throw new GuestPanic("the packet being worked on has vanished");
    const packet = this.memory.read(waiting.address, waiting.lengthBytes);
    this.ring.release();
    this.serve(packet);
    this.#phase = IDLE;
  }

  /** Runs a piece of the guest; a fault of it stops the machine for good. */
  #guarded(piece: () => void): void {
    try {
      piece();
    } catch (thrown) {
      if (!(thrown instanceof GuestPanic) && !this.isFault(thrown)) throw thrown;
      this.#phase = HALTED;
      this.#remainingNs = 0;
      this.#panic = (thrown as Error).message;
    }
  }
}

function parseHeader(bytes: Uint8Array): { phase: Phase; remainingNs: Nanoseconds } {
  const refuse = (expected: string, got: number): never => {
    throw new StandinRangeError("GUEST_REGISTERS", `expected ${expected}, got ${got}`);
  };
  if (bytes.length < REGISTERS_HEADER_BYTES) {
    return refuse(`registers of at least ${REGISTERS_HEADER_BYTES} bytes`, bytes.length);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0, true);
  if (magic !== REGISTERS_MAGIC) refuse(`registers that begin with ${REGISTERS_MAGIC}`, magic);
  const phase = view.getUint8(4);
  if (phase !== IDLE && phase !== SERVING && phase !== HALTED) return refuse("a phase", phase);
  const reserved = view.getUint8(5) | view.getUint16(6, true) | view.getUint32(20, true);
  if (reserved !== 0) refuse("zeros in reserved bytes", reserved);
  const remainingNs = view.getUint32(12, true) * ABOVE_32_BITS + view.getUint32(8, true);
  if (phase === SERVING && (remainingNs < 1 || remainingNs > SERVICE_NS_MAX)) {
    refuse(`a remaining time from 1 to ${SERVICE_NS_MAX} ns`, remainingNs);
  }
  if (phase !== SERVING && remainingNs !== 0) refuse("no time left while idle", remainingNs);
  const ownBytes = view.getUint32(16, true);
  if (ownBytes !== bytes.length - REGISTERS_HEADER_BYTES) {
    refuse(`${ownBytes} bytes behind the header`, bytes.length - REGISTERS_HEADER_BYTES);
  }
  return { phase, remainingNs };
}
