import { expect, test } from "vitest";
import { arithmeticResult, isArithmetic } from "../../../src/guest/riscv/arithmetic.ts";
import { decode } from "../../../src/guest/riscv/decoder.ts";
import { OPERATION, type Operation } from "../../../src/guest/riscv/operation.ts";
import { asm } from "./assembler.ts";
import { drawer } from "./random-program.ts";
import { BASE, machine } from "./test-machine.ts";

const EDGES = [0, 1, -1, 2, 31, 32, 0x7fff_ffff, -0x8000_0000, 0x5555_5555, -0x5555_5556];

const IMMEDIATES = ["addi", "slti", "sltiu", "xori", "ori", "andi"] as const;
const SHIFTS = ["slli", "srli", "srai"] as const;
const REGISTERS = [
  ...(["add", "sub", "sll", "slt", "sltu", "xor", "srl", "sra", "or", "and"] as const),
  ...(["mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu"] as const),
];

/** Every operation, with each operand that matters. */
function* words(): Generator<number> {
  for (const immediate of [0, 1, -1, 2047, -2048]) {
    for (const name of IMMEDIATES) yield asm[name](3, 1, immediate);
  }
  for (const distance of [0, 1, 31]) for (const name of SHIFTS) yield asm[name](3, 1, distance);
  for (const name of REGISTERS) yield asm[name](3, 1, 2);
  for (const upper of [0, 1, 0xf_ffff]) yield* [asm.lui(3, upper), asm.auipc(3, upper)];
}

test("arithmetic: each result is the one that interpret comes to", () => {
  const draw = drawer(1);
  const values = [...EDGES, ...Array.from({ length: 6 }, () => draw(2 ** 32) | 0)];
  const seen = new Set<number>();
  for (const word of words()) {
    const instruction = decode(word);
    seen.add(instruction.operation);
    const { hart, processor } = machine([word]);
    for (const a of values) {
      for (const b of values) {
        hart.pc = BASE;
        hart.x.set([a, b], 1);
        processor.run(1);
        const result = arithmeticResult(instruction, a, b, BASE);
        expect([word, a, b, result]).toEqual([word, a, b, hart.x[3]]);
      }
    }
  }
  const arithmetic = Object.values(OPERATION).filter((number: Operation) => isArithmetic(number));
  expect(arithmetic.sort()).toEqual([...seen].sort());
});
