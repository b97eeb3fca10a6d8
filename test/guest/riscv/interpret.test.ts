import { describe, expect, test } from "vitest";
import { asm, li } from "./assembler.ts";
import { BASE, END, machine } from "./test-machine.ts";

const MIN = 0x8000_0000;
const MAX = 0x7fff_ffff;

/** Operations on two registers: mnemonic, a, b, result. */
const REGISTERS: readonly (readonly [keyof typeof asm, number, number, number])[] = [
  ["add", 0, 0, 0],
  ["add", MAX, 1, MIN],
  ["add", 0xffff_ffff, 1, 0],
  ["add", MIN, MIN, 0],
  ["sub", 0, 1, 0xffff_ffff],
  ["sub", MIN, 1, MAX],
  ["sub", MIN, MIN, 0],
  ["sub", 5, 0xffff_fffe, 7],
  ["sll", 1, 0, 1],
  ["sll", 1, 31, MIN],
  ["sll", 1, 32, 1],
  ["sll", 0x2121_2121, 0xffff_ffee, 0x4848_4000],
  ["sll", 0xffff_ffff, 4, 0xffff_fff0],
  ["srl", MIN, 31, 1],
  ["srl", MIN, 32, MIN],
  ["srl", 0xffff_ffff, 1, MAX],
  ["srl", 0xffff_ffff, 0, 0xffff_ffff],
  ["srl", 0x2121_2121, 0xffff_ffe7, 0x0042_4242],
  ["sra", MIN, 31, 0xffff_ffff],
  ["sra", MIN, 32, MIN],
  ["sra", MAX, 30, 1],
  ["sra", 0x8181_8181, 0xffff_ffe1, 0xc0c0_c0c0],
  ["slt", 0xffff_ffff, 0, 1],
  ["slt", 0, 0xffff_ffff, 0],
  ["slt", MIN, MAX, 1],
  ["slt", MAX, MIN, 0],
  ["slt", 7, 7, 0],
  ["sltu", 0xffff_ffff, 0, 0],
  ["sltu", 0, 0xffff_ffff, 1],
  ["sltu", MIN, MAX, 0],
  ["sltu", MAX, MIN, 1],
  ["sltu", 7, 7, 0],
  ["xor", 0xff00_ff00, 0x0f0f_0f0f, 0xf00f_f00f],
  ["or", 0xff00_ff00, 0x0f0f_0f0f, 0xff0f_ff0f],
  ["and", 0xff00_ff00, 0x0f0f_0f0f, 0x0f00_0f00],
  ["mul", 0xffff_ffff, 0xffff_ffff, 1],
  ["mul", 0x0001_0000, 0x0001_0000, 0],
  ["mul", 0xaaaa_aaab, 0x0002_fe7d, 0x0000_ff7f],
  ["mul", MIN, 0xffff_ffff, MIN],
  ["mulh", MIN, MIN, 0x4000_0000],
  ["mulh", 0xffff_ffff, 0xffff_ffff, 0],
  ["mulh", 0xaaaa_aaab, 0x0002_fe7d, 0xffff_0081],
  ["mulh", MIN, 1, 0xffff_ffff],
  ["mulhsu", 0xffff_ffff, 0xffff_ffff, 0xffff_ffff],
  ["mulhsu", MIN, MIN, 0xc000_0000],
  ["mulhsu", 0xaaaa_aaab, 0x0002_fe7d, 0xffff_0081],
  ["mulhsu", 1, 0xffff_ffff, 0],
  ["mulhu", 0xffff_ffff, 0xffff_ffff, 0xffff_fffe],
  ["mulhu", MIN, MIN, 0x4000_0000],
  ["mulhu", 0xaaaa_aaab, 0x0002_fe7d, 0x0001_fefe],
  ["div", 20, 6, 3],
  ["div", -20, 6, -3],
  ["div", 20, -6, -3],
  ["div", -20, -6, 3],
  ["div", MIN, 1, MIN],
  ["div", MIN, 0xffff_ffff, MIN],
  ["div", MIN, 0, 0xffff_ffff],
  ["div", 0, 0, 0xffff_ffff],
  ["div", 1, 0, 0xffff_ffff],
  ["div", 0, -1, 0],
  ["divu", 20, 6, 3],
  ["divu", -20, 6, 0x2aaa_aaa7],
  ["divu", -20, -6, 0],
  ["divu", MIN, 1, MIN],
  ["divu", MIN, 0xffff_ffff, 0],
  ["divu", 0xffff_ffff, 1, 0xffff_ffff],
  ["divu", 0xffff_ffff, 0, 0xffff_ffff],
  ["divu", 0, 0, 0xffff_ffff],
  ["rem", 20, 6, 2],
  ["rem", -20, 6, -2],
  ["rem", 20, -6, 2],
  ["rem", -20, -6, -2],
  ["rem", MIN, 1, 0],
  ["rem", MIN, 0xffff_ffff, 0],
  ["rem", MIN, 0, MIN],
  ["rem", -7, 0, -7],
  ["rem", -6, 3, 0],
  ["remu", 20, 6, 2],
  ["remu", -20, 6, 2],
  ["remu", 20, -6, 20],
  ["remu", MIN, 0xffff_ffff, MIN],
  ["remu", 0xffff_ffff, 0, 0xffff_ffff],
  ["remu", MIN, 0, MIN],
];

test.each(REGISTERS)("%s: of %d and %d is %d, whatever the registers", (mnemonic, a, b, result) => {
  const encode = asm[mnemonic];
  const run = (word: number, rd: number): number => {
    const subject = machine([word, asm.addi(9, 9, 1)]).set({ 5: a, 6: b });
    expect(subject.processor.run(2)).toBe("limit");
    expect([subject.hart.x[0], subject.hart.x[9], subject.hart.pc]).toEqual([0, 1, BASE + 8]);
    return subject.hart.x[rd]! >>> 0;
  };
  expect(run(encode(7, 5, 6), 7)).toBe(result >>> 0);
  expect(run(encode(5, 5, 6), 5)).toBe(result >>> 0);
  expect(run(encode(6, 5, 6), 6)).toBe(result >>> 0);
  expect(run(encode(0, 5, 6), 0)).toBe(0);
  if (a === 0) expect(run(encode(7, 0, 6), 7)).toBe(result >>> 0);
  if (b === 0) expect(run(encode(7, 5, 0), 7)).toBe(result >>> 0);
  if (a === b) expect(run(encode(5, 5, 5), 5)).toBe(result >>> 0);
});

/** Operations on a register and an immediate: mnemonic, a, immediate, result. */
const IMMEDIATES: readonly (readonly [keyof typeof asm, number, number, number])[] = [
  ["addi", 1, 2047, 2048],
  ["addi", 1, -2048, -2047],
  ["addi", MAX, 1, MIN],
  ["addi", MIN, -1, MAX],
  ["slti", -1, 0, 1],
  ["slti", 0, -1, 0],
  ["slti", MIN, -2048, 1],
  ["slti", MAX, 2047, 0],
  ["slti", 5, 5, 0],
  ["sltiu", 0, 1, 1],
  ["sltiu", 0, 0, 0],
  ["sltiu", 1, -1, 1],
  ["sltiu", -1, -1, 0],
  ["sltiu", 0xffff_f7ff, -2048, 1],
  ["sltiu", 0xffff_f800, -2048, 0],
  ["xori", 0x00ff_0f00, -1, 0xff00_f0ff],
  ["xori", 0x0ff0_0ff0, 0x70f, 0x0ff0_08ff],
  ["ori", 0xff00_ff00, -241, 0xffff_ff0f],
  ["ori", 0x0ff0_0ff0, 0x0f0, 0x0ff0_0ff0],
  ["andi", 0xff00_ff00, -241, 0xff00_ff00],
  ["andi", 0x00ff_00ff, 0x70f, 0x0000_000f],
  ["slli", 1, 31, MIN],
  ["slli", 0xffff_ffff, 0, 0xffff_ffff],
  ["srli", MIN, 31, 1],
  ["srli", 0xffff_ffff, 0, 0xffff_ffff],
  ["srai", MIN, 31, 0xffff_ffff],
  ["srai", MAX, 31, 0],
  ["srai", 0x8181_8181, 7, 0xff03_0303],
];

test.each(IMMEDIATES)("%s: of %d and %d is %d", (mnemonic, a, value, result) => {
  const encode = asm[mnemonic];
  for (const [rd, rs1] of [
    [7, 5],
    [5, 5],
    [0, 5],
  ] as const) {
    const subject = machine([encode(rd, rs1, value)]).set({ 5: a });
    expect(subject.processor.run(1)).toBe("limit");
    expect(subject.hart.x[rd]! >>> 0).toBe(rd === 0 ? 0 : result >>> 0);
  }
});

test("lui and auipc: upper bits, of the instruction's own address", () => {
  const subject = machine([
    asm.lui(5, 0xfffff),
    asm.lui(6, 0x80000),
    asm.lui(0, 1),
    asm.auipc(7, 0),
    asm.auipc(8, 0xfffff),
    asm.auipc(9, 0x80000),
  ]);
  subject.processor.run(6);
  const { x } = subject.hart;
  expect([x[5]! >>> 0, x[6]! >>> 0, x[0]]).toEqual([0xffff_f000, MIN, 0]);
  expect([x[7]! >>> 0, x[8]! >>> 0, x[9]! >>> 0]).toEqual([BASE + 12, BASE + 16 - 4096, 20]);
});

describe("jumps", () => {
  test("jal: links and jumps both ways, also into itself", () => {
    const subject = machine([asm.jal(1, 8), asm.jal(0, 8), asm.jal(2, -4), asm.jal(3, 0)]);
    const { hart, processor } = subject;
    processor.run(1);
    expect([hart.pc, hart.x[1]! >>> 0]).toEqual([BASE + 8, BASE + 4]);
    processor.run(1);
    expect([hart.pc, hart.x[2]! >>> 0]).toEqual([BASE + 4, BASE + 12]);
    processor.run(1);
    expect([hart.pc, hart.x[0]]).toEqual([BASE + 12, 0]);
    processor.run(5);
    expect([hart.pc, hart.x[3]! >>> 0, hart.ticks]).toEqual([BASE + 12, BASE + 16, 8]);
  });

  test("jal: as far as it reaches, within memory", () => {
    const far = END - 4 - BASE;
    const subject = machine([asm.jal(1, far)]).program([asm.jal(2, -far)], END - 4);
    subject.processor.run(1);
    expect(subject.hart.pc).toBe(END - 4);
    subject.processor.run(1);
    expect([subject.hart.pc, subject.hart.x[2]! >>> 0]).toEqual([BASE, END]);
  });

  test("jalr: takes its target before it links, and clears the lowest bit", () => {
    const subject = machine([asm.jalr(5, 5, -3), asm.nop(), asm.jalr(0, 6, 2047)]);
    subject.set({ 5: BASE + 12, 6: BASE - 2047 });
    const { hart, processor } = subject;
    processor.run(1);
    expect([hart.pc, hart.x[5]! >>> 0]).toEqual([BASE + 8, BASE + 4]);
    processor.run(1);
    expect([hart.pc, hart.x[0]]).toEqual([BASE, 0]);
  });

  test("jalr: a target wraps around the address space", () => {
    const subject = machine([asm.nop(), asm.jalr(1, 5, 8)]).set({ 5: BASE - 8 });
    subject.processor.run(2);
    expect(subject.hart.pc).toBe(BASE);
  });
});

/** Branches: mnemonic, a, b, whether taken. */
const BRANCHES: readonly (readonly [keyof typeof asm, number, number, boolean])[] = [
  ["beq", 5, 5, true],
  ["beq", 5, 6, false],
  ["beq", -1, 0xffff_ffff, true],
  ["bne", 5, 5, false],
  ["bne", MIN, MAX, true],
  ["blt", -1, 0, true],
  ["blt", 0, -1, false],
  ["blt", MIN, MAX, true],
  ["blt", 7, 7, false],
  ["bge", -1, 0, false],
  ["bge", 0, -1, true],
  ["bge", MIN, MAX, false],
  ["bge", 7, 7, true],
  ["bltu", -1, 0, false],
  ["bltu", 0, -1, true],
  ["bltu", MIN, MAX, false],
  ["bltu", 7, 7, false],
  ["bgeu", -1, 0, true],
  ["bgeu", 0, -1, false],
  ["bgeu", MIN, MAX, true],
  ["bgeu", 7, 7, true],
];

test.each(BRANCHES)("%s: of %d and %d is taken: %s", (mnemonic, a, b, isTaken) => {
  const encode = asm[mnemonic];
  for (const offset of [8, 4094 - 2, -4096, 0]) {
    const at = BASE + 8192;
    const subject = machine()
      .program([encode(5, 6, offset)], at)
      .set({ 5: a, 6: b });
    subject.hart.pc = at;
    expect(subject.processor.run(1)).toBe("limit");
    expect(subject.hart.pc).toBe(isTaken ? at + offset : at + 4);
    // a branch that is not taken may point anywhere
    const edge = machine([encode(5, 6, -8), asm.nop(), encode(5, 6, 6)]).set({ 5: a, 6: b });
    edge.hart.mtvec = BASE + 0x800;
    edge.processor.run(1);
    expect(edge.hart.pc).toBe(isTaken ? BASE - 8 : BASE + 4);
    edge.hart.pc = BASE + 8;
    edge.processor.run(1);
    expect(edge.hart.pc).toBe(isTaken ? BASE + 0x800 : BASE + 12);
  }
});

describe("loads and stores", () => {
  const DATA = BASE + 0x2000;

  test.each([
    ["lb", 0, 0xffff_ff80],
    ["lb", 1, 0x7f],
    ["lbu", 0, 0x80],
    ["lbu", 3, 0xff],
    ["lh", 0, 0x7f80],
    ["lh", 2, 0xffff_ff01],
    ["lhu", 2, 0xff01],
    ["lw", 0, 0xff01_7f80],
    ["lh", 1, 0x017f],
    ["lhu", 3, 0x55ff],
    ["lh", 3, 0x55ff],
    ["lw", 1, 0x55ff_017f],
    ["lw", 2, 0x4455_ff01],
    ["lw", 3, 0x3344_55ff],
  ] as const)(
    "%s: from offset %d is %d, whatever the page caches",
    (mnemonic, offset, expected) => {
      const subject = machine([
        asm[mnemonic](7, offset, 5),
        asm[mnemonic](5, offset, 5),
        asm[mnemonic](0, offset, 6),
      ]).program([0xff01_7f80, 0x2233_4455], DATA);
      subject.set({ 5: DATA, 6: DATA });
      expect(subject.processor.run(3)).toBe("limit");
      const { x } = subject.hart;
      expect([x[7]! >>> 0, x[5]! >>> 0, x[0]]).toEqual([expected, expected, 0]);
    },
  );

  test.each([
    ["sb", 0, 0xaaaa_aadd],
    ["sb", 3, 0xddaa_aaaa],
    ["sh", 0, 0xaaaa_ccdd],
    ["sh", 2, 0xccdd_aaaa],
    ["sw", 0, 0xaabb_ccdd],
    ["sh", 1, 0xaacc_ddaa],
    ["sw", -2, 0xaaaa_aabb],
    ["sw", 1, 0xbbcc_ddaa],
  ] as const)("%s: to offset %d leaves %d", (mnemonic, offset, expected) => {
    for (const warm of [asm.nop(), asm.sw(8, 0, 5)]) {
      const subject = machine([warm, asm[mnemonic](6, offset, 5)]);
      subject.program([0xaaaa_aaaa, 0xaaaa_aaaa, 0xaaaa_aaaa], DATA - 4);
      subject.set({ 5: DATA, 6: 0xaabb_ccdd, 8: 0xaaaa_aaaa });
      expect(subject.processor.run(2)).toBe("limit");
      expect(subject.word(DATA)).toBe(expected);
      if (offset >= 0) expect(subject.word(DATA - 4)).toBe(0xaaaa_aaaa);
      expect(subject.word(DATA + 4) >>> 16).toBe(0xaaaa);
    }
  });

  test("loads and stores: across a page boundary, with either page walked to before or not", () => {
    for (const before of [[], [asm.lw(9, 0, 5)], [asm.lw(9, -4, 5), asm.sw(0, 0, 5)]]) {
      for (let offset = -3; offset < 0; offset += 1) {
        const words = [...before, asm.sw(6, offset, 5), asm.lw(7, offset, 5)];
        const subject = machine(words).set({ 5: DATA + 4096, 6: 0x1234_5678 });
        expect(subject.processor.run(words.length)).toBe("limit");
        expect(subject.hart.x[7]).toBe(0x1234_5678);
        const [first, second] = [DATA >>> 12, (DATA >>> 12) + 1];
        expect(subject.memory.slat.isDirty(first) && subject.memory.slat.isDirty(second)).toBe(
          true,
        );
      }
    }
  });

  test("loads and stores: an address wraps around the address space", () => {
    const subject = machine([...li(5, BASE + 2048), asm.add(6, 5, 5), asm.lw(7, -2048, 5)]);
    subject.processor.run(4);
    expect([subject.hart.x[6], subject.hart.x[7]! >>> 0]).toEqual([4096, subject.word(BASE)]);
  });

  test("loads and stores: the last word of memory", () => {
    const subject = machine([asm.sw(6, -4, 5), asm.lw(7, -4, 5), asm.lbu(8, -1, 5)]);
    subject.set({ 5: END, 6: 0xfedc_ba98 });
    subject.processor.run(3);
    expect([subject.hart.x[7]! >>> 0, subject.hart.x[8]]).toEqual([0xfedc_ba98, 0xfe]);
  });
});

test("fences: have no effect", () => {
  const subject = machine([asm.fence(), asm.fenceI(), asm.addi(1, 0, 1)]);
  expect(subject.processor.run(3)).toBe("limit");
  expect([subject.hart.x[1], subject.hart.retired]).toEqual([1, 3]);
});

test("interpretation: execution runs over page boundaries and out of memory", () => {
  const subject = machine().program([asm.addi(1, 1, 1), asm.addi(1, 1, 1)], BASE + 4092);
  subject.hart.pc = BASE + 4092;
  expect(subject.processor.run(2)).toBe("limit");
  expect([subject.hart.x[1], subject.hart.pc]).toEqual([2, BASE + 4100]);
  const edge = machine().program([asm.addi(1, 1, 1)], END - 4);
  edge.hart.pc = END - 4;
  expect(edge.processor.run(3)).toBe("halted");
  expect([edge.hart.x[1], edge.hart.pc, edge.hart.ticks]).toEqual([1, END, 2]);
  expect(edge.processor.halt).toEqual({ cause: 1, pc: END, instruction: 0, value: END });
});
