import type { WasmInstructionReader } from "./instruction-reader.ts";
import { Opcode, Operand } from "./opcodes.ts";

/** Variables that are gone through for one function, in bytes of its code, before that ends. */
const STEPS_PER_BYTE = 256;

/**
 * Which local variables a function assigns in each of its blocks. Noted in one pass over the function,
 * before another that asks.
 */
export class AssignedLocals {
  /** Every assignment, in order. */
  readonly #assigned: number[] = [];
  /** For each block the first of its assignments, and one more than the last. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #open: number[] = [];
  #localCount = 0;
  #stepsLeft = 0;

  /** Begins with a function. */
  begin(localCount: number, codeBytes: number): void {
    this.#assigned.length = 0;
    this.#starts.length = 0;
    this.#ends.length = 0;
    this.#open.length = 0;
    this.#localCount = localCount;
    this.#stepsLeft = STEPS_PER_BYTE * codeBytes;
  }

  /** Takes note of an instruction. */
  note({ prefix, opcode, operand, first }: WasmInstructionReader): void {
    if (operand === Operand.blockType) {
      this.#open.push(this.#starts.length);
      this.#starts.push(this.#assigned.length);
      this.#ends.push(this.#assigned.length);
    } else if (operand === Operand.local) {
      if (opcode !== Opcode.localGet) this.#assigned.push(first);
    } else if (prefix === 0 && opcode === Opcode.end) {
      const block = this.#open.pop();
      if (block !== undefined) this.#ends[block] = this.#assigned.length;
    }
  }

  /**
   * Calls `visit` with each variable assigned within a block, with some more than once; blocks are
   * numbered as they begin. In a function with so much of both that this takes long, with all its
   * variables.
   */
  forEachIn(block: number, visit: (local: number) => void): void {
    const start = this.#starts[block] ?? 0;
    const end = this.#ends[block] ?? 0;
    this.#stepsLeft -= Math.min(end - start, this.#localCount);
    if (end - start <= this.#stepsLeft) {
      for (let at = start; at < end; at += 1) visit(this.#assigned[at]!);
    } else for (let local = 0; local < this.#localCount; local += 1) visit(local);
  }
}
