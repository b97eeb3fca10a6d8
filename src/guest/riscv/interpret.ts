import { assert } from "../../sim/assert.ts";
import type { Hart } from "./hart.ts";
import { multiplyHighMixed, multiplyHighSigned, multiplyHighUnsigned } from "./multiply.ts";
import type { Operations as Op } from "./operation.ts";
import type { Ram } from "./ram.ts";

/**
 * Executes instructions one after another for as long as they need nothing but registers and memory
 * to which the way is cached. It stops before the first that needs more: that one is for `Step`.
 *
 * This is where the time of a machine goes. What makes it fast: instructions are decoded already;
 * everything used in the loop is in a local variable; numbers stay 32-bit integers; an access to
 * memory is one look at a flag and one at a typed array; and the cases are numerals, which the
 * engine makes one jump of from the start (of named constants it makes a chain of comparisons).
 * `satisfies` ties each numeral to its operation.
 *
 * @param budget Most instructions to execute, up to 2^30.
 * @returns Instructions executed, all of them retired.
 */
export function interpret(hart: Hart, ram: Ram, budget: number): number {
  const { base, code, words, halves, bytes } = ram;
  const { flags } = ram.direct;
  const { table } = code;
  const { x } = hart;
  const end = table.length - 2;
  const start = (hart.pc - base) >>> 0;
  if (start >= ram.sizeBytes) return 0;
  // An instruction has two numbers for its four bytes in the table.
  let at = start >>> 1;
  let left = budget;
  execution: for (; left > 0; left -= 1) {
    const packed = table[at]!;
    const rd = (packed >>> 8) & 63;
    const a = x[(packed >>> 14) & 63]!;
    const b = x[packed >>> 20]!;
    const immediate = table[at + 1]!;
    switch (packed & 0xff) {
      case 0: // not decoded yet
        code.decodeAt(at);
        left += 1;
        continue;
      case 1 satisfies Op["lui"]:
        x[rd] = immediate;
        break;
      case 2 satisfies Op["auipc"]:
        x[rd] = base + (at << 1) + immediate;
        break;
      case 3 satisfies Op["jal"]:
        x[rd] = base + (at << 1) + 4;
        at = (at + immediate) | 0;
        continue;
      case 4 satisfies Op["jalr"]: {
        // an odd target is even to the guest, but too rare to be looked after here
        const target = (a + immediate - base) | 0;
        if ((target & 3) !== 0 || target >>> 1 >= end) break execution;
        x[rd] = base + (at << 1) + 4;
        at = target >>> 1;
        continue;
      }
      case 5 satisfies Op["beq"]:
        if (a !== b) break;
        at = (at + immediate) | 0;
        continue;
      case 6 satisfies Op["bne"]:
        if (a === b) break;
        at = (at + immediate) | 0;
        continue;
      case 7 satisfies Op["blt"]:
        if (a >= b) break;
        at = (at + immediate) | 0;
        continue;
      case 8 satisfies Op["bge"]:
        if (a < b) break;
        at = (at + immediate) | 0;
        continue;
      case 9 satisfies Op["bltu"]:
        if (a >>> 0 >= b >>> 0) break;
        at = (at + immediate) | 0;
        continue;
      case 10 satisfies Op["bgeu"]:
        if (a >>> 0 < b >>> 0) break;
        at = (at + immediate) | 0;
        continue;
      case 11 satisfies Op["lb"]: {
        const address = (a + immediate) | 0;
        if ((flags[address >>> 12]! & 1) === 0) break execution;
        x[rd] = bytes[(address - base) >>> 0]!;
        break;
      }
      case 12 satisfies Op["lh"]: {
        const address = (a + immediate) | 0;
        if (((flags[address >>> 12]! >>> (address & 1)) & 1) === 0) break execution;
        x[rd] = halves[(address - base) >>> 1]!;
        break;
      }
      case 13 satisfies Op["lw"]: {
        const address = (a + immediate) | 0;
        if (((flags[address >>> 12]! >>> (address & 3)) & 1) === 0) break execution;
        x[rd] = words[(address - base) >>> 2]!;
        break;
      }
      case 14 satisfies Op["lbu"]: {
        const address = (a + immediate) | 0;
        if ((flags[address >>> 12]! & 1) === 0) break execution;
        x[rd] = bytes[(address - base) >>> 0]! & 0xff;
        break;
      }
      case 15 satisfies Op["lhu"]: {
        const address = (a + immediate) | 0;
        if (((flags[address >>> 12]! >>> (address & 1)) & 1) === 0) break execution;
        x[rd] = halves[(address - base) >>> 1]! & 0xffff;
        break;
      }
      case 16 satisfies Op["sb"]: {
        const address = (a + immediate) | 0;
        if ((flags[address >>> 12]! & 0x10) !== 0) bytes[(address - base) >>> 0] = b;
        else if (!ram.storeBesideCode(address >>> 0, 1, b)) break execution;
        break;
      }
      case 17 satisfies Op["sh"]: {
        const address = (a + immediate) | 0;
        if (((flags[address >>> 12]! >>> (address & 1)) & 0x10) !== 0) {
          halves[(address - base) >>> 1] = b;
        } else if (!ram.storeBesideCode(address >>> 0, 2, b)) break execution;
        break;
      }
      case 18 satisfies Op["sw"]: {
        const address = (a + immediate) | 0;
        if (((flags[address >>> 12]! >>> (address & 3)) & 0x10) !== 0) {
          words[(address - base) >>> 2] = b;
        } else if (!ram.storeBesideCode(address >>> 0, 4, b)) break execution;
        break;
      }
      case 19 satisfies Op["addi"]:
        x[rd] = a + immediate;
        break;
      case 20 satisfies Op["slti"]:
        x[rd] = a < immediate ? 1 : 0;
        break;
      case 21 satisfies Op["sltiu"]:
        x[rd] = a >>> 0 < immediate >>> 0 ? 1 : 0;
        break;
      case 22 satisfies Op["xori"]:
        x[rd] = a ^ immediate;
        break;
      case 23 satisfies Op["ori"]:
        x[rd] = a | immediate;
        break;
      case 24 satisfies Op["andi"]:
        x[rd] = a & immediate;
        break;
      case 25 satisfies Op["slli"]:
        x[rd] = a << immediate;
        break;
      case 26 satisfies Op["srli"]:
        x[rd] = a >>> immediate;
        break;
      case 27 satisfies Op["srai"]:
        x[rd] = a >> immediate;
        break;
      case 28 satisfies Op["add"]:
        x[rd] = a + b;
        break;
      case 29 satisfies Op["sub"]:
        x[rd] = a - b;
        break;
      // the host's shifts take the low five bits of a distance, as the guest's do
      case 30 satisfies Op["sll"]:
        x[rd] = a << b;
        break;
      case 31 satisfies Op["slt"]:
        x[rd] = a < b ? 1 : 0;
        break;
      case 32 satisfies Op["sltu"]:
        x[rd] = a >>> 0 < b >>> 0 ? 1 : 0;
        break;
      case 33 satisfies Op["xor"]:
        x[rd] = a ^ b;
        break;
      case 34 satisfies Op["srl"]:
        x[rd] = a >>> b;
        break;
      case 35 satisfies Op["sra"]:
        x[rd] = a >> b;
        break;
      case 36 satisfies Op["or"]:
        x[rd] = a | b;
        break;
      case 37 satisfies Op["and"]:
        x[rd] = a & b;
        break;
      case 38 satisfies Op["mul"]:
        x[rd] = Math.imul(a, b);
        break;
      case 39 satisfies Op["mulh"]:
        x[rd] = multiplyHighSigned(a, b);
        break;
      case 40 satisfies Op["mulhsu"]:
        x[rd] = multiplyHighMixed(a, b);
        break;
      case 41 satisfies Op["mulhu"]:
        x[rd] = multiplyHighUnsigned(a, b);
        break;
      // -2^31 / -1 is 2^31, which wraps to what the specification asks for
      case 42 satisfies Op["div"]:
        x[rd] = b === 0 ? -1 : (a / b) | 0;
        break;
      case 43 satisfies Op["divu"]:
        x[rd] = b === 0 ? -1 : ((a >>> 0) / (b >>> 0)) | 0;
        break;
      case 44 satisfies Op["rem"]:
        x[rd] = b === 0 ? a : (a % b) | 0;
        break;
      case 45 satisfies Op["remu"]:
        x[rd] = b === 0 ? a : ((a >>> 0) % (b >>> 0)) | 0;
        break;
      // one hart after another executes, and decoded instructions are never stale
      case 46 satisfies Op["fence"]:
      case 47 satisfies Op["fence.i"]:
        break;
      default:
        break execution;
    }
    at = (at + 2) | 0;
  }
  hart.pc = (base + (at << 1)) >>> 0;
  hart.ticks += budget - left;
  assert(left >= 0 && at <= end, "the next instruction lies in memory or right behind it");
  return budget - left;
}
