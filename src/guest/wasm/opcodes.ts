/** Opcodes that the rewriting of code looks for or writes, as the binary format numbers them. */
export const Opcode = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  branch: 0x0c,
  branchIf: 0x0d,
  branchTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Store: 0x36,
  i32Store8: 0x3a,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i32Ne: 0x47,
  i32LtU: 0x49,
  i32GtU: 0x4b,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32And: 0x71,
  i32ShrU: 0x76,
  select: 0x1b,
} as const;

/** First bytes of instructions whose opcode goes on behind them. */
export const OpcodePrefix = { numeric: 0xfc, vector: 0xfd } as const;

/** Opcodes behind {@link OpcodePrefix.numeric}. */
export const NumericOpcode = { memoryInit: 8, memoryCopy: 10, memoryFill: 11 } as const;

/** What follows the opcode of an instruction. */
export const Operand = {
  /** Not one of the instructions that are understood. */
  refused: 0,
  none: 1,
  blockType: 2,
  /** An index or a label. */
  index: 3,
  /** Two indices. */
  indices: 4,
  labels: 5,
  types: 6,
  /** An index of a local variable. */
  local: 7,
  /** Alignment and offset of a load or a store. */
  access: 8,
  /** The number of a memory. */
  memory: 9,
  /** The numbers of two memories. */
  memories: 10,
  /** A data segment and a memory. */
  segment: 11,
  i32: 12,
  i64: 13,
  f32: 14,
  f64: 15,
  v128: 16,
  lane: 17,
  /** Alignment, offset and lane. */
  accessLane: 18,
  referenceType: 19,
} as const;

/** A kind of operand. */
export type Operand = (typeof Operand)[keyof typeof Operand];

/** Operands by ranges of opcodes: first, last, kind. What is in none is refused. */
type OperandRanges = readonly (readonly [first: number, last: number, operand: Operand])[];

/**
 * Instructions of one byte. Not among them, and refused: exceptions, tail calls, typed references.
 */
const PLAIN: OperandRanges = [
  [0x00, 0x01, Operand.none],
  [0x02, 0x04, Operand.blockType],
  [0x05, 0x05, Operand.none],
  [0x0b, 0x0b, Operand.none],
  [0x0c, 0x0d, Operand.index],
  [0x0e, 0x0e, Operand.labels],
  [0x0f, 0x0f, Operand.none],
  [0x10, 0x10, Operand.index],
  [0x11, 0x11, Operand.indices],
  [0x1a, 0x1b, Operand.none],
  [0x1c, 0x1c, Operand.types],
  [0x20, 0x22, Operand.local],
  [0x23, 0x26, Operand.index],
  [0x28, 0x3e, Operand.access],
  [0x3f, 0x40, Operand.memory],
  [0x41, 0x41, Operand.i32],
  [0x42, 0x42, Operand.i64],
  [0x43, 0x43, Operand.f32],
  [0x44, 0x44, Operand.f64],
  [0x45, 0xc4, Operand.none],
  [0xd0, 0xd0, Operand.referenceType],
  [0xd1, 0xd1, Operand.none],
  [0xd2, 0xd2, Operand.index],
];

/** Saturating conversions, bulk memory and tables. */
const NUMERIC: OperandRanges = [
  [0, 7, Operand.none],
  [8, 8, Operand.segment],
  [9, 9, Operand.index],
  [10, 10, Operand.memories],
  [11, 11, Operand.memory],
  [12, 12, Operand.indices],
  [13, 13, Operand.index],
  [14, 14, Operand.indices],
  [15, 17, Operand.index],
];

/** Vectors. The relaxed ones, from 256 on, are refused: their results differ between processors. */
const VECTOR: OperandRanges = [
  [0, 11, Operand.access],
  [12, 13, Operand.v128],
  [14, 20, Operand.none],
  [21, 34, Operand.lane],
  [35, 83, Operand.none],
  [84, 91, Operand.accessLane],
  [92, 93, Operand.access],
  [94, 255, Operand.none],
];

/** What follows each opcode of one byte. */
export const PLAIN_OPERANDS: Uint8Array = /* @__PURE__ */ operandsOf(PLAIN);

/** What follows each opcode behind {@link OpcodePrefix.numeric}. */
export const NUMERIC_OPERANDS: Uint8Array = /* @__PURE__ */ operandsOf(NUMERIC);

/** What follows each opcode behind {@link OpcodePrefix.vector}. */
export const VECTOR_OPERANDS: Uint8Array = /* @__PURE__ */ operandsOf(VECTOR);

/** The types of values, as the binary format writes them. */
export const ValueType = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  functionReference: 0x70,
  externalReference: 0x6f,
} as const;

/** A type of values. */
export type ValueType = (typeof ValueType)[keyof typeof ValueType];

/** What a store takes from the stack and how much of memory it writes. */
export interface StoreShape {
  readonly type: ValueType;
  /** 1, 2, 4, 8 or 16. */
  readonly sizeBytes: number;
}

const shape = (type: ValueType, sizeBytes: number): StoreShape => ({ type, sizeBytes });

/** The stores of one byte, from {@link Opcode.i32Store} on. */
const PLAIN_STORES: readonly StoreShape[] = [
  shape(ValueType.i32, 4),
  shape(ValueType.i64, 8),
  shape(ValueType.f32, 4),
  shape(ValueType.f64, 8),
  shape(ValueType.i32, 1),
  shape(ValueType.i32, 2),
  shape(ValueType.i64, 1),
  shape(ValueType.i64, 2),
  shape(ValueType.i64, 4),
];

const V128_STORE = 11;
const V128_STORE8_LANE = 88;
const VECTOR_STORE: StoreShape = shape(ValueType.v128, 16);
const LANE_STORES: readonly StoreShape[] = [1, 2, 4, 8].map((bytes) =>
  shape(ValueType.v128, bytes),
);

/** What an instruction with an {@link Operand.access} stores; `undefined` for a load. */
export function storeShapeOf(prefix: number, opcode: number): StoreShape | undefined {
  if (prefix === 0) {
    return opcode < Opcode.i32Store ? undefined : PLAIN_STORES[opcode - Opcode.i32Store];
  }
  return opcode === V128_STORE ? VECTOR_STORE : LANE_STORES[opcode - V128_STORE8_LANE];
}

function operandsOf(ranges: OperandRanges): Uint8Array {
  const operands = new Uint8Array(256);
  for (const [first, last, operand] of ranges) operands.fill(operand, first, last + 1);
  return operands;
}
