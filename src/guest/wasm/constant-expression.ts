import type { WasmBinaryReader } from "./binary-reader.ts";

const END = 0x0b;
const GLOBAL_GET = 0x23;
const I32_CONST = 0x41;
const I64_CONST = 0x42;
const F32_CONST = 0x43;
const F64_CONST = 0x44;
const REF_NULL = 0xd0;
const REF_FUNC = 0xd2;
const VECTOR_PREFIX = 0xfd;
const V128_CONST = 12;

/** Addition, subtraction and multiplication of i32 and i64, which take no operand bytes. */
const EXTENDED_CONSTANT = new Set([0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e]);

/** Steps over the expression that gives a global its first value. */
export function skipConstantExpression(reader: WasmBinaryReader): void {
  for (;;) {
    const opcode = reader.byte();
    if (opcode === END) return;
    if (opcode === I32_CONST) reader.skipInteger(32);
    else if (opcode === I64_CONST) reader.skipInteger(64);
    else if (opcode === F32_CONST) reader.bytes(4);
    else if (opcode === F64_CONST) reader.bytes(8);
    else if (opcode === GLOBAL_GET || opcode === REF_FUNC) reader.u32();
    else if (opcode === REF_NULL) reader.skipInteger(33);
    else if (opcode === VECTOR_PREFIX && reader.u32() === V128_CONST) reader.bytes(16);
    else if (!EXTENDED_CONSTANT.has(opcode)) reader.fail(`opcode ${opcode} in a constant`);
  }
}
