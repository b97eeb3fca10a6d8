import { describe, expect, test } from "vitest";
import { asm } from "./assembler.ts";
import { BASE, END, machine, type TestMachine, type TestMachineOptions } from "./test-machine.ts";

const HANDLER = BASE + 0x800;
const DATA = BASE + 0x2000;
const DEVICE = 0x1000_0000;

/** A machine whose traps go to {@link HANDLER}. */
function trapping(words: readonly number[], options: TestMachineOptions = {}): TestMachine {
  const subject = machine(words, options).program([asm.jal(0, 0)], HANDLER);
  subject.hart.mtvec = HANDLER | 0;
  return subject;
}

/** What a trap leaves: cause, value, address of the instruction. */
function trapOf({ hart }: TestMachine): [number, number, number] {
  expect(hart.pc).toBe(HANDLER);
  return [hart.mcause >>> 0, hart.mtval >>> 0, hart.mepc >>> 0];
}

describe("exceptions", () => {
  const NOWHERE = 0x4000_0001;
  test.each([
    ["illegal instruction", 0xffff_ffff, 2, 0xffff_ffff],
    ["zero word", 0, 2, 0],
    ["ecall in machine mode", asm.ecall(), 11, 0],
    ["ebreak", asm.ebreak(), 3, BASE],
    ["lb from nowhere", asm.lb(7, 0, 5), 5, NOWHERE],
    ["lh from nowhere, misaligned", asm.lh(7, 0, 5), 5, NOWHERE],
    ["lw from nowhere, misaligned", asm.lw(7, -1, 5), 5, NOWHERE - 1],
    ["lbu from nowhere", asm.lbu(7, 0, 5), 5, NOWHERE],
    ["lhu from nowhere", asm.lhu(7, 1, 5), 5, NOWHERE + 1],
    ["sb to nowhere", asm.sb(7, 0, 5), 7, NOWHERE],
    ["sh to nowhere", asm.sh(7, 1, 5), 7, NOWHERE + 1],
    ["sw to nowhere", asm.sw(7, 3, 5), 7, NOWHERE + 3],
    ["lw over the end of memory", asm.lw(7, -2, 6), 5, END - 2],
    ["sw over the end of memory", asm.sw(7, -2, 6), 7, END - 2],
    ["lw over the beginning of memory", asm.lw(7, -2, 8), 5, BASE - 2],
    ["sh over the beginning of memory", asm.sh(7, -1, 8), 7, BASE - 1],
    ["lw over the end of the address space", asm.lw(7, -2, 0), 5, 0xffff_fffe],
    ["lr.w, misaligned", asm.lr(7, 9), 4, DATA + 2],
    ["sc.w, misaligned", asm.sc(7, 5, 9), 6, DATA + 2],
    ["amoadd.w, misaligned", asm.amoadd(7, 5, 9), 6, DATA + 2],
    ["lr.w from nowhere", asm.lr(7, 6), 5, END],
    ["sc.w to nowhere", asm.sc(7, 5, 6), 7, END],
    ["amoswap.w at nowhere", asm.amoswap(7, 5, 6), 7, END],
    ["amoswap.w at a device", asm.amoswap(7, 5, 10), 7, DEVICE],
    ["lr.w from a device", asm.lr(7, 10), 5, DEVICE],
    ["lw from a device, misaligned", asm.lw(7, 2, 10), 4, DEVICE + 2],
    ["lh from a device, misaligned", asm.lh(7, 1, 10), 4, DEVICE + 1],
    ["sw to a device, misaligned", asm.sw(7, 1, 10), 6, DEVICE + 1],
    ["jal between instructions", asm.jal(7, 6), 0, BASE + 6],
    ["jalr between instructions", asm.jalr(7, 9, 1), 0, DATA + 2],
    ["taken branch between instructions", asm.beq(0, 0, -2), 0, BASE - 2],
  ])("%s: traps, and nothing else happens", (_name, word, cause, value) => {
    const subject = trapping([word]);
    subject.set({ 5: NOWHERE, 6: END, 7: 0x77, 8: BASE, 9: DATA + 2, 10: DEVICE });
    const before = [...subject.hart.x];
    expect(subject.processor.run(1)).toBe("limit");
    expect(trapOf(subject)).toEqual([cause, value, BASE]);
    expect([...subject.hart.x]).toEqual(before);
    expect([subject.hart.ticks, subject.hart.trapped, subject.hart.retired]).toEqual([1, 1, 0]);
    expect([subject.word(DATA), subject.word(END - 4), subject.word(BASE)]).toEqual([0, 0, word]);
    expect(subject.device.log).toEqual([]);
  });

  test.each([
    ["jal", asm.jal(1, -8), BASE - 8],
    ["jalr", asm.jalr(1, 5, 0), END],
    ["branch", asm.beq(0, 0, -4096), BASE - 4096],
  ])("%s out of memory: the jump retires, the fetch traps", (_name, word, target) => {
    const subject = trapping([word]).set({ 5: END });
    expect(subject.processor.run(1)).toBe("limit");
    expect([subject.hart.pc, subject.hart.retired]).toEqual([target, 1]);
    subject.processor.run(1);
    expect(trapOf(subject)).toEqual([1, target, target]);
    expect(subject.hart.trapped).toBe(1);
  });
});

describe("devices", () => {
  test("devices: loads have the width and sign of the instruction, and end the run", () => {
    const words = [
      asm.lw(11, 4, 10),
      asm.lh(12, 2, 10),
      asm.lhu(13, 2, 10),
      asm.lb(14, 3, 10),
      asm.lbu(15, 3, 10),
      asm.lbu(0, 3, 10),
    ];
    const subject = trapping(words).set({ 10: DEVICE });
    for (const _ of words) expect(subject.processor.run(100)).toBe("attention");
    const { x, ticks } = subject.hart;
    expect([...x.slice(11, 16)].map((value) => value >>> 0)).toEqual([
      0xfedc_ba98, 0xffff_ba98, 0xba98, 0xffff_ff98, 0x98,
    ]);
    expect([x[0], ticks]).toEqual([0, words.length]);
    const log = ["load32 4", "load16 2", "load16 2", "load8 3", "load8 3", "load8 3"];
    expect(subject.device.log).toEqual(log);
  });

  test("devices: only the access itself asks for attention", () => {
    const subject = trapping([asm.lw(11, 0, 10), asm.csrrs(12, 0x340, 0), asm.nop(), asm.nop()]);
    subject.set({ 10: DEVICE });
    expect(subject.processor.run(1)).toBe("attention");
    expect(subject.processor.run(3)).toBe("limit");
  });

  test("devices: stores pass the low bits", () => {
    const words = [asm.sw(11, 8, 10), asm.sh(11, 2, 10), asm.sb(11, 1, 10)];
    const subject = trapping(words).set({ 10: DEVICE, 11: 0xfedc_ba98 });
    for (const _ of words) expect(subject.processor.run(100)).toBe("attention");
    expect(subject.device.log).toEqual(["store32 8 4275878552", "store16 2 47768", "store8 1 152"]);
    expect(subject.hart.pc).toBe(BASE + 12);
  });

  test("devices: while a device is accessed, the instruction is not counted yet", () => {
    const subject = trapping([asm.nop(), asm.nop(), asm.lw(11, 0, 10)]).set({ 10: DEVICE });
    const seen: number[] = [];
    subject.device.onAccess = () => seen.push(subject.hart.ticks);
    expect(subject.processor.run(100)).toBe("attention");
    expect([seen, subject.hart.ticks]).toEqual([[2], 3]);
  });

  test("devices: an interrupt raised by an access is taken before the next instruction", () => {
    const subject = trapping([asm.sw(0, 0, 10), asm.nop()]).set({ 10: DEVICE });
    subject.hart.mstatus = 8;
    subject.hart.mie = 0x80;
    subject.device.onAccess = () => subject.hart.setPending(7, true);
    expect(subject.processor.run(100)).toBe("attention");
    expect(subject.hart.pc).toBe(BASE + 4);
    subject.processor.run(1);
    expect(trapOf(subject)).toEqual([0x8000_0007, 0, BASE + 4]);
  });

  test("devices: an access that throws leaves the hart before the instruction", () => {
    const subject = trapping([asm.nop(), asm.lw(11, 0, 10)]).set({ 10: DEVICE });
    subject.device.onAccess = () => {
      throw new Error("broken device");
    };
    expect(() => subject.processor.run(100)).toThrow("broken device");
    expect([subject.hart.pc, subject.hart.ticks, subject.hart.x[11]]).toEqual([BASE + 4, 1, 0]);
  });
});

describe("atomics", () => {
  test.each([
    ["amoswap", 5, 7, 7],
    ["amoadd", 0x7fff_ffff, 1, 0x8000_0000],
    ["amoxor", 0b1100, 0b1010, 0b0110],
    ["amoand", 0b1100, 0b1010, 0b1000],
    ["amoor", 0b1100, 0b1010, 0b1110],
    ["amomin", 0xffff_ffff, 1, 0xffff_ffff],
    ["amomax", 0xffff_ffff, 1, 1],
    ["amominu", 0xffff_ffff, 1, 1],
    ["amomaxu", 0xffff_ffff, 1, 0xffff_ffff],
  ] as const)(
    "%s: of %d and %d stores %d and returns the old value",
    (mnemonic, old, operand, result) => {
      for (const order of [0, 1, 2, 3]) {
        for (const rd of [7, 5, 6, 0]) {
          const subject = trapping([asm[mnemonic](rd, 6, 5, order)]).program([old], DATA);
          subject.set({ 5: DATA, 6: operand });
          expect(subject.processor.run(1)).toBe("limit");
          expect(subject.word(DATA)).toBe(result);
          expect(subject.hart.x[rd]! >>> 0).toBe(rd === 0 ? 0 : old);
          expect(subject.memory.slat.isDirty(DATA >>> 12)).toBe(true);
        }
      }
    },
  );

  const reserving = (...between: number[]): TestMachine =>
    trapping([asm.lr(7, 5, 3), ...between, asm.sc(8, 6, 5, 1)])
      .program([11], DATA)
      .set({ 5: DATA, 6: 22, 8: 99, 9: DATA + 4 });
  const finish = (subject: TestMachine, ticks: number): [number, number] => {
    expect(subject.processor.run(ticks)).toBe("limit");
    expect([subject.hart.x[7], subject.hart.reservation]).toEqual([11, -1]);
    return [subject.hart.x[8]!, subject.word(DATA)];
  };

  test("reservation: a store-conditional after it succeeds, a second one does not", () => {
    expect(finish(reserving(), 2)).toEqual([0, 22]);
    const subject = reserving(asm.sc(8, 0, 5));
    expect(finish(subject, 3)).toEqual([1, 0]);
  });

  test("reservation: without one, and of another word, a store-conditional fails", () => {
    const subject = trapping([asm.sc(8, 6, 5)]).set({ 5: DATA, 6: 22 });
    subject.processor.run(1);
    expect([subject.hart.x[8], subject.word(DATA)]).toEqual([1, 0]);
    expect(subject.memory.slat.isDirty(DATA >>> 12)).toBe(false);
    expect(finish(reserving(asm.sc(10, 6, 9)), 3)).toEqual([1, 11]);
    expect(finish(reserving(asm.lr(10, 9)), 3)).toEqual([1, 11]);
  });

  test("reservation: stores of its own hart do not break it, a trap's return does", () => {
    expect(finish(reserving(asm.sw(0, 0, 9), asm.sw(0, 8, 5)), 4)).toEqual([0, 22]);
    expect(finish(reserving(asm.sw(0, 0, 5)), 3)).toEqual([0, 22]);
    const subject = reserving(asm.ecall());
    subject.program([asm.csrrw(0, 0x341, 15), asm.mret()], HANDLER).set({ 15: BASE + 8 });
    expect(finish(subject, 5)).toEqual([1, 11]);
  });

  test.each([
    ["the word", 0, 1, true],
    ["its last byte", 3, 1, true],
    ["a range over it", -4, 12, true],
    ["the byte before", -1, 1, false],
    ["the byte behind", 4, 1, false],
  ])("reservation: a device that writes %s breaks it: %s", (_name, offset, length, isBroken) => {
    const subject = reserving(asm.nop());
    subject.processor.run(1);
    subject.memory.dmaWrite(DATA + offset, new Uint8Array(length));
    expect(finish(subject, 2)[0]).toBe(isBroken ? 1 : 0);
  });

  test("reservation: a page that the host writes keeps it", () => {
    const subject = reserving(asm.nop());
    subject.processor.run(1);
    subject.memory.hostWrite(DATA >>> 12, new Uint8Array(4096).fill(3));
    expect(finish(subject, 2)).toEqual([0, 22]);
  });

  test.each([
    ["sw", asm.sw(6, 0, 5), true],
    ["sb to its last byte", asm.sb(6, 3, 5), true],
    ["sh beside it", asm.sh(6, 4, 5), false],
    ["misaligned sw into it", asm.sw(6, -2, 5), true],
    ["amoadd.w", asm.amoadd(0, 6, 5), true],
    ["lw", asm.lw(6, 0, 5), false],
  ])("reservation: with two harts, %s of the other breaks it: %s", (_name, word, isBroken) => {
    const subject = trapping([asm.lr(7, 5), asm.sc(8, 6, 5)], { harts: 2 });
    subject.program([asm.sw(6, 64, 5), word], BASE + 0x400).program([11], DATA);
    const [first, second] = subject.harts;
    const [one, other] = subject.processors;
    subject.set({ 5: DATA, 6: 22 });
    second!.pc = BASE + 0x400;
    second!.x[5] = DATA;
    other!.run(1); // the page may be stored to directly
    one!.run(1);
    other!.run(1);
    one!.run(1);
    expect(first!.x[8]).toBe(isBroken ? 1 : 0);
    expect(first!.reservation).toBe(-1);
  });

  test("reservation: one that came with a checkpoint is broken as well", () => {
    const subject = trapping([asm.lw(7, 0, 5), asm.sc(8, 6, 5)], { harts: 2 });
    subject.program([asm.sw(0, 64, 5), asm.sw(0, 0, 5)], BASE + 0x400).set({ 5: DATA });
    const [first, second] = subject.harts;
    const [one, other] = subject.processors;
    second!.pc = BASE + 0x400;
    second!.x[5] = DATA;
    other!.run(1);
    first!.reservation = DATA;
    one!.run(1);
    other!.run(1);
    one!.run(1);
    expect(first!.x[8]).toBe(1);
  });

  test("reservation: is watched for as long as one hart has one in the page", () => {
    const subject = trapping([asm.lr(7, 5), asm.sc(8, 6, 5)], { harts: 2 });
    const words = [asm.lr(7, 9), asm.sc(8, 6, 9), asm.sw(6, 0, 5)];
    subject.program(words, BASE + 0x400).set({ 5: DATA });
    const [first, second] = subject.harts;
    const [one, other] = subject.processors;
    second!.pc = BASE + 0x400;
    second!.x[5] = DATA;
    second!.x[9] = DATA + 128;
    one!.run(1);
    other!.run(3);
    one!.run(1);
    expect([first!.x[8], second!.x[8]]).toEqual([1, 0]);
  });

  test("reservation: both harts can hold one, the first store-conditional wins", () => {
    const subject = trapping([asm.lr(7, 5), asm.sc(8, 6, 5)], { harts: 2 });
    for (const hart of subject.harts) hart.x.set([DATA, 22 + hart.id], 5);
    const [one, other] = subject.processors;
    one!.run(1);
    other!.run(1);
    other!.run(1);
    one!.run(1);
    expect(subject.harts.map(({ x }) => x[8])).toEqual([1, 0]);
    expect(subject.word(DATA)).toBe(23);
  });
});

describe("control and status registers", () => {
  const MSCRATCH = 0x340;
  const run = (word: number, x5 = 0): TestMachine => {
    const subject = trapping([word]).set({ 5: x5, 7: 0x77 });
    subject.hart.mscratch = 0b1100;
    subject.processor.run(1);
    return subject;
  };

  test.each([
    ["csrrw", asm.csrrw(7, MSCRATCH, 5), 0b1010, 0b1010],
    ["csrrs", asm.csrrs(7, MSCRATCH, 5), 0b1010, 0b1110],
    ["csrrc", asm.csrrc(7, MSCRATCH, 5), 0b1010, 0b0100],
    ["csrrw of x0", asm.csrrw(7, MSCRATCH, 0), 0b1010, 0],
    ["csrrs of x0", asm.csrrs(7, MSCRATCH, 0), 0b1010, 0b1100],
    ["csrrc of x0", asm.csrrc(7, MSCRATCH, 0), 0b1010, 0b1100],
    ["csrrwi", asm.csrrwi(7, MSCRATCH, 0b1010), 0, 0b1010],
    ["csrrsi", asm.csrrsi(7, MSCRATCH, 0b1010), 0, 0b1110],
    ["csrrci", asm.csrrci(7, MSCRATCH, 0b1010), 0, 0b0100],
    ["csrrwi of 0", asm.csrrwi(7, MSCRATCH, 0), 0, 0],
    ["csrrwi of 31 is not signed", asm.csrrwi(7, MSCRATCH, 31), 0, 31],
  ])("%s: returns the old value and writes the new one", (_name, word, x5, expected) => {
    const { hart } = run(word, x5);
    expect([hart.x[7], hart.mscratch, hart.pc]).toEqual([0b1100, expected, BASE + 4]);
  });

  test("csrrw: with one register for both, and without a destination", () => {
    expect(run(asm.csrrw(5, MSCRATCH, 5), 9).hart.x[5]).toBe(0b1100);
    const { hart } = run(asm.csrrw(0, MSCRATCH, 5), 9);
    expect([hart.x[0], hart.mscratch]).toEqual([0, 9]);
  });

  const CYCLE = 0xc00;
  test.each([
    ["an unknown register", asm.csrrs(7, 0x123, 0)],
    ["satp", asm.csrrw(7, 0x180, 5)],
    ["medeleg", asm.csrrs(7, 0x302, 0)],
    ["mideleg", asm.csrrs(7, 0x303, 0)],
    ["pmpcfg0", asm.csrrs(7, 0x3a0, 0)],
    ["pmpaddr0", asm.csrrw(0, 0x3b0, 5)],
    ["tselect", asm.csrrs(7, 0x7a0, 0)],
    ["csrrw to a read-only register", asm.csrrw(0, CYCLE, 0)],
    ["csrrs to a read-only register", asm.csrrs(7, CYCLE, 5)],
    ["csrrc of a register that is 0", asm.csrrc(7, CYCLE, 5)],
    ["csrrwi to a read-only register", asm.csrrwi(7, 0xf14, 0)],
    ["csrrsi to a read-only register", asm.csrrsi(7, 0xf14, 1)],
    ["csrrci to a read-only register", asm.csrrci(7, 0xf14, 1)],
  ])("illegal register access: %s", (_name, word) => {
    const subject = run(word);
    expect(trapOf(subject)).toEqual([2, word, BASE]);
    expect(subject.hart.x[7]).toBe(0x77);
  });

  test.each([
    ["csrrs of x0", asm.csrrs(7, 0xf14, 0)],
    ["csrrc of x0", asm.csrrc(7, 0xf14, 0)],
    ["csrrsi of 0", asm.csrrsi(7, 0xf14, 0)],
    ["csrrci of 0", asm.csrrci(7, 0xf14, 0)],
  ])("reading a read-only register: %s is allowed", (_name, word) => {
    expect(run(word).hart.x[7]).toBe(0);
  });
});

describe("user mode", () => {
  const user = (words: readonly number[]): TestMachine => {
    const subject = trapping(words).set({ 7: 0x77 });
    subject.hart.privilege = 0;
    return subject;
  };

  test.each([
    ["reading mstatus", asm.csrrs(7, 0x300, 0)],
    ["writing mscratch", asm.csrrw(0, 0x340, 7)],
    ["reading mhartid", asm.csrrs(7, 0xf14, 0)],
    ["mret", asm.mret()],
    ["a counter that is not enabled", asm.csrrs(7, 0xc00, 0)],
  ])("user mode: %s is illegal", (_name, word) => {
    const subject = user([word]);
    subject.processor.run(1);
    expect(trapOf(subject)).toEqual([2, word, BASE]);
    expect([subject.hart.privilege, subject.hart.mstatus & 0x1800]).toEqual([3, 0]);
  });

  test("user mode: ecall has a cause of its own", () => {
    const subject = user([asm.ecall()]);
    subject.processor.run(1);
    expect(trapOf(subject)).toEqual([8, 0, BASE]);
  });

  test("user mode: wfi waits, unless it is forbidden", () => {
    const subject = user([asm.wfi(), asm.wfi()]);
    expect(subject.processor.run(5)).toBe("waiting");
    expect([subject.hart.pc, subject.hart.retired]).toEqual([BASE + 4, 1]);
    subject.hart.waiting = false;
    subject.hart.mstatus |= 0x20_0000;
    subject.processor.run(1);
    expect(trapOf(subject)).toEqual([2, asm.wfi(), BASE + 4]);
  });

  test("machine mode: wfi is never forbidden", () => {
    const subject = trapping([asm.wfi()]);
    subject.hart.mstatus |= 0x20_0000;
    expect(subject.processor.run(5)).toBe("waiting");
  });
});
