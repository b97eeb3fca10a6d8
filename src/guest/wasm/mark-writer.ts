import type { WasmBinaryWriter } from "./binary-writer.ts";
import type { WasmInstructionReader } from "./instruction-reader.ts";
import { NumericOpcode, Opcode, OpcodePrefix, Operand, type StoreShape } from "./opcodes.ts";
import { MAP_BYTES, MAP_UNITS, MARK_SHIFT } from "./store-map.ts";
import type { StorePlan } from "./store-plan.ts";
import { Temporary, type TemporaryLocals, temporaryFor } from "./temporary-locals.ts";
import { ZERO_NAME } from "./value-names.ts";

/** A block without parameters and results. */
const EMPTY_BLOCK = 0x40;

const OFFSET_MAX = 0xffff_ffff;

/**
 * Writes what takes the place of the instructions that have to do with the linear memory.
 *
 * The program's address 0 lies behind the marks, {@link MAP_BYTES} into the memory. Loads and stores
 * have that added to the offset that they carry anyway, which costs the processor next to nothing; it
 * is what keeps the marks out of the program's reach: an address is not negative. Marks lie at
 * address 0, so that the number of a page is the address of its mark.
 */
export class MarkWriter {
  readonly #out: WasmBinaryWriter;
  readonly #locals: TemporaryLocals;

  constructor(out: WasmBinaryWriter, locals: TemporaryLocals) {
    this.#out = out;
    this.#locals = locals;
  }

  /** A load or a store as it is, but for its offset. */
  access({ prefix, opcode, operand, first, second, lane }: WasmInstructionReader): void {
    if (prefix === 0) this.#out.byte(opcode);
    else this.#out.byte(prefix).u32(opcode);
    // Beyond the largest offset: a memory is never that large, and the access traps as it should.
    this.#out.u32(first).u32(Math.min(second + MAP_BYTES, OFFSET_MAX));
    if (operand === Operand.accessLane) this.#out.byte(lane);
  }

  /** A store, and behind it its marks: a store that traps has marked nothing. */
  store(
    instruction: WasmInstructionReader,
    { type, sizeBytes }: StoreShape,
    plan: StorePlan,
  ): void {
    const { address, marks, isChecked } = plan;
    if (marks.length === 0 || address.name === ZERO_NAME) {
      this.access(instruction);
      this.#markConstants(plan);
      return;
    }
    let { local } = address;
    if (local < 0) {
      local = this.#locals.indexOf(Temporary.address);
      const value = this.#locals.indexOf(temporaryFor(type));
      this.#set(value).#tee(local).#get(value);
    }
    this.access(instruction);
    for (const distance of marks) this.#get(local).#plus(distance).#markPage();
    if (!isChecked) return;
    // Only a store that is not aligned can lie across two pages; to mark one page twice does no harm.
    const last = instruction.second + sizeBytes - 1;
    this.#get(local).#plus(instruction.second % sizeBytes);
    this.#constant(sizeBytes - 1)
      .#op(Opcode.i32And)
      .#op(Opcode.if)
      .#op(EMPTY_BLOCK);
    this.#get(local).#plus(last).#markPage().#op(Opcode.end);
  }

  /** `memory.size` of the program's own part. */
  size(): void {
    this.#op(Opcode.memorySize).#op(0);
    this.#constant(MAP_UNITS).#op(Opcode.i32Sub);
  }

  /** `memory.grow`, which tells the size before, or -1. */
  grow(): void {
    const value = this.#locals.indexOf(Temporary.value);
    this.#op(Opcode.memoryGrow).#op(0).#tee(value);
    this.#constant(MAP_UNITS).#constant(0);
    this.#get(value).#constant(-1).#op(Opcode.i32Ne).#op(Opcode.select).#op(Opcode.i32Sub);
  }

  /** `memory.fill`, `memory.copy` or `memory.init`, and behind it the marks of the range. */
  range({ opcode, first: segment }: WasmInstructionReader): void {
    const address = this.#locals.indexOf(Temporary.address);
    const value = this.#locals.indexOf(Temporary.value);
    const length = this.#locals.indexOf(Temporary.length);
    this.#set(length).#set(value).#set(address);
    this.#behindMap(address);
    if (opcode === NumericOpcode.memoryCopy) this.#behindMap(value);
    else this.#get(value);
    this.#get(length).#numeric(opcode);
    if (opcode === NumericOpcode.memoryInit) this.#out.u32(segment);
    if (opcode === NumericOpcode.memoryCopy) this.#op(0);
    this.#op(0);
    this.#markRange(address, length);
  }

  /** Pushes where an address of the program lies: one too large to be there stays too large. */
  #behindMap(address: number): void {
    this.#get(address).#constant(MAP_BYTES).#op(Opcode.i32Add).#constant(-1);
    this.#get(address).#constant(-MAP_BYTES).#op(Opcode.i32LtU).#op(Opcode.select);
  }

  /** Marks all pages of a range that exists; its address and length are lost. */
  #markRange(address: number, length: number): void {
    this.#get(length).#op(Opcode.if).#op(EMPTY_BLOCK);
    this.#get(address).#get(length).#op(Opcode.i32Add).#constant(1).#op(Opcode.i32Sub);
    this.#constant(MARK_SHIFT).#op(Opcode.i32ShrU).#tee(length);
    this.#mark();
    this.#get(address).#constant(MARK_SHIFT).#op(Opcode.i32ShrU).#tee(address);
    this.#mark();
    // most ranges are short: filling is a call
    this.#get(length).#get(address).#op(Opcode.i32Sub).#tee(length);
    this.#constant(1).#op(Opcode.i32GtU).#op(Opcode.if).#op(EMPTY_BLOCK);
    this.#get(address).#constant(1).#op(Opcode.i32Add).#constant(1);
    this.#get(length).#constant(1).#op(Opcode.i32Sub);
    this.#numeric(NumericOpcode.memoryFill).#op(0);
    this.#op(Opcode.end).#op(Opcode.end);
  }

  /** Marks pages of addresses that are known. */
  #markConstants({ address, marks }: StorePlan): void {
    const pages = marks.map((distance) => ((address.offset + distance) >>> 0) >>> MARK_SHIFT);
    for (const page of new Set(pages)) this.#constant(page).#mark();
  }

  /** Marks the page of the address on the stack. */
  #markPage(): this {
    return this.#constant(MARK_SHIFT).#op(Opcode.i32ShrU).#mark();
  }

  /** Sets the mark whose address is on the stack. */
  #mark(): this {
    return this.#constant(1).#op(Opcode.i32Store8).#op(0).#op(0);
  }

  #plus(distance: number): this {
    return distance === 0 ? this : this.#constant(distance).#op(Opcode.i32Add);
  }

  #op(opcode: number): this {
    this.#out.byte(opcode);
    return this;
  }

  #numeric(opcode: number): this {
    this.#out.byte(OpcodePrefix.numeric).u32(opcode);
    return this;
  }

  #constant(value: number): this {
    this.#out.byte(Opcode.i32Const).s32(value);
    return this;
  }

  #get(local: number): this {
    this.#out.byte(Opcode.localGet).u32(local);
    return this;
  }

  #set(local: number): this {
    this.#out.byte(Opcode.localSet).u32(local);
    return this;
  }

  #tee(local: number): this {
    this.#out.byte(Opcode.localTee).u32(local);
    return this;
  }
}
