import type { Instruction } from "./decoder.ts";
import { multiplyHighMixed, multiplyHighSigned, multiplyHighUnsigned } from "./multiply.ts";
import { OPERATION } from "./operation.ts";

/** Whether an operation needs nothing but registers and goes on to the next instruction. */
export function isArithmetic(operation: number): boolean {
  if (operation >= OPERATION.addi) return operation <= OPERATION.remu;
  return operation === OPERATION.lui || operation === OPERATION.auipc;
}

/**
 * The result of an operation that {@link isArithmetic}, as `interpret` has it in its loop.
 *
 * @param a The first register, signed, as all that follows.
 * @param b The second register; operations with an immediate use that instead.
 * @param pc The address of the instruction.
 */
export function arithmeticResult(
  { operation, immediate }: Instruction,
  a: number,
  b: number,
  pc: number,
): number {
  switch (operation) {
    case OPERATION.lui:
      return immediate;
    case OPERATION.auipc:
      return (pc + immediate) | 0;
    case OPERATION.addi:
      return (a + immediate) | 0;
    case OPERATION.slti:
      return a < immediate ? 1 : 0;
    case OPERATION.sltiu:
      return a >>> 0 < immediate >>> 0 ? 1 : 0;
    case OPERATION.xori:
      return a ^ immediate;
    case OPERATION.ori:
      return a | immediate;
    case OPERATION.andi:
      return a & immediate;
    case OPERATION.slli:
      return a << immediate;
    case OPERATION.srli:
      return (a >>> immediate) | 0;
    case OPERATION.srai:
      return a >> immediate;
    case OPERATION.add:
      return (a + b) | 0;
    case OPERATION.sub:
      return (a - b) | 0;
    case OPERATION.sll:
      return a << b;
    case OPERATION.slt:
      return a < b ? 1 : 0;
    case OPERATION.sltu:
      return a >>> 0 < b >>> 0 ? 1 : 0;
    case OPERATION.xor:
      return a ^ b;
    case OPERATION.srl:
      return (a >>> b) | 0;
    case OPERATION.sra:
      return a >> b;
    case OPERATION.or:
      return a | b;
    case OPERATION.and:
      return a & b;
    default:
      return product(operation, a, b);
  }
}

/** Of the extension M. */
function product(operation: number, a: number, b: number): number {
  switch (operation) {
    case OPERATION.mul:
      return Math.imul(a, b);
    case OPERATION.mulh:
      return multiplyHighSigned(a, b);
    case OPERATION.mulhsu:
      return multiplyHighMixed(a, b);
    case OPERATION.mulhu:
      return multiplyHighUnsigned(a, b);
    // -2^31 / -1 is 2^31, which wraps to what the specification asks for
    case OPERATION.div:
      return b === 0 ? -1 : (a / b) | 0;
    case OPERATION.divu:
      return b === 0 ? -1 : ((a >>> 0) / (b >>> 0)) | 0;
    case OPERATION.rem:
      return b === 0 ? a : (a % b) | 0;
    default:
      return b === 0 ? a : ((a >>> 0) % (b >>> 0)) | 0;
  }
}
