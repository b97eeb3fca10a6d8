// covers src/guest/riscv/decoder.ts, src/guest/riscv/instruction-fields.ts, src/guest/riscv/operation.ts
import { expect, test } from "vitest";
import { decode } from "../../../src/guest/riscv/decoder.ts";
import {
  immediateB,
  immediateI,
  immediateJ,
  immediateS,
  immediateU,
} from "../../../src/guest/riscv/instruction-fields.ts";
import { OPERATION } from "../../../src/guest/riscv/operation.ts";
import { asm, li } from "./assembler.ts";

/** Words as GNU as encodes them, with what stands in them: operation, rd, rs1, rs2, immediate. */
const KNOWN: readonly (readonly [
  word: number,
  text: string,
  mnemonic: keyof typeof OPERATION,
  fields: readonly [number, number, number, number],
  own: number,
])[] = [
  [0xfffff537, "lui a0,0xfffff", "lui", [10, 0, 0, -4096], asm.lui(10, 0xfffff)],
  [0x12345f97, "auipc t6,0x12345", "auipc", [31, 0, 0, 0x12345000], asm.auipc(31, 0x12345)],
  [0x800000ef, "jal ra,.-1048576", "jal", [1, 0, 0, -1048576], asm.jal(1, -1048576)],
  [0x7ffff06f, "jal zero,.+1048574", "jal", [0, 0, 0, 1048574], asm.jal(0, 1048574)],
  [0x80050567, "jalr a0,-2048(a0)", "jalr", [10, 10, 0, -2048], asm.jalr(10, 10, -2048)],
  [0x80b50063, "beq a0,a1,.-4096", "beq", [0, 10, 11, -4096], asm.beq(10, 11, -4096)],
  [0x7e629fe3, "bne t0,t1,.+4094", "bne", [0, 5, 6, 4094], asm.bne(5, 6, 4094)],
  [0x009440e3, "blt s0,s1,.+2048", "blt", [0, 8, 9, 2048], asm.blt(8, 9, 2048)],
  [0xfed65fe3, "bge a2,a3,.-2", "bge", [0, 12, 13, -2], asm.bge(12, 13, -2)],
  [0x00f76f63, "bltu a4,a5,.+30", "bltu", [0, 14, 15, 30], asm.bltu(14, 15, 30)],
  [0x811870e3, "bgeu a6,a7,.-2048", "bgeu", [0, 16, 17, -2048], asm.bgeu(16, 17, -2048)],
  [0xfff58503, "lb a0,-1(a1)", "lb", [10, 11, 0, -1], asm.lb(10, -1, 11)],
  [0x7ff59503, "lh a0,2047(a1)", "lh", [10, 11, 0, 2047], asm.lh(10, 2047, 11)],
  [0x8001a103, "lw sp,-2048(gp)", "lw", [2, 3, 0, -2048], asm.lw(2, -2048, 3)],
  [0x0005c503, "lbu a0,0(a1)", "lbu", [10, 11, 0, 0], asm.lbu(10, 0, 11)],
  [0x0075d503, "lhu a0,7(a1)", "lhu", [10, 11, 0, 7], asm.lhu(10, 7, 11)],
  [0xfea58fa3, "sb a0,-1(a1)", "sb", [0, 11, 10, -1], asm.sb(10, -1, 11)],
  [0x7ffd9fa3, "sh t6,2047(s11)", "sh", [0, 27, 31, 2047], asm.sh(31, 2047, 27)],
  [0x80112023, "sw ra,-2048(sp)", "sw", [0, 2, 1, -2048], asm.sw(1, -2048, 2)],
  [0x80058513, "addi a0,a1,-2048", "addi", [10, 11, 0, -2048], asm.addi(10, 11, -2048)],
  [0x7ff5a513, "slti a0,a1,2047", "slti", [10, 11, 0, 2047], asm.slti(10, 11, 2047)],
  [0xfff5b513, "sltiu a0,a1,-1", "sltiu", [10, 11, 0, -1], asm.sltiu(10, 11, -1)],
  [0xfff5c513, "xori a0,a1,-1", "xori", [10, 11, 0, -1], asm.xori(10, 11, -1)],
  [0x5555e513, "ori a0,a1,1365", "ori", [10, 11, 0, 1365], asm.ori(10, 11, 1365)],
  [0x0ff5f513, "andi a0,a1,255", "andi", [10, 11, 0, 255], asm.andi(10, 11, 255)],
  [0x01f59513, "slli a0,a1,31", "slli", [10, 11, 0, 31], asm.slli(10, 11, 31)],
  [0x0015d513, "srli a0,a1,1", "srli", [10, 11, 0, 1], asm.srli(10, 11, 1)],
  [0x41f5d513, "srai a0,a1,31", "srai", [10, 11, 0, 31], asm.srai(10, 11, 31)],
  [0x00c58533, "add a0,a1,a2", "add", [10, 11, 12, 0], asm.add(10, 11, 12)],
  [0x41df0fb3, "sub t6,t5,t4", "sub", [31, 30, 29, 0], asm.sub(31, 30, 29)],
  [0x00c59533, "sll a0,a1,a2", "sll", [10, 11, 12, 0], asm.sll(10, 11, 12)],
  [0x00c5a533, "slt a0,a1,a2", "slt", [10, 11, 12, 0], asm.slt(10, 11, 12)],
  [0x00c5b533, "sltu a0,a1,a2", "sltu", [10, 11, 12, 0], asm.sltu(10, 11, 12)],
  [0x00c5c533, "xor a0,a1,a2", "xor", [10, 11, 12, 0], asm.xor(10, 11, 12)],
  [0x00c5d533, "srl a0,a1,a2", "srl", [10, 11, 12, 0], asm.srl(10, 11, 12)],
  [0x40c5d533, "sra a0,a1,a2", "sra", [10, 11, 12, 0], asm.sra(10, 11, 12)],
  [0x00c5e533, "or a0,a1,a2", "or", [10, 11, 12, 0], asm.or(10, 11, 12)],
  [0x00c5f533, "and a0,a1,a2", "and", [10, 11, 12, 0], asm.and(10, 11, 12)],
  [0x02c58533, "mul a0,a1,a2", "mul", [10, 11, 12, 0], asm.mul(10, 11, 12)],
  [0x02c59533, "mulh a0,a1,a2", "mulh", [10, 11, 12, 0], asm.mulh(10, 11, 12)],
  [0x02c5a533, "mulhsu a0,a1,a2", "mulhsu", [10, 11, 12, 0], asm.mulhsu(10, 11, 12)],
  [0x02c5b533, "mulhu a0,a1,a2", "mulhu", [10, 11, 12, 0], asm.mulhu(10, 11, 12)],
  [0x02c5c533, "div a0,a1,a2", "div", [10, 11, 12, 0], asm.div(10, 11, 12)],
  [0x02c5d533, "divu a0,a1,a2", "divu", [10, 11, 12, 0], asm.divu(10, 11, 12)],
  [0x02c5e533, "rem a0,a1,a2", "rem", [10, 11, 12, 0], asm.rem(10, 11, 12)],
  [0x02c5f533, "remu a0,a1,a2", "remu", [10, 11, 12, 0], asm.remu(10, 11, 12)],
  [0x0ff0000f, "fence", "fence", [0, 0, 0, 0], asm.fence()],
  [0x0000100f, "fence.i", "fence.i", [0, 0, 0, 0], asm.fenceI()],
  [0x1005a52f, "lr.w a0,(a1)", "lr.w", [10, 11, 0, 0], asm.lr(10, 11)],
  [0x1605a52f, "lr.w.aqrl a0,(a1)", "lr.w", [10, 11, 0, 0], asm.lr(10, 11, 3)],
  [0x18c5a52f, "sc.w a0,a2,(a1)", "sc.w", [10, 11, 12, 0], asm.sc(10, 12, 11)],
  [0x1ac5a52f, "sc.w.rl a0,a2,(a1)", "sc.w", [10, 11, 12, 0], asm.sc(10, 12, 11, 1)],
  [0x08c5a52f, "amoswap.w a0,a2,(a1)", "amoswap.w", [10, 11, 12, 0], asm.amoswap(10, 12, 11)],
  [0x04c5a52f, "amoadd.w.aq a0,a2,(a1)", "amoadd.w", [10, 11, 12, 0], asm.amoadd(10, 12, 11, 2)],
  [0x20c5a52f, "amoxor.w a0,a2,(a1)", "amoxor.w", [10, 11, 12, 0], asm.amoxor(10, 12, 11)],
  [0x60c5a52f, "amoand.w a0,a2,(a1)", "amoand.w", [10, 11, 12, 0], asm.amoand(10, 12, 11)],
  [0x40c5a52f, "amoor.w a0,a2,(a1)", "amoor.w", [10, 11, 12, 0], asm.amoor(10, 12, 11)],
  [0x80c5a52f, "amomin.w a0,a2,(a1)", "amomin.w", [10, 11, 12, 0], asm.amomin(10, 12, 11)],
  [0xa0c5a52f, "amomax.w a0,a2,(a1)", "amomax.w", [10, 11, 12, 0], asm.amomax(10, 12, 11)],
  [0xc0c5a52f, "amominu.w a0,a2,(a1)", "amominu.w", [10, 11, 12, 0], asm.amominu(10, 12, 11)],
  [
    0xe6c5a52f,
    "amomaxu.w.aqrl a0,a2,(a1)",
    "amomaxu.w",
    [10, 11, 12, 0],
    asm.amomaxu(10, 12, 11, 3),
  ],
  [0x34059573, "csrrw a0,mscratch,a1", "csrrw", [10, 11, 0, 0x340], asm.csrrw(10, 0x340, 11)],
  [0x30002573, "csrrs a0,mstatus,zero", "csrrs", [10, 0, 0, 0x300], asm.csrrs(10, 0x300, 0)],
  [0x3045b073, "csrrc zero,mie,a1", "csrrc", [0, 11, 0, 0x304], asm.csrrc(0, 0x304, 11)],
  [0x305fd573, "csrrwi a0,mtvec,31", "csrrwi", [10, 31, 0, 0x305], asm.csrrwi(10, 0x305, 31)],
  [0xc0006573, "csrrsi a0,cycle,0", "csrrsi", [10, 0, 0, 0xc00], asm.csrrsi(10, 0xc00, 0)],
  [0x34447573, "csrrci a0,mip,8", "csrrci", [10, 8, 0, 0x344], asm.csrrci(10, 0x344, 8)],
  [0x00000073, "ecall", "ecall", [0, 0, 0, 0], asm.ecall()],
  [0x00100073, "ebreak", "ebreak", [0, 0, 0, 0], asm.ebreak()],
  [0x30200073, "mret", "mret", [0, 0, 0, 0], asm.mret()],
  [0x10500073, "wfi", "wfi", [0, 0, 0, 0], asm.wfi()],
  [0x62b50073, "hfence.gvma a0,a1", "hfence.gvma", [0, 10, 11, 0], asm.hfenceGvma(10, 11)],
  [0x62000073, "hfence.gvma", "hfence.gvma", [0, 0, 0, 0], asm.hfenceGvma()],
];

test.each(KNOWN)("decoder: %i is %s", (word, _text, mnemonic, [rd, rs1, rs2, immediate], own) => {
  const expected = { operation: OPERATION[mnemonic], rd, rs1, rs2, immediate };
  expect(decode(word)).toEqual(expected);
  expect(decode(word | 0)).toEqual(expected);
  expect(own).toBe(word);
});

test("decoder: every operation is known from a word, and has a number of its own", () => {
  const numbers = Object.values(OPERATION);
  const seen = new Set([...KNOWN.map(([, , mnemonic]) => mnemonic), "illegal"]);
  expect([...seen].sort()).toEqual(Object.keys(OPERATION).sort());
  expect([...numbers].sort((a, b) => a - b)).toEqual(numbers.map((_, at) => at + 1));
});

test("decoder: each bit of an immediate is where it belongs", () => {
  const bits = (of: (word: number) => number): number[] =>
    Array.from({ length: 32 }, (_, bit) => of(1 << bit));
  const placed = (of: (word: number) => number): [number, number][] =>
    bits(of)
      .map((value, bit): [number, number] => [bit, value])
      .filter(([, value]) => value !== 0);
  const run = (from: number, to: number, value: number): [number, number][] =>
    Array.from({ length: to - from + 1 }, (_, at) => [from + at, value << at]);
  expect(placed(immediateI)).toEqual([...run(20, 30, 1), [31, -2048]]);
  expect(placed(immediateS)).toEqual([...run(7, 11, 1), ...run(25, 30, 32), [31, -2048]]);
  expect(placed(immediateB)).toEqual([
    [7, 2048],
    ...run(8, 11, 2),
    ...run(25, 30, 32),
    [31, -4096],
  ]);
  expect(placed(immediateU)).toEqual(run(12, 31, 4096));
  expect(placed(immediateJ)).toEqual([
    ...run(12, 19, 4096),
    [20, 2048],
    ...run(21, 30, 2),
    [31, -1048576],
  ]);
});

const ILLEGAL: Readonly<Record<string, number>> = {
  zeros: 0,
  ones: 0xffff_ffff,
  "a compressed instruction": 0x0000_4501,
  "the opcode of 64-bit arithmetic": 0x0005_051b,
  "jalr with funct3 1": asm.jalr(1, 1, 0) | 0x1000,
  "a branch with funct3 2": asm.beq(1, 1, 0) | 0x2000,
  "a branch with funct3 3": asm.beq(1, 1, 0) | 0x3000,
  "a load of 64 bits": asm.lb(1, 0, 1) | 0x3000,
  "an unsigned load of 32 bits": asm.lb(1, 0, 1) | 0x6000,
  "a load with funct3 7": asm.lb(1, 0, 1) | 0x7000,
  "a store of 64 bits": asm.sb(1, 0, 1) | 0x3000,
  "a store with funct3 4": asm.sb(1, 0, 1) | 0x4000,
  "slli by 32": asm.slli(1, 1, 0) | (1 << 25),
  "slli with the bit of srai": asm.slli(1, 1, 0) | (1 << 30),
  "srli by 32": asm.srli(1, 1, 0) | (1 << 25),
  "srai by 32": asm.srai(1, 1, 0) | (1 << 25),
  "add with funct7 2": asm.add(1, 1, 1) | (2 << 25),
  "and with the bit of sub": asm.and(1, 1, 1) | (1 << 30),
  "mul with the bit of sub": asm.mul(1, 1, 1) | (1 << 30),
  "a fence with funct3 2": asm.fence() | 0x2000,
  "lr.w with a second source": asm.lr(1, 1) | (1 << 20),
  "lr.d": asm.lr(1, 1) | 0x1000,
  "an atomic operation of another number": asm.amoadd(1, 1, 1) | (5 << 27),
  "ecall with rd": asm.ecall() | (1 << 7),
  "ecall with rs1": asm.ecall() | (1 << 15),
  "ebreak + 1": 0x0020_0073,
  sret: 0x1020_0073,
  uret: 0x0020_0073,
  "sfence.vma": 0x1200_0073,
  "the system opcode with funct3 4": asm.csrrw(1, 0x340, 1) ^ 0x5000,
};

test.each(Object.entries(ILLEGAL))("decoder: %s is illegal", (_name, word) => {
  expect(decode(word)).toEqual({
    operation: OPERATION.illegal,
    rd: 0,
    rs1: 0,
    rs2: 0,
    immediate: 0,
  });
});

test("decoder: the reserved fields of a fence are ignored", () => {
  expect(decode(0x8330_000f).operation).toBe(OPERATION.fence);
  expect(decode(0xffff_ff8f & ~0x7000).operation).toBe(OPERATION.fence);
  expect(decode(0xffff_1f8f & ~0x6000).operation).toBe(OPERATION["fence.i"]);
});

test("decoder: no word throws, and most words are illegal", () => {
  let illegal = 0;
  let word = 1;
  for (let count = 0; count < 100_000; count += 1) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) | 0;
    if (decode(word).operation === OPERATION.illegal) illegal += 1;
  }
  expect(illegal).toBeGreaterThan(80_000);
});

test("assembler: a constant is loaded by two instructions", () => {
  for (const value of [0, 1, -1, 0x7ff, 0x800, 0xfff, 0x8000_0000, 0x7fff_ffff, 0x1234_5fff]) {
    const [upper, lower] = li(5, value).map((word) => decode(word));
    expect((upper!.immediate + lower!.immediate) | 0).toBe(value | 0);
  }
});
