/** Words of instructions, encoded field by field from the listings of the specification. */

type Word = number;

function r(
  funct7: number,
  rs2: number,
  rs1: number,
  funct3: number,
  rd: number,
  opcode: number,
): Word {
  return ((funct7 << 25) | (rs2 << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | opcode) >>> 0;
}

function i(immediate: number, rs1: number, funct3: number, rd: number, opcode: number): Word {
  const bits = immediate & 0xfff;
  return r(bits >>> 5, bits & 31, rs1, funct3, rd, opcode);
}

function s(immediate: number, rs2: number, rs1: number, funct3: number, opcode: number): Word {
  const bits = immediate & 0xfff;
  return r(bits >>> 5, rs2, rs1, funct3, bits & 31, opcode);
}

function b(offset: number, rs2: number, rs1: number, funct3: number): Word {
  const sign = (offset >>> 12) & 1;
  const top = (offset >>> 11) & 1;
  const high = (sign << 6) | ((offset >>> 5) & 0x3f);
  const low = (((offset >>> 1) & 0xf) << 1) | top;
  return r(high, rs2, rs1, funct3, low, 0x63);
}

function j(offset: number, rd: number): Word {
  const sign = (offset >>> 20) & 1;
  const middle = (offset >>> 12) & 0xff;
  const bit11 = (offset >>> 11) & 1;
  const low = (offset >>> 1) & 0x3ff;
  const bits = (sign << 19) | (low << 9) | (bit11 << 8) | middle;
  return ((bits << 12) | (rd << 7) | 0x6f) >>> 0;
}

const register =
  (funct7: number, funct3: number) =>
  (rd: number, rs1: number, rs2: number): Word =>
    r(funct7, rs2, rs1, funct3, rd, 0x33);
const immediate =
  (funct3: number) =>
  (rd: number, rs1: number, value: number): Word =>
    i(value, rs1, funct3, rd, 0x13);
const shift =
  (funct7: number, funct3: number) =>
  (rd: number, rs1: number, distance: number): Word =>
    r(funct7, distance, rs1, funct3, rd, 0x13);
const branch =
  (funct3: number) =>
  (rs1: number, rs2: number, offset: number): Word =>
    b(offset, rs2, rs1, funct3);
const load =
  (funct3: number) =>
  (rd: number, offset: number, rs1: number): Word =>
    i(offset, rs1, funct3, rd, 0x03);
const store =
  (funct3: number) =>
  (rs2: number, offset: number, rs1: number): Word =>
    s(offset, rs2, rs1, funct3, 0x23);
const atomic =
  (funct5: number) =>
  (rd: number, rs2: number, rs1: number, orderBits = 0): Word =>
    r((funct5 << 2) | orderBits, rs2, rs1, 2, rd, 0x2f);
const control =
  (funct3: number) =>
  (rd: number, csr: number, source: number): Word =>
    i(csr, source, funct3, rd, 0x73);

/** By mnemonic; destinations first, as in assembly text: `lw(rd, offset, rs1)`, `sw(rs2, offset, rs1)`. */
export const asm = {
  lui: (rd: number, upper: number): Word => ((upper << 12) | (rd << 7) | 0x37) >>> 0,
  auipc: (rd: number, upper: number): Word => ((upper << 12) | (rd << 7) | 0x17) >>> 0,
  jal: (rd: number, offset: number): Word => j(offset, rd),
  jalr: (rd: number, rs1: number, offset: number): Word => i(offset, rs1, 0, rd, 0x67),
  beq: branch(0),
  bne: branch(1),
  blt: branch(4),
  bge: branch(5),
  bltu: branch(6),
  bgeu: branch(7),
  lb: load(0),
  lh: load(1),
  lw: load(2),
  lbu: load(4),
  lhu: load(5),
  sb: store(0),
  sh: store(1),
  sw: store(2),
  addi: immediate(0),
  slti: immediate(2),
  sltiu: immediate(3),
  xori: immediate(4),
  ori: immediate(6),
  andi: immediate(7),
  slli: shift(0, 1),
  srli: shift(0, 5),
  srai: shift(32, 5),
  add: register(0, 0),
  sub: register(32, 0),
  sll: register(0, 1),
  slt: register(0, 2),
  sltu: register(0, 3),
  xor: register(0, 4),
  srl: register(0, 5),
  sra: register(32, 5),
  or: register(0, 6),
  and: register(0, 7),
  mul: register(1, 0),
  mulh: register(1, 1),
  mulhsu: register(1, 2),
  mulhu: register(1, 3),
  div: register(1, 4),
  divu: register(1, 5),
  rem: register(1, 6),
  remu: register(1, 7),
  fence: (): Word => 0x0ff0_000f,
  fenceI: (): Word => 0x0000_100f,
  /** `lr.w rd, (rs1)` */
  lr: (rd: number, rs1: number, orderBits = 0): Word => atomic(2)(rd, 0, rs1, orderBits),
  /** `sc.w rd, rs2, (rs1)`, as all atomics below */
  sc: atomic(3),
  amoswap: atomic(1),
  amoadd: atomic(0),
  amoxor: atomic(4),
  amoand: atomic(12),
  amoor: atomic(8),
  amomin: atomic(16),
  amomax: atomic(20),
  amominu: atomic(24),
  amomaxu: atomic(28),
  csrrw: control(1),
  csrrs: control(2),
  csrrc: control(3),
  csrrwi: control(5),
  csrrsi: control(6),
  csrrci: control(7),
  ecall: (): Word => 0x0000_0073,
  ebreak: (): Word => 0x0010_0073,
  mret: (): Word => 0x3020_0073,
  wfi: (): Word => 0x1050_0073,
  /** `hfence.gvma rs1, rs2` */
  hfenceGvma: (rs1 = 0, rs2 = 0): Word => r(0x31, rs2, rs1, 0, 0, 0x73),
  nop: (): Word => 0x0000_0013,
};

/** Two instructions that load any 32-bit constant. */
export function li(rd: number, value: number): Word[] {
  const low = (value << 20) >> 20;
  return [asm.lui(rd, (value - low) >>> 12), asm.addi(rd, rd, low)];
}
