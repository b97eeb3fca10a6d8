import { asm } from "./assembler.ts";
import { BASE } from "./test-machine.ts";

/** Whole numbers below a bound, drawn from a seed; enough for programs. */
export function drawer(seed: number): (bound: number) => number {
  let state = (seed ^ 0x9e37_79b9) | 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** Where traps of {@link randomProgram} go. */
export const HANDLER: number = BASE + 0x1000;

/** Goes on behind the instruction that trapped; after a jump out of memory, from the beginning. */
export const HANDLER_WORDS: readonly number[] = [
  asm.csrrs(30, 0x342, 0),
  asm.addi(29, 0, 1),
  asm.beq(30, 29, 20),
  asm.csrrs(30, 0x341, 0),
  asm.addi(30, 30, 4),
  asm.csrrw(0, 0x341, 30),
  asm.mret(),
  asm.lui(30, 0x80000),
  asm.csrrw(0, 0x341, 30),
  asm.mret(),
];

const ARITHMETIC = [
  asm.add,
  asm.sub,
  asm.sll,
  asm.slt,
  asm.sltu,
  asm.xor,
  asm.srl,
  asm.sra,
  asm.or,
  asm.and,
  asm.mul,
  asm.mulh,
  asm.mulhsu,
  asm.mulhu,
  asm.div,
  asm.divu,
  asm.rem,
  asm.remu,
];
const WITH_IMMEDIATE = [asm.addi, asm.slti, asm.sltiu, asm.xori, asm.ori, asm.andi];
const SHIFTS = [asm.slli, asm.srli, asm.srai];
const LOADS = [asm.lb, asm.lh, asm.lw, asm.lbu, asm.lhu];
const STORES = [asm.sb, asm.sh, asm.sw];
const BRANCHES = [asm.beq, asm.bne, asm.blt, asm.bge, asm.bltu, asm.bgeu];
const ATOMICS = [
  asm.sc,
  asm.amoswap,
  asm.amoadd,
  asm.amoxor,
  asm.amoand,
  asm.amoor,
  asm.amomin,
  asm.amomax,
  asm.amominu,
  asm.amomaxu,
];
const CONTROL = [asm.csrrw, asm.csrrs, asm.csrrc, asm.csrrwi, asm.csrrsi, asm.csrrci];
const REGISTERS = [0x300, 0x301, 0x304, 0x306, 0x340, 0x341, 0x342, 0x343, 0x344, 0xf14, 0x123];

/**
 * A program of instructions of all kinds that stays in the first pages of memory for the most part,
 * reads and overwrites itself, and traps now and then.
 */
export function randomProgram(seed: number, length: number): number[] {
  const draw = drawer(seed);
  const one = <T>(from: readonly T[]): T => from[draw(from.length)]!;
  const register = (): number => draw(12);
  /** Kept as pointers: few instructions have them as destination. */
  const pointer = (): number => 12 + draw(4);
  const immediate = (): number => draw(4096) - 2048;
  const distance = (): number => 4 * (draw(24) - 8);
  const kinds: readonly (readonly [number, () => number])[] = [
    [30, () => one(ARITHMETIC)(register(), register(), register())],
    [20, () => one(WITH_IMMEDIATE)(register(), register(), immediate())],
    [8, () => one(SHIFTS)(register(), register(), draw(32))],
    [4, () => asm.lui(register(), draw(2 ** 20))],
    [4, () => asm.auipc(register(), draw(4))],
    [4, () => asm.lui(pointer(), 0x80000 + draw(3))],
    [3, () => asm.addi(pointer(), pointer(), draw(64))],
    [16, () => one(LOADS)(register(), draw(300) - 40, pointer())],
    [10, () => one(STORES)(register(), 1400 + draw(300), pointer())],
    [2, () => one(STORES)(register(), draw(300), pointer())],
    [2, () => one(LOADS)(register(), immediate(), register())],
    [1, () => one(STORES)(register(), immediate(), register())],
    [14, () => one(BRANCHES)(register(), register(), distance())],
    [2, () => one(BRANCHES)(register(), register(), distance() + 2)],
    [3, () => asm.jal(draw(3), distance())],
    [2, () => asm.jalr(draw(3), pointer(), draw(300))],
    [3, () => asm.lr(register(), pointer(), draw(4))],
    [6, () => one(ATOMICS)(register(), register(), pointer(), draw(4))],
    [5, () => one(CONTROL)(register(), one(REGISTERS), register())],
    [1, () => one([asm.ecall(), asm.ebreak(), asm.mret(), asm.wfi(), asm.fence(), asm.fenceI()])],
    [1, () => draw(2 ** 32)],
  ];
  const makers = kinds.flatMap(([weight, make]) => new Array<() => number>(weight).fill(make));
  return Array.from({ length }, () => one(makers)());
}
