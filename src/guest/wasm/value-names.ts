import { assert } from "../../sim/assert.ts";
import type { AssignedLocals } from "./assigned-locals.ts";
import type { WasmBinaryReader } from "./binary-reader.ts";
import type { FunctionOutline } from "./function-outline.ts";
import { BlockType, type WasmInstructionReader } from "./instruction-reader.ts";
import { Opcode } from "./opcodes.ts";
import { arityOf } from "./stack-arity.ts";

/** The name of zero: what is known as a constant is that far from it. */
export const ZERO_NAME = 0;

/** Distances from a named value stay below this, so that adding one more keeps whole numbers exact. */
const OFFSET_MAX = 0x4000_0000;

/** Values on the stack at most: more than any engine lets a function that does something have. */
const STACK_MAX = 100_000;

const NO_LOCAL = -1;

/** What is known of a value: it is `offset` more than all others of that name, modulo 2^32. */
export interface NamedValue {
  readonly name: number;
  readonly offset: number;
  /** A local variable that holds the value now, or -1. */
  readonly local: number;
}

interface Frame {
  /** Values on the stack below the block's own. */
  readonly height: number;
  readonly parameters: number;
  readonly results: number;
  /** Which block of the function it is, in the order in which they begin. */
  readonly block: number;
  /** Nothing behind a branch is reached: the stack there holds whatever is asked of it. */
  isUnreachable: boolean;
}

/**
 * Follows the values of a function from instruction to instruction and gives equal names to values
 * that are certainly equal, but for a constant: two loads of a variable that was not assigned
 * meanwhile, or a pointer and a pointer to the next field. A name belongs to one execution of the place
 * where its value came into being; where ways through the function meet, assigned variables get new names.
 */
export class ValueNames {
  readonly #functions: FunctionOutline;
  readonly #stack: NamedValue[] = [];
  readonly #locals: NamedValue[] = [];
  readonly #frames: Frame[] = [];
  #lastName: number = ZERO_NAME;
  #blockCount = 0;
  #assigned: AssignedLocals | undefined;
  readonly #rename = (local: number): void => {
    this.#locals[local] = this.#fresh();
  };

  constructor(functions: FunctionOutline) {
    this.#functions = functions;
  }

  /**
   * Begins with a function.
   *
   * @param assigned What the function assigns, noted already.
   */
  begin(localCount: number, assigned: AssignedLocals): void {
    this.#stack.length = 0;
    this.#locals.length = 0;
    this.#frames.length = 0;
    this.#lastName = ZERO_NAME;
    this.#blockCount = 0;
    this.#assigned = assigned;
    for (let local = 0; local < localCount; local += 1) this.#locals.push(this.#fresh());
    this.#frames.push({ height: 0, parameters: 0, results: 0, block: -1, isUnreachable: false });
  }

  /** The value `depth` below the one on top of the stack. */
  peek(depth: number): NamedValue {
    const frame = this.#frames.at(-1);
    const at = this.#stack.length - 1 - depth;
    if (frame === undefined || at < frame.height) return this.#fresh();
    const { name, offset, local } = this.#stack[at]!;
    const held = this.#locals[local];
    const isHeld = held !== undefined && held.name === name && held.offset === offset;
    return isHeld ? this.#stack[at]! : { name, offset, local: NO_LOCAL };
  }

  /** Goes on behind an instruction; `reader` is only for what is wrong with it. */
  step(instruction: WasmInstructionReader, reader: WasmBinaryReader): void {
    const { prefix, opcode } = instruction;
    const arity = arityOf(prefix, opcode);
    if (prefix !== 0) {
      this.#replace(arity ?? reader.fail("an opcode that has no arity"), reader);
      return;
    }
    switch (opcode) {
      case Opcode.localGet:
        this.#stack.push({ ...this.#local(instruction.first), local: instruction.first });
        return;
      case Opcode.localSet:
      case Opcode.localTee:
        this.#assign(instruction.first, this.#pop(reader), opcode === Opcode.localTee);
        return;
      case Opcode.i32Const:
        this.#stack.push({ name: ZERO_NAME, offset: instruction.first, local: NO_LOCAL });
        return;
      case Opcode.i32Add:
      case Opcode.i32Sub:
        this.#add(opcode === Opcode.i32Add ? 1 : -1, reader);
        return;
      default:
        if (arity !== undefined) this.#replace(arity, reader);
        else this.#stepControl(instruction, reader);
    }
  }

  #stepControl(instruction: WasmInstructionReader, reader: WasmBinaryReader): void {
    const { opcode, first } = instruction;
    const { types, functions } = this.#functions;
    switch (opcode) {
      case Opcode.block:
      case Opcode.loop:
      case Opcode.if:
        this.#open(instruction, reader);
        return;
      case Opcode.else:
        this.#enterElse(reader);
        return;
      case Opcode.end:
        this.#close(reader);
        return;
      case Opcode.branchIf:
        this.#pop(reader);
        return;
      case Opcode.call: {
        const called = functions[first] ?? reader.fail(`a call of function ${first}`);
        this.#exchange(called.parameters, called.results, reader);
        return;
      }
      case Opcode.callIndirect: {
        const called = types[first] ?? reader.fail(`a call of type ${first}`);
        this.#exchange(called.parameters + 1, called.results, reader);
        return;
      }
      default:
        // a branch, a return or a trap
        this.#stack.length = this.#frame.height;
        this.#frame.isUnreachable = true;
    }
  }

  get #frame(): Frame {
    const frame = this.#frames.at(-1);
    assert(frame !== undefined, "a function's last end is not gone past");
    return frame;
  }

  #fresh(): NamedValue {
    this.#lastName += 1;
    return { name: this.#lastName, offset: 0, local: NO_LOCAL };
  }

  #local(local: number): NamedValue {
    const value = this.#locals[local];
    assert(value !== undefined, "variables are looked at after they have been counted");
    return value;
  }

  #pop(reader: WasmBinaryReader): NamedValue {
    const { height, isUnreachable } = this.#frame;
    if (this.#stack.length > height) return this.#stack.pop()!;
    if (!isUnreachable) reader.fail("an instruction without operands");
    return this.#fresh();
  }

  #assign(local: number, value: NamedValue, isKept: boolean): void {
    this.#locals[local] = value;
    if (isKept) this.#stack.push({ ...value, local });
  }

  #add(sign: 1 | -1, reader: WasmBinaryReader): void {
    const right = this.#pop(reader);
    const left = this.#pop(reader);
    const [base, constant] = left.name === ZERO_NAME && sign === 1 ? [right, left] : [left, right];
    const offset = base.offset + sign * constant.offset;
    const isKnown = constant.name === ZERO_NAME && Math.abs(offset) < OFFSET_MAX;
    this.#stack.push(isKnown ? { name: base.name, offset, local: NO_LOCAL } : this.#fresh());
  }

  #replace(arity: number, reader: WasmBinaryReader): void {
    this.#exchange(arity >>> 1, arity & 1, reader);
  }

  #exchange(taken: number, put: number, reader: WasmBinaryReader): void {
    for (let count = 0; count < taken; count += 1) this.#pop(reader);
    if (this.#stack.length + put > STACK_MAX) reader.fail("a stack too high");
    for (let count = 0; count < put; count += 1) this.#stack.push(this.#fresh());
  }

  #open({ opcode, first }: WasmInstructionReader, reader: WasmBinaryReader): void {
    if (opcode === Opcode.if) this.#pop(reader);
    const type = this.#functions.types[first];
    if (first >= 0 && type === undefined) reader.fail(`a block of type ${first}`);
    const parameters = type?.parameters ?? 0;
    const results = type?.results ?? (first === BlockType.value ? 1 : 0);
    for (let count = 0; count < parameters; count += 1) this.#pop(reader);
    const height = this.#stack.length;
    const block = this.#blockCount++;
    this.#frames.push({ height, parameters, results, block, isUnreachable: false });
    // the beginning of a loop is also reached from within it
    if (opcode === Opcode.loop) this.#forget(block);
    this.#exchange(0, parameters, reader);
  }

  #enterElse(reader: WasmBinaryReader): void {
    const frame = this.#frame;
    this.#stack.length = frame.height;
    frame.isUnreachable = false;
    this.#forget(frame.block);
    this.#exchange(0, frame.parameters, reader);
  }

  #close(reader: WasmBinaryReader): void {
    const { height, results, block } = this.#frame;
    this.#frames.pop();
    this.#stack.length = height;
    if (this.#frames.length === 0) return;
    this.#forget(block);
    this.#exchange(0, results, reader);
  }

  /** New names for the variables that are assigned within a block. */
  #forget(block: number): void {
    this.#assigned?.forEachIn(block, this.#rename);
  }
}
