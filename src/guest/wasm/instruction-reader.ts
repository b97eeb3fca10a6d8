import { StandinTypeError } from "../../sim/errors.ts";
import type { WasmBinaryReader } from "./binary-reader.ts";
import {
  NUMERIC_OPERANDS,
  OpcodePrefix,
  Operand,
  PLAIN_OPERANDS,
  ValueType,
  VECTOR_OPERANDS,
} from "./opcodes.ts";

/** How the type of a block without parameters and results is written. */
const EMPTY_BLOCK = 0x40;

/** The types of blocks that are no type's index: nothing, or one value that it gives. */
export const BlockType = { empty: -1, value: -2 } as const;

/** Set in an alignment in front of the number of a memory other than the first. */
const MEMORY_FLAG = 0x40;

const VALUE_TYPES: ReadonlySet<number> = /* @__PURE__ */ new Set(Object.values(ValueType));

/** @throws StandinTypeError `WASM_UNSUPPORTED` for a type that is none of the basic ones. */
export function expectValueType(reader: WasmBinaryReader, type: number): void {
  if (VALUE_TYPES.has(type)) return;
  throw new StandinTypeError(
    "WASM_UNSUPPORTED",
    `expected a number, a vector, funcref or externref, got type 0x${type.toString(16)} before byte ${reader.offset}`,
  );
}

/**
 * Reads the instructions of a function one after the other, each into the same fields. Every
 * instruction takes at least a byte, so a function is read in at most as many steps as it has bytes.
 *
 * Understood are the instructions of WebAssembly 2.0: the first version, sign extension, saturating
 * conversions, several values, references, bulk memory and vectors.
 */
export class WasmInstructionReader {
  /** Offset of the instruction in the whole binary. */
  start = 0;
  /** An {@link OpcodePrefix}, or 0. */
  prefix = 0;
  /** The opcode, without its prefix. */
  opcode = 0;
  /** What followed the opcode. */
  operand: Operand = Operand.none;
  /**
   * The first number that followed: an index, a {@link BlockType}, a constant of 32 bits, or the
   * alignment of a load or a store.
   */
  first = 0;
  /** The second number that followed: the offset of a load or a store. */
  second = 0;
  /** The lane of an {@link Operand.accessLane}. */
  lane = 0;
  readonly #reader: WasmBinaryReader;

  /** @param reader Of the instructions, the last `end` included. */
  constructor(reader: WasmBinaryReader) {
    this.#reader = reader;
  }

  /**
   * Reads the next instruction.
   *
   * @throws StandinTypeError `WASM_MALFORMED`; `WASM_UNSUPPORTED` for an instruction that is not
   *   understood, with its opcode and offset.
   */
  next(): void {
    const reader = this.#reader;
    this.start = reader.offset;
    this.prefix = 0;
    this.opcode = reader.byte();
    if (this.opcode === OpcodePrefix.numeric || this.opcode === OpcodePrefix.vector) {
      this.prefix = this.opcode;
      this.opcode = reader.u32();
    }
    this.operand = this.#operandKind();
    this.#readOperand();
  }

  #operandKind(): Operand {
    const operands =
      this.prefix === 0
        ? PLAIN_OPERANDS
        : this.prefix === OpcodePrefix.numeric
          ? NUMERIC_OPERANDS
          : VECTOR_OPERANDS;
    const operand = (operands[this.opcode] ?? Operand.refused) as Operand;
    if (operand === Operand.refused) return this.#refuse();
    return operand;
  }

  #readOperand(): void {
    const reader = this.#reader;
    switch (this.operand) {
      case Operand.none:
        return;
      case Operand.index:
      case Operand.local:
        this.first = reader.u32();
        return;
      case Operand.i32:
        this.first = reader.s32();
        return;
      case Operand.blockType:
        this.#readBlockType();
        return;
      case Operand.indices:
        this.first = reader.u32();
        this.second = reader.u32();
        return;
      case Operand.access:
        this.#readAccess();
        return;
      case Operand.accessLane:
        this.#readAccess();
        this.lane = reader.byte();
        return;
      case Operand.memory:
        this.#expectFirstMemory();
        return;
      case Operand.memories:
        this.#expectFirstMemory();
        this.#expectFirstMemory();
        return;
      case Operand.segment:
        this.first = reader.u32();
        this.#expectFirstMemory();
        return;
      default:
        this.#skipOperand();
    }
  }

  /** Steps over what nobody asks for. */
  #skipOperand(): void {
    const reader = this.#reader;
    switch (this.operand) {
      case Operand.labels:
        // every label is at least one byte, so a count beyond the function ends with it
        for (let left = reader.u32(); left >= 0; left -= 1) reader.u32();
        return;
      case Operand.types:
        for (let left = reader.u32(); left > 0; left -= 1) expectValueType(reader, reader.byte());
        return;
      case Operand.referenceType:
        expectValueType(reader, reader.byte());
        return;
      case Operand.i64:
        reader.skipInteger(64);
        return;
      case Operand.lane:
        reader.byte();
        return;
      default:
        reader.bytes(this.operand === Operand.f32 ? 4 : this.operand === Operand.f64 ? 8 : 16);
    }
  }

  #readAccess(): void {
    this.first = this.#reader.u32();
    if (this.first >= MEMORY_FLAG) this.#refuse();
    this.second = this.#reader.u32();
  }

  #expectFirstMemory(): void {
    if (this.#reader.u32() !== 0) this.#refuse();
  }

  #readBlockType(): void {
    const first = this.#reader.byte();
    if (first === EMPTY_BLOCK) this.first = BlockType.empty;
    else if (first < EMPTY_BLOCK) this.first = first;
    else if (first < 0x80) {
      expectValueType(this.#reader, first);
      this.first = BlockType.value;
    } else this.first = (first & 0x7f) + 0x80 * this.#reader.u32();
  }

  #refuse(): never {
    const hex = (byte: number): string => byte.toString(16).padStart(2, "0");
    const name = this.prefix === 0 ? "" : `${hex(this.prefix)} `;
    throw new StandinTypeError(
      "WASM_UNSUPPORTED",
      `expected an instruction of WebAssembly 2.0 on one memory, got opcode 0x${name}${hex(this.opcode)} at byte ${this.start}`,
    );
  }
}
