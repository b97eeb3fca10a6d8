import { arithmeticResult, isArithmetic } from "./arithmetic.ts";
import { atomicResult } from "./atomic.ts";
import type { ControlRegisters } from "./control-registers.ts";
import { decode, type Instruction } from "./decoder.ts";
import type { AccessBytes, MmioDevice } from "./devices/mmio-device.ts";
import { type HaltReason, type Hart, MSTATUS_TW, SINK, USER } from "./hart.ts";
import { OPERATION } from "./operation.ts";
import type { Ram } from "./ram.ts";
import { CAUSE, enterTrap, handlerOf, returnFromTrap } from "./trap.ts";

/** Where a processor finds the devices. */
export interface DeviceFinder {
  /** The device whose window an address lies in, 0 to 2^32 - 1. */
  find(address: number): MmioDevice | undefined;
}

/** Parts of {@link Step}. */
export interface StepParts {
  readonly hart: Hart;
  readonly ram: Ram;
  readonly bus: DeviceFinder;
  readonly registers: ControlRegisters;
}

/**
 * Executes single instructions, any of them. `interpret` leaves those to it that trap, walk, reach a device,
 * are atomic, or work on control and status registers.
 */
export class Step {
  readonly #hart: Hart;
  readonly #ram: Ram;
  readonly #bus: DeviceFinder;
  readonly #registers: ControlRegisters;
  /** Set when the instruction needs the machine's attention. */
  #attention = false;

  constructor({ hart, ram, bus, registers }: StepParts) {
    this.#hart = hart;
    this.#ram = ram;
    this.#bus = bus;
    this.#registers = registers;
  }

  /**
   * Executes the instruction at the hart's pc, at which `interpret` has stopped. If something throws,
   * the hart is as before.
   *
   * @returns Whether the machine has to look: a device was accessed, or a watched word stored to.
   */
  execute(): boolean {
    const hart = this.#hart;
    this.#attention = false;
    if (!this.#ram.contains(hart.pc, 4)) {
      this.raise(CAUSE.instructionAccess, hart.pc);
    } else {
      const word = this.#ram.fetch(hart.pc);
      this.perform(decode(word), word);
    }
    hart.ticks += 1;
    return this.#attention;
  }

  /**
   * Goes to a handler, or halts if there is none.
   *
   * @param cause As for `enterTrap`.
   */
  trap(cause: number, value: number): void {
    const hart = this.#hart;
    if (this.#ram.contains(handlerOf(hart, cause), 4)) enterTrap(hart, cause, value);
    else hart.halt = this.#unhandled(cause, value);
  }

  #unhandled(cause: number, value: number): HaltReason {
    const { pc, isInner } = this.#hart;
    const instruction = !isInner && this.#ram.contains(pc, 4) ? this.#ram.fetch(pc) : 0;
    return { cause: cause >>> 0, pc, instruction: instruction >>> 0, value: value >>> 0 };
  }

  /** A trap of the instruction that is executed, which counts and does not retire. */
  raise(cause: number, value: number): void {
    this.trap(cause, value);
    this.#hart.trapped += 1;
  }

  /**
   * Does what an instruction says, but for counting it: for somebody who has fetched it.
   *
   * @param word The instruction's 32 bits.
   */
  perform(instruction: Instruction, word: number): void {
    const { operation } = instruction;
    switch (operation) {
      case OPERATION.jal:
        this.#jump(instruction, this.#hart.pc + instruction.immediate);
        break;
      case OPERATION.jalr:
        this.#jump(instruction, (this.#a(instruction) + instruction.immediate) & ~1);
        break;
      case OPERATION.lb:
        this.#load(instruction, 1, 24);
        break;
      case OPERATION.lh:
        this.#load(instruction, 2, 16);
        break;
      case OPERATION.lw:
        this.#load(instruction, 4, 0);
        break;
      case OPERATION.lbu:
        this.#load(instruction, 1, 0);
        break;
      case OPERATION.lhu:
        this.#load(instruction, 2, 0);
        break;
      case OPERATION.sb:
        this.#store(instruction, 1);
        break;
      case OPERATION.sh:
        this.#store(instruction, 2);
        break;
      case OPERATION.sw:
        this.#store(instruction, 4);
        break;
      case OPERATION["lr.w"]:
        this.#loadReserved(instruction);
        break;
      case OPERATION["sc.w"]:
        this.#storeConditional(instruction);
        break;
      case OPERATION.ecall:
        this.raise(this.#hart.privilege === USER ? CAUSE.callFromUser : CAUSE.callFromMachine, 0);
        break;
      case OPERATION.ebreak:
        this.raise(CAUSE.breakpoint, this.#hart.pc);
        break;
      case OPERATION.mret:
        if (this.#hart.privilege === USER) this.raise(CAUSE.illegalInstruction, word);
        else returnFromTrap(this.#hart);
        break;
      case OPERATION.wfi:
        this.#wait(word);
        break;
      case OPERATION["hfence.gvma"]:
        this.#fence(instruction, word);
        break;
      case OPERATION.fence:
      case OPERATION["fence.i"]:
        this.#next();
        break;
      case OPERATION.illegal:
        this.raise(CAUSE.illegalInstruction, word);
        break;
      default:
        if (operation >= OPERATION.csrrw) this.#accessRegister(instruction, word);
        else if (operation >= OPERATION["amoswap.w"]) this.#modify(instruction);
        else if (isArithmetic(operation)) this.#compute(instruction);
        else this.#branch(instruction);
    }
  }

  #a({ rs1 }: Instruction): number {
    return this.#hart.x[rs1]!;
  }

  #b({ rs2 }: Instruction): number {
    return this.#hart.x[rs2]!;
  }

  /** Ends an instruction that retires and has no result. */
  #next(): void {
    this.#hart.pc = (this.#hart.pc + 4) >>> 0;
  }

  #retire({ rd }: Instruction, value: number): void {
    this.#hart.x[rd === 0 ? SINK : rd] = value;
    this.#next();
  }

  /** A jump out of memory goes there, where the next fetch traps; one between words does not. */
  #jump({ rd }: Instruction, target: number): void {
    const hart = this.#hart;
    if ((target & 3) !== 0) {
      this.raise(CAUSE.instructionMisaligned, target);
      return;
    }
    hart.x[rd === 0 ? SINK : rd] = hart.pc + 4;
    hart.pc = target >>> 0;
  }

  #compute(instruction: Instruction): void {
    const [a, b] = [this.#a(instruction), this.#b(instruction)];
    this.#retire(instruction, arithmeticResult(instruction, a, b, this.#hart.pc));
  }

  #branch(instruction: Instruction): void {
    const { operation, immediate } = instruction;
    const a = this.#a(instruction);
    const b = this.#b(instruction);
    if (isTaken(operation, a, b)) this.#jump(NO_LINK, this.#hart.pc + immediate);
    else this.#next();
  }

  #load(instruction: Instruction, sizeBytes: AccessBytes, signShift: number): void {
    const address = (this.#a(instruction) + instruction.immediate) >>> 0;
    if (this.#ram.contains(address, sizeBytes)) {
      const value = this.#ram.load(address, sizeBytes);
      this.#retire(instruction, (value << signShift) >> signShift);
      return;
    }
    const device = this.#bus.find(address);
    if (device === undefined) {
      this.raise(CAUSE.loadAccess, address);
    } else if (address % sizeBytes !== 0) {
      this.raise(CAUSE.loadMisaligned, address);
    } else {
      this.#attention = true;
      const value = device.load(address - device.base, sizeBytes);
      this.#retire(instruction, (value << signShift) >> signShift);
    }
  }

  #store(instruction: Instruction, sizeBytes: AccessBytes): void {
    const address = (this.#a(instruction) + instruction.immediate) >>> 0;
    const value = this.#b(instruction);
    if (this.#ram.contains(address, sizeBytes)) {
      this.#attention = this.#ram.store(this.#hart, address, sizeBytes, value);
      this.#next();
      return;
    }
    const device = this.#bus.find(address);
    if (device === undefined) {
      this.raise(CAUSE.storeAccess, address);
    } else if (address % sizeBytes !== 0) {
      this.raise(CAUSE.storeMisaligned, address);
    } else {
      this.#attention = true;
      const mask = sizeBytes === 4 ? -1 : (1 << (8 * sizeBytes)) - 1;
      device.store(address - device.base, sizeBytes, (value & mask) >>> 0);
      this.#next();
    }
  }

  /** Whether an atomic instruction can go on: its word is aligned and lies in memory. */
  #isAtomicWord(address: number, misaligned: number, access: number): boolean {
    const isAligned = address % 4 === 0;
    if (isAligned && this.#ram.contains(address, 4)) return true;
    this.raise(isAligned ? access : misaligned, address);
    return false;
  }

  #loadReserved(instruction: Instruction): void {
    const address = this.#a(instruction) >>> 0;
    if (!this.#isAtomicWord(address, CAUSE.loadMisaligned, CAUSE.loadAccess)) return;
    const value = this.#ram.load(address, 4);
    this.#ram.release(this.#hart);
    this.#ram.reserve(this.#hart, address);
    this.#retire(instruction, value);
  }

  #storeConditional(instruction: Instruction): void {
    const hart = this.#hart;
    const address = this.#a(instruction) >>> 0;
    if (!this.#isAtomicWord(address, CAUSE.storeMisaligned, CAUSE.storeAccess)) return;
    const isHeld = hart.reservation === address;
    if (isHeld) this.#attention = this.#ram.store(hart, address, 4, this.#b(instruction));
    this.#ram.release(hart);
    this.#retire(instruction, isHeld ? 0 : 1);
  }

  #modify(instruction: Instruction): void {
    const address = this.#a(instruction) >>> 0;
    if (!this.#isAtomicWord(address, CAUSE.storeMisaligned, CAUSE.storeAccess)) return;
    const old = this.#ram.load(address, 4) | 0;
    const value = atomicResult(instruction.operation, old, this.#b(instruction));
    this.#attention = this.#ram.store(this.#hart, address, 4, value);
    this.#retire(instruction, old);
  }

  #accessRegister(instruction: Instruction, word: number): void {
    const { operation, rs1, immediate: csr } = instruction;
    const isImmediate = operation >= OPERATION.csrrwi;
    const kind = isImmediate ? operation - OPERATION.csrrwi : operation - OPERATION.csrrw;
    // setting or clearing no bits by x0 or 0 is no write, whatever the register
    const isWrite = kind === 0 || rs1 !== 0;
    const old = this.#registers.permits(csr, isWrite) ? this.#registers.read(csr) : undefined;
    if (old === undefined) {
      this.raise(CAUSE.illegalInstruction, word);
      return;
    }
    const operand = isImmediate ? rs1 : this.#a(instruction);
    const value = kind === 0 ? operand : kind === 1 ? old | operand : old & ~operand;
    if (isWrite) this.#registers.write(csr, value);
    this.#retire(instruction, old);
  }

  /** Inner machines are told apart by their tables alone: whichever one is named, it is for all. */
  #fence(instruction: Instruction, word: number): void {
    if (this.#hart.privilege === USER) {
      this.raise(CAUSE.illegalInstruction, word);
      return;
    }
    // the register holds an inner machine's address, shifted right by two
    const { rs1 } = instruction;
    if (rs1 === 0) this.#ram.composed.fence();
    else this.#ram.composed.fence((this.#a(instruction) >>> 10) & INNER_PAGE_MASK);
    this.#next();
  }

  #wait(word: number): void {
    const hart = this.#hart;
    const isPermitted = hart.privilege !== USER || (hart.mstatus & MSTATUS_TW) === 0;
    if (!isPermitted || hart.virtual) {
      this.raise(CAUSE.illegalInstruction, word);
      return;
    }
    hart.waiting = true;
    this.#next();
  }
}

/** Pages of the 4 GiB that an inner machine reaches. */
const INNER_PAGE_MASK = 0xf_ffff;

const NO_LINK: Instruction = { operation: OPERATION.jal, rd: 0, rs1: 0, rs2: 0, immediate: 0 };

function isTaken(operation: number, a: number, b: number): boolean {
  switch (operation) {
    case OPERATION.beq:
      return a === b;
    case OPERATION.bne:
      return a !== b;
    case OPERATION.blt:
      return a < b;
    case OPERATION.bge:
      return a >= b;
    case OPERATION.bltu:
      return a >>> 0 < b >>> 0;
    default:
      return a >>> 0 >= b >>> 0;
  }
}
