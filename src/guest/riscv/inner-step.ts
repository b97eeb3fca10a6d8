import { INNER_FETCH, INNER_LOAD, INNER_STORE } from "../../memory/composed-entry.ts";
import { arithmeticResult, isArithmetic } from "./arithmetic.ts";
import { atomicResult } from "./atomic.ts";
import { DecodedWords } from "./decoded-words.ts";
import type { Instruction } from "./decoder.ts";
import type { AccessBytes } from "./devices/mmio-device.ts";
import { type Hart, SINK } from "./hart.ts";
import { GUEST_PAGE_FAULT, type InnerMemory } from "./inner-memory.ts";
import { OPERATION } from "./operation.ts";
import type { Ram } from "./ram.ts";
import type { Step } from "./step.ts";
import { CAUSE, type Cause } from "./trap.ts";

/** Parts of {@link InnerStep}. */
export interface InnerStepParts {
  readonly hart: Hart;
  readonly ram: Ram;
  readonly memory: InnerMemory;
  /** Executes what does not access memory. */
  readonly step: Step;
}

/**
 * Executes the instructions of an inner machine, one by one: those that access memory here, through
 * composed translations, all others as in user mode.
 *
 * Source: The RISC-V Instruction Set Manual, volume II, "H" extension; the mode VU, without
 * translation of its own.
 */
export class InnerStep {
  readonly #hart: Hart;
  readonly #ram: Ram;
  readonly #memory: InnerMemory;
  readonly #step: Step;
  readonly #words = new DecodedWords();
  /** Set when the instruction needs the machine's attention. */
  #attention = false;

  constructor({ hart, ram, memory, step }: InnerStepParts) {
    this.#hart = hart;
    this.#ram = ram;
    this.#memory = memory;
    this.#step = step;
  }

  /**
   * Executes until the hart has begun `lastTick` instructions in all or the inner machine has trapped.
   * If something throws, the hart is before an instruction that has not begun.
   *
   * @returns Whether the machine has to look: a watched word was stored to.
   */
  run(lastTick: number): boolean {
    const hart = this.#hart;
    this.#memory.enter();
    while (hart.ticks < lastTick && hart.isInner && hart.halt === undefined) {
      if (this.#execute()) return true;
    }
    return false;
  }

  #execute(): boolean {
    const hart = this.#hart;
    this.#attention = false;
    const place = this.#memory.place(hart.pc, INNER_FETCH);
    if (place < 0) {
      this.#fault(place, CAUSE.instructionGuestPage, CAUSE.instructionAccess);
    } else {
      const word = this.#ram.fetch(place);
      const instruction = this.#words.decode(word);
      if (isArithmetic(instruction.operation)) {
        const { rs1, rs2 } = instruction;
        const { x, pc } = hart;
        this.#retire(instruction, arithmeticResult(instruction, x[rs1]!, x[rs2]!, pc));
      } else this.#access(instruction, word);
    }
    hart.ticks += 1;
    return this.#attention;
  }

  #access(instruction: Instruction, word: number): void {
    switch (instruction.operation) {
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
      default:
        if (isModification(instruction)) this.#modify(instruction);
        else this.#step.perform(instruction, word);
    }
  }

  #retire({ rd }: Instruction, value: number): void {
    const hart = this.#hart;
    hart.x[rd === 0 ? SINK : rd] = value;
    hart.pc = (hart.pc + 4) >>> 0;
  }

  #fault(fault: number, guestPage: Cause, access: Cause): void {
    this.#step.raise(fault === GUEST_PAGE_FAULT ? guestPage : access, this.#memory.faultAddress);
  }

  #load(instruction: Instruction, sizeBytes: AccessBytes, signShift: number): void {
    const address = (this.#hart.x[instruction.rs1]! + instruction.immediate) >>> 0;
    const value = this.#memory.load(address, sizeBytes);
    if (value < 0) this.#fault(value, CAUSE.loadGuestPage, CAUSE.loadAccess);
    else this.#retire(instruction, (value << signShift) >> signShift);
  }

  #store(instruction: Instruction, sizeBytes: AccessBytes): void {
    const hart = this.#hart;
    const address = (hart.x[instruction.rs1]! + instruction.immediate) >>> 0;
    const stored = this.#memory.store(address, sizeBytes, hart.x[instruction.rs2]!);
    if (stored < 0) {
      this.#fault(stored, CAUSE.storeGuestPage, CAUSE.storeAccess);
      return;
    }
    this.#attention = stored === 1;
    hart.pc = (hart.pc + 4) >>> 0;
  }

  /** Where an atomic instruction's word lies in the machine; negative if it trapped. */
  #atomicWord(instruction: Instruction, isLoad: boolean): number {
    const address = this.#hart.x[instruction.rs1]! >>> 0;
    if (address % 4 !== 0) {
      this.#step.raise(isLoad ? CAUSE.loadMisaligned : CAUSE.storeMisaligned, address);
      return -1;
    }
    const place = this.#memory.place(address, isLoad ? INNER_LOAD : INNER_STORE);
    if (place >= 0) return place;
    if (isLoad) this.#fault(place, CAUSE.loadGuestPage, CAUSE.loadAccess);
    else this.#fault(place, CAUSE.storeGuestPage, CAUSE.storeAccess);
    return -1;
  }

  #loadReserved(instruction: Instruction): void {
    const place = this.#atomicWord(instruction, true);
    if (place < 0) return;
    const value = this.#ram.peek(place, 4);
    this.#ram.release(this.#hart);
    this.#ram.reserve(this.#hart, place);
    this.#retire(instruction, value);
  }

  #storeConditional(instruction: Instruction): void {
    const hart = this.#hart;
    const place = this.#atomicWord(instruction, false);
    if (place < 0) return;
    const isHeld = hart.reservation === place;
    if (isHeld) this.#attention = this.#ram.put(hart, place, 4, hart.x[instruction.rs2]!);
    this.#ram.release(hart);
    this.#retire(instruction, isHeld ? 0 : 1);
  }

  #modify(instruction: Instruction): void {
    const hart = this.#hart;
    // what may be stored to may be loaded from: no table permits stores alone
    const place = this.#atomicWord(instruction, false);
    if (place < 0) return;
    const old = this.#ram.peek(place, 4) | 0;
    const value = atomicResult(instruction.operation, old, hart.x[instruction.rs2]!);
    this.#attention = this.#ram.put(hart, place, 4, value);
    this.#retire(instruction, old);
  }
}

function isModification({ operation }: Instruction): boolean {
  return operation >= OPERATION["amoswap.w"] && operation <= OPERATION["amomaxu.w"];
}
