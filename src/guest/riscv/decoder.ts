import {
  funct3Of,
  funct7Of,
  immediateB,
  immediateI,
  immediateJ,
  immediateS,
  immediateU,
  opcodeOf,
  rdOf,
  rs1Of,
  rs2Of,
} from "./instruction-fields.ts";
import { OPERATION, type Operation } from "./operation.ts";

/** An instruction taken apart. Fields that its operation has no use for are 0. */
export interface Instruction {
  readonly operation: Operation;
  /** Destination register, 0 to 31. */
  readonly rd: number;
  /** First source register; the 5-bit immediate of `csrrwi`, `csrrsi` and `csrrci`. */
  readonly rs1: number;
  /** Second source register. */
  readonly rs2: number;
  /**
   * Signed; for branches and jumps the distance in bytes, for shifts 0 to 31, for control and status
   * registers the number of the register, 0 to 4095.
   */
  readonly immediate: number;
}

const ILLEGAL: Instruction = {
  operation: OPERATION.illegal,
  rd: 0,
  rs1: 0,
  rs2: 0,
  immediate: 0,
};

type Row = readonly (Operation | undefined)[];

// By funct3, where it alone decides.
const BRANCHES: Row = [
  OPERATION.beq,
  OPERATION.bne,
  undefined,
  undefined,
  OPERATION.blt,
  OPERATION.bge,
  OPERATION.bltu,
  OPERATION.bgeu,
];
const LOADS: Row = [
  OPERATION.lb,
  OPERATION.lh,
  OPERATION.lw,
  undefined,
  OPERATION.lbu,
  OPERATION.lhu,
];
const STORES: Row = [OPERATION.sb, OPERATION.sh, OPERATION.sw];
const FENCES: Row = [OPERATION.fence, OPERATION["fence.i"]];
const CONTROL: Row = [
  undefined,
  OPERATION.csrrw,
  OPERATION.csrrs,
  OPERATION.csrrc,
  undefined,
  OPERATION.csrrwi,
  OPERATION.csrrsi,
  OPERATION.csrrci,
];
const IMMEDIATES: Row = [
  OPERATION.addi,
  undefined,
  OPERATION.slti,
  OPERATION.sltiu,
  OPERATION.xori,
  undefined,
  OPERATION.ori,
  OPERATION.andi,
];

/** By funct7 and funct3, as one number. */
const SHIFTS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [0x001, OPERATION.slli],
  [0x005, OPERATION.srli],
  [0x105, OPERATION.srai],
]);
const REGISTERS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [0x000, OPERATION.add],
  [0x100, OPERATION.sub],
  [0x001, OPERATION.sll],
  [0x002, OPERATION.slt],
  [0x003, OPERATION.sltu],
  [0x004, OPERATION.xor],
  [0x005, OPERATION.srl],
  [0x105, OPERATION.sra],
  [0x006, OPERATION.or],
  [0x007, OPERATION.and],
  [0x008, OPERATION.mul],
  [0x009, OPERATION.mulh],
  [0x00a, OPERATION.mulhsu],
  [0x00b, OPERATION.mulhu],
  [0x00c, OPERATION.div],
  [0x00d, OPERATION.divu],
  [0x00e, OPERATION.rem],
  [0x00f, OPERATION.remu],
]);

/** By the five bits above `aq` and `rl`. */
const ATOMICS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [0b00010, OPERATION["lr.w"]],
  [0b00011, OPERATION["sc.w"]],
  [0b00001, OPERATION["amoswap.w"]],
  [0b00000, OPERATION["amoadd.w"]],
  [0b00100, OPERATION["amoxor.w"]],
  [0b01100, OPERATION["amoand.w"]],
  [0b01000, OPERATION["amoor.w"]],
  [0b10000, OPERATION["amomin.w"]],
  [0b10100, OPERATION["amomax.w"]],
  [0b11000, OPERATION["amominu.w"]],
  [0b11100, OPERATION["amomaxu.w"]],
]);

/** Whole words. */
const SYSTEM: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [0x0000_0073, OPERATION.ecall],
  [0x0010_0073, OPERATION.ebreak],
  [0x3020_0073, OPERATION.mret],
  [0x1050_0073, OPERATION.wfi],
]);

/** The funct7 of `hfence.gvma`. */
const HYPERVISOR_FENCE = 0b011_0001;

/**
 * Takes an instruction of RV32IMA with Zicsr and Zifencei, or `hfence.gvma`, apart; whatever is none
 * is `illegal`.
 *
 * Source: The RISC-V Instruction Set Manual, volume I, "RV32/64G Instruction Set Listings", and
 * volume II, "RISC-V Privileged Instruction Set Listings".
 *
 * @param word Its 32 bits, signed or not.
 */
export function decode(word: number): Instruction {
  const funct3 = funct3Of(word);
  const rd = rdOf(word);
  const rs1 = rs1Of(word);
  const rs2 = rs2Of(word);
  switch (opcodeOf(word)) {
    case 0x37:
      return make(OPERATION.lui, rd, 0, 0, immediateU(word));
    case 0x17:
      return make(OPERATION.auipc, rd, 0, 0, immediateU(word));
    case 0x6f:
      return make(OPERATION.jal, rd, 0, 0, immediateJ(word));
    case 0x67:
      return make(funct3 === 0 ? OPERATION.jalr : undefined, rd, rs1, 0, immediateI(word));
    case 0x63:
      return make(BRANCHES[funct3], 0, rs1, rs2, immediateB(word));
    case 0x03:
      return make(LOADS[funct3], rd, rs1, 0, immediateI(word));
    case 0x23:
      return make(STORES[funct3], 0, rs1, rs2, immediateS(word));
    case 0x13: {
      const isShift = funct3 === 1 || funct3 === 5;
      if (!isShift) return make(IMMEDIATES[funct3], rd, rs1, 0, immediateI(word));
      return make(SHIFTS.get((funct7Of(word) << 3) | funct3), rd, rs1, 0, rs2);
    }
    case 0x33:
      return make(REGISTERS.get((funct7Of(word) << 3) | funct3), rd, rs1, rs2, 0);
    case 0x0f:
      // the other fields of a fence are reserved, to be ignored
      return make(FENCES[funct3], 0, 0, 0, 0);
    case 0x2f:
      return decodeAtomic(word, funct3, rd, rs1, rs2);
    case 0x73:
      if (funct3 === 0) {
        if (funct7Of(word) !== HYPERVISOR_FENCE) return make(SYSTEM.get(word >>> 0), 0, 0, 0, 0);
        return make(rd === 0 ? OPERATION["hfence.gvma"] : undefined, 0, rs1, rs2, 0);
      }
      return make(CONTROL[funct3], rd, rs1, 0, word >>> 20);
    default:
      return ILLEGAL;
  }
}

function decodeAtomic(
  word: number,
  funct3: number,
  rd: number,
  rs1: number,
  rs2: number,
): Instruction {
  const operation = ATOMICS.get(word >>> 27);
  if (funct3 !== 2 || (operation === OPERATION["lr.w"] && rs2 !== 0)) return ILLEGAL;
  return make(operation, rd, rs1, rs2, 0);
}

function make(
  operation: Operation | undefined,
  rd: number,
  rs1: number,
  rs2: number,
  immediate: number,
): Instruction {
  return operation === undefined ? ILLEGAL : { operation, rd, rs1, rs2, immediate };
}
