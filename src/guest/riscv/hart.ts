import type { ByteReader } from "../../sim/byte-reader.ts";
import type { ByteWriter } from "../../sim/byte-writer.ts";
import { StandinRangeError } from "../../sim/errors.ts";
import type { DeviceState } from "./devices/device-state.ts";

/** User mode. */
export const USER = 0;
/** Machine mode. */
export const MACHINE = 3;

/** User mode or machine mode, by their numbers in the privileged specification. */
export type Privilege = typeof USER | typeof MACHINE;

/** The number of an interrupt: machine software (3), timer (7) or external (11). */
export type InterruptNumber = 3 | 7 | 11;

/** Bits of `mip` and `mie` that exist. */
export const INTERRUPTS = 0x888;

/** Where writes to x0 go: an entry of {@link Hart.x} that nothing reads. */
export const SINK = 32;

/** No address has this value: what {@link Hart.reservation} is without a reservation. */
export const UNRESERVED = -1;

/** Bit of `mstatus`: interrupts are enabled in machine mode. */
export const MSTATUS_MIE = 0x8;

/** Bit of `mstatus`: what MIE was before the last trap. */
export const MSTATUS_MPIE = 0x80;

/** Bits of `mstatus`: the privilege before the last trap. */
export const MSTATUS_MPP = 0x1800;

/** Bit of `mstatus`: loads and stores as with the privilege in MPP; it has no effect here. */
export const MSTATUS_MPRV = 0x2_0000;

/** Bit of `mstatus`: `wfi` traps in user mode. */
export const MSTATUS_TW = 0x20_0000;

/** Bits of `mstatus` that can be set. */
export const MSTATUS_WRITABLE: number =
  MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP | MSTATUS_MPRV | MSTATUS_TW;

/** Bit of `mstatush`: the address that the last trap left in `mtval` is one of an inner machine. */
export const MSTATUSH_GVA = 0x40;

/** Bit of `mstatush`: the hart ran an inner machine before the last trap. */
export const MSTATUSH_MPV = 0x80;

/** Bits of `mstatush` that can be set. */
export const MSTATUSH_WRITABLE: number = MSTATUSH_GVA | MSTATUSH_MPV;

/** Bits of `hgatp` that can be set: the mode, bare or Sv32x4, and the page of the root table. */
export const HGATP_WRITABLE: number = 0x803f_fffc | 0;

/** Bits of `mtvec` that can be set: an address, and the mode direct or vectored. */
export const MTVEC_WRITABLE: number = ~2;

/** Why a hart has stopped for good: a trap that nothing could handle. */
export interface HaltReason {
  /** What would have been written to `mcause`, 0 to 2^32 - 1. */
  readonly cause: number;
  /** Address of the instruction that trapped, or before which the interrupt was to be taken. */
  readonly pc: number;
  /** The instruction at `pc`, 0 if there is no memory or the address is one of an inner machine. */
  readonly instruction: number;
  /** What would have been written to `mtval`: an address, or the instruction. */
  readonly value: number;
}

/**
 * Everything that one hart holds outside the memory. Nothing in it is cached from elsewhere: two
 * machines with equal memory, devices and harts go on identically.
 *
 * Control and status registers have their names of the privileged specification; of those not here
 * all bits are fixed.
 */
export class Hart implements DeviceState {
  /** Number of the hart, `mhartid`. */
  readonly id: number;
  /** x0 to x31 as signed words; x0 stays 0, and writes to it go to entry {@link SINK}. */
  readonly x: Int32Array = new Int32Array(33);
  /** Address of the next instruction, 0 to 2^32 - 1, a multiple of 4. */
  pc = 0;
  privilege: Privilege = MACHINE;
  /** Whether what runs, in user mode, is an inner machine: the mode VU of the specification. */
  virtual = false;
  /** Whether the hart is in a `wfi` that nothing has ended yet. */
  waiting = false;
  /**
   * Instructions begun: retired or trapped. While one is executed, as a device sees it, that one is
   * not counted yet.
   */
  ticks = 0;
  /** Of those, the instructions that trapped. */
  trapped = 0;
  /** The word that a store-conditional may write, as an address, or {@link UNRESERVED}. */
  reservation: number = UNRESERVED;
  /** Why the hart stopped for good, if it did. */
  halt: HaltReason | undefined = undefined;

  // As signed words, as all registers below.
  mstatus = 0;
  mie = 0;
  /** Interrupts that are pending now, levels held by the devices: see {@link Hart.setPending}. */
  mip = 0;
  mtvec = 0;
  mscratch = 0;
  mepc = 0;
  mcause = 0;
  mtval = 0;
  mcounteren = 0;
  mstatush = 0;
  mtval2 = 0;
  hgatp = 0;
  /** What `mcycle` is ahead of {@link Hart.ticks}, 0 to 2^64 - 1. */
  cycleOffset = 0n;
  /** What `minstret` is ahead of {@link Hart.retired}, 0 to 2^64 - 1. */
  retiredOffset = 0n;

  /** @param id Number of the hart, from 0. */
  constructor(id: number) {
    this.id = id;
  }

  /** Whether addresses are an inner machine's, to be translated by tables of the hypervisor. */
  get isInner(): boolean {
    // the mode of hgatp is its highest bit
    return this.virtual && this.hgatp < 0;
  }

  /** Instructions completed. */
  get retired(): number {
    return this.ticks - this.trapped;
  }

  /** Sets the level of an interrupt; only between two runs or within an access to a device. */
  setPending(interrupt: InterruptNumber, raised: boolean): void {
    const bit = 1 << interrupt;
    this.mip = raised ? this.mip | bit : this.mip & ~bit;
  }

  save(writer: ByteWriter): void {
    for (const value of this.x.subarray(1, 32)) writer.u32(value >>> 0);
    for (const field of WORDS) writer.u32(this[field] >>> 0);
    for (const field of COUNTS) writer.u32(this[field] >>> 0).u32(Math.floor(this[field] / TWO_32));
    for (const field of OFFSETS) {
      writer.u32(Number(BigInt.asUintN(32, this[field]))).u32(Number(this[field] >> 32n));
    }
    writer
      .u8(this.privilege)
      .u8(this.virtual ? 1 : 0)
      .u8(this.waiting ? 1 : 0);
    writer.u8(this.reservation === UNRESERVED ? 0 : 1).u32(Math.max(0, this.reservation));
    const { cause, pc, instruction, value } = this.halt ?? NO_HALT;
    writer
      .u8(this.halt === undefined ? 0 : 1)
      .u32(cause)
      .u32(pc)
      .u32(instruction)
      .u32(value);
  }

  /** @throws StandinRangeError `GUEST_REGISTERS`. */
  parse(reader: ByteReader): () => void {
    const read = new Hart(this.id);
    for (let number = 1; number < 32; number += 1) read.x[number] = reader.u32();
    for (const field of WORDS) read[field] = reader.u32() | 0;
    read.pc >>>= 0;
    for (const field of COUNTS) read[field] = reader.u32() + reader.u32() * TWO_32;
    for (const field of OFFSETS) read[field] = BigInt(reader.u32()) | (BigInt(reader.u32()) << 32n);
    const privilege = reader.u8();
    const virtual = reader.u8();
    const waiting = reader.u8();
    const reserved = reader.u8();
    const reservation = reader.u32();
    const halted = reader.u8();
    const halt = readHalt(reader);
    const isWhole = !reader.failed && Math.max(virtual, waiting, reserved, halted) <= 1;
    if (!isWhole || (privilege !== USER && privilege !== MACHINE)) this.#refuse("flags");
    if (virtual === 1 && privilege !== USER) this.#refuse("flags");
    if (reserved === 0 && reservation !== 0) this.#refuse("a reservation");
    if (halted === 0 && !isSame(halt, NO_HALT)) this.#refuse("a reason to halt");
    read.privilege = privilege;
    read.virtual = virtual === 1;
    read.waiting = waiting === 1;
    if (reserved === 1) read.reservation = reservation;
    if (halted === 1) read.halt = halt;
    this.#expectPossible(read);
    return () => {
      this.#take(read);
    };
  }

  /** Refuses values that no register of a hart can have. */
  #expectPossible(read: Hart): void {
    if ((read.pc & 3) !== 0 || (read.mepc & 3) !== 0) this.#refuse("addresses of instructions");
    if ((read.mstatus & ~MSTATUS_WRITABLE) !== 0) this.#refuse("mstatus");
    const mpp = read.mstatus & MSTATUS_MPP;
    if (mpp !== 0 && mpp !== MSTATUS_MPP) this.#refuse("mstatus");
    if ((read.mstatush & ~MSTATUSH_WRITABLE) !== 0) this.#refuse("mstatush");
    if ((read.hgatp & ~HGATP_WRITABLE) !== 0) this.#refuse("hgatp");
    if (((read.mie | read.mip) & ~INTERRUPTS) !== 0) this.#refuse("mie and mip");
    if ((read.mtvec & ~MTVEC_WRITABLE) !== 0) this.#refuse("mtvec");
    if ((read.mcounteren & ~7) !== 0) this.#refuse("mcounteren");
    if (read.reservation !== UNRESERVED && (read.reservation & 3) !== 0)
      this.#refuse("a reservation");
    if (!Number.isSafeInteger(read.ticks) || read.trapped > read.ticks) this.#refuse("counters");
  }

  #refuse(what: string): never {
    throw new StandinRangeError(
      "GUEST_REGISTERS",
      `expected the registers of a hart, got bytes in which hart ${this.id} has impossible ${what}`,
    );
  }

  #take(read: Hart): void {
    this.x.set(read.x);
    for (const field of [...WORDS, ...COUNTS]) this[field] = read[field];
    for (const field of OFFSETS) this[field] = read[field];
    this.privilege = read.privilege;
    this.virtual = read.virtual;
    this.waiting = read.waiting;
    this.reservation = read.reservation;
    this.halt = read.halt;
  }
}

/** Registers of 32 bits, in the order in which they are saved. */
const WORDS = [
  "pc",
  "mstatus",
  "mie",
  "mip",
  "mtvec",
  "mscratch",
  "mepc",
  "mcause",
  "mtval",
  "mcounteren",
  "mstatush",
  "mtval2",
  "hgatp",
] as const;

/** Whole numbers up to 2^53, saved in 64 bits. */
const COUNTS = ["ticks", "trapped"] as const;

/** Numbers of 64 bits. */
const OFFSETS = ["cycleOffset", "retiredOffset"] as const;

const TWO_32 = 4_294_967_296;

const NO_HALT: HaltReason = { cause: 0, pc: 0, instruction: 0, value: 0 };

function readHalt(reader: ByteReader): HaltReason {
  const [cause, pc] = [reader.u32(), reader.u32()];
  const [instruction, value] = [reader.u32(), reader.u32()];
  return { cause, pc, instruction, value };
}

function isSame(a: HaltReason, b: HaltReason): boolean {
  return (
    a.cause === b.cause && a.pc === b.pc && a.instruction === b.instruction && a.value === b.value
  );
}
