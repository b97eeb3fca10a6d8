// covers src/guest/wasm/stack-arity.ts, src/guest/wasm/opcodes.ts
import { describe, expect, test } from "vitest";
import {
  NUMERIC_OPERANDS,
  OpcodePrefix,
  Operand,
  PLAIN_OPERANDS,
  storeShapeOf,
  VECTOR_OPERANDS,
} from "../../../src/guest/wasm/opcodes.ts";
import { arityOf } from "../../../src/guest/wasm/stack-arity.ts";
import { assemble, F32, F64, FUNCREF, I32, I64, op, unsigned, V128 } from "./assembler.ts";

const TYPES = [I32, I64, V128, F32, F64, FUNCREF];

/** What pushes a value of each type. */
const pushes = new Map<number, readonly number[]>([
  [I32, op.i32Const(0)],
  [I64, op.i64Const(0)],
  [F32, op.f32Const(0)],
  [F64, op.f64Const(0)],
  [V128, [0xfd, 12, ...new Array<number>(16).fill(0)]],
  [FUNCREF, [0xd0, FUNCREF]],
]);

/** Operands for a module with a function, a global, a table, an element and a data segment of each. */
const operands = new Map<number, readonly number[]>([
  [Operand.none, []],
  [Operand.index, [0]],
  [Operand.indices, [0, 0]],
  [Operand.types, [1, I32]],
  [Operand.local, [0]],
  [Operand.access, [0, 0]],
  [Operand.memory, [0]],
  [Operand.memories, [0, 0]],
  [Operand.segment, [0, 0]],
  [Operand.i32, [0]],
  [Operand.i64, [0]],
  [Operand.f32, [0, 0, 0, 0]],
  [Operand.f64, new Array<number>(8).fill(0)],
  [Operand.v128, new Array<number>(16).fill(0)],
  [Operand.lane, [0]],
  [Operand.accessLane, [0, 0, 0]],
  [Operand.referenceType, [FUNCREF]],
]);

/** Whether the engine accepts an instruction between what it takes and as many drops as it gives. */
function isValid(instruction: readonly number[], taken: readonly number[], put: number): boolean {
  const code = [
    ...taken.flatMap((type) => pushes.get(type)!),
    ...instruction,
    ...new Array<number>(put).fill(op.drop),
  ];
  const bytes = assemble({
    types: [{ takes: [], gives: [] }],
    functions: [{ type: 0, code, locals: [I32] }],
    tables: [[0, 1]],
    memories: [[0, 1]],
    globals: [{ type: I32, mutable: true, first: [op.i32Const(0)] }],
    exports: [{ name: "f", kind: 0, index: 0 }],
    elements: 1,
    data: [{ bytes: [] }],
  });
  return WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>);
}

/** All lists of so many types. */
function* typeLists(count: number): Generator<number[]> {
  if (count === 0) yield [];
  else for (const rest of typeLists(count - 1)) for (const type of TYPES) yield [type, ...rest];
}

function accepts(instruction: readonly number[], taken: number, put: number): boolean {
  for (const types of typeLists(taken)) if (isValid(instruction, types, put)) return true;
  return false;
}

describe.each([
  ["of one byte", 0, PLAIN_OPERANDS],
  ["behind 0xfc", OpcodePrefix.numeric, NUMERIC_OPERANDS],
  ["behind 0xfd", OpcodePrefix.vector, VECTOR_OPERANDS],
] as const)("stack arity: instructions %s", (_name, prefix, kinds) => {
  test("stack arity: the engine takes and gives as many values as the table says", () => {
    let known = 0;
    for (const [opcode, kind] of kinds.entries()) {
      const arity = arityOf(prefix, opcode);
      if (kind === Operand.refused || arity === undefined) {
        expect({ opcode, kind, arity }).toSatisfy(() => kind !== Operand.refused || !arity);
        continue;
      }
      const bytes = prefix === 0 ? [opcode] : [prefix, ...unsigned(opcode)];
      const instruction = [...bytes, ...operands.get(kind)!];
      // the table has some numbers of vector instructions that no instruction has
      if (prefix === OpcodePrefix.vector && UNUSED_VECTOR.has(opcode)) continue;
      const [taken, put] = [arity >>> 1, arity & 1];
      expect({ opcode, valid: accepts(instruction, taken, put) }).toEqual({ opcode, valid: true });
      known += 1;
    }
    expect(known).toBeGreaterThan(15);
  });
});

/** Numbers below 256 that no vector instruction has. */
const UNUSED_VECTOR = new Set([
  154, 162, 165, 166, 175, 176, 178, 179, 180, 187, 194, 197, 198, 207, 208, 210, 211, 212, 226,
  238,
]);

test("stack arity: numbers that no instruction has are refused by the engine", () => {
  for (const opcode of UNUSED_VECTOR) {
    const instruction = [OpcodePrefix.vector, ...unsigned(opcode)];
    for (const taken of [0, 1, 2, 3]) {
      for (const put of [0, 1]) expect(accepts(instruction, taken, put)).toBe(false);
    }
  }
});

test("stack arity: only control, calls and branches have none", () => {
  const none = [...PLAIN_OPERANDS.keys()].filter(
    (opcode) => PLAIN_OPERANDS[opcode] !== Operand.refused && arityOf(0, opcode) === undefined,
  );
  expect(none).toEqual([0x00, 0x02, 0x03, 0x04, 0x05, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11]);
  expect(arityOf(OpcodePrefix.numeric, 18)).toBeUndefined();
  expect(arityOf(OpcodePrefix.vector, 256)).toBeUndefined();
});

test("opcodes: the shape of each store, and of no load", () => {
  const shapes = [...PLAIN_OPERANDS.keys()]
    .map((opcode) => storeShapeOf(0, opcode))
    .filter((shape) => shape !== undefined);
  expect(shapes.map(({ type, sizeBytes }) => [type, sizeBytes])).toEqual([
    [I32, 4],
    [I64, 8],
    [F32, 4],
    [F64, 8],
    [I32, 1],
    [I32, 2],
    [I64, 1],
    [I64, 2],
    [I64, 4],
  ]);
  const vector = [...VECTOR_OPERANDS.keys()]
    .map((opcode) => storeShapeOf(OpcodePrefix.vector, opcode)?.sizeBytes)
    .filter((size) => size !== undefined);
  expect(vector).toEqual([16, 1, 2, 4, 8]);
});
