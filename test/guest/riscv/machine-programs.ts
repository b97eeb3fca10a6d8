import { asm } from "./assembler.ts";
import { LabelledProgram } from "./labelled-program.ts";

/** Registers by number. */
export const R = {
  zero: 0,
  ra: 1,
  t0: 5,
  t1: 6,
  t2: 7,
  s0: 8,
  s1: 9,
  a0: 10,
  a1: 11,
  a2: 12,
  s2: 18,
  s3: 19,
  s4: 20,
  s5: 21,
  s6: 22,
  s7: 23,
  s8: 24,
  t3: 28,
  t4: 29,
  t5: 30,
} as const;

/** Control and status registers by number. */
export const CSR = {
  mstatus: 0x300,
  mie: 0x304,
  mtvec: 0x305,
  mcause: 0x342,
  mcycle: 0xb00,
  time: 0xc01,
} as const;

/** Addresses of devices. */
export const AT = {
  power: 0x10_0000,
  software: 0x200_0000,
  compare: 0x200_4000,
  time: 0x200_bff8,
  plic: 0xc00_0000,
  enable: 0xc00_2000,
  claim: 0xc20_0004,
  uart: 0x1000_0000,
  network: 0x1000_1000,
  disk: 0x1000_2000,
} as const;

/** Ends the machine with a word to the finisher. */
export function powerOff(program: LabelledProgram, word: number): LabelledProgram {
  return program
    .li(R.t0, AT.power)
    .li(R.t1, word)
    .emit(asm.sw(R.t1, 0, R.t0));
}

/** Prints a text and ends the machine. */
export function printer(text: string, word = 0x5555): LabelledProgram {
  const program = new LabelledProgram().li(R.s0, AT.uart);
  for (const character of text) {
    program.li(R.t0, character.charCodeAt(0)).emit(asm.sb(R.t0, 0, R.s0));
  }
  return powerOff(program, word);
}

/**
 * Does a little of everything, for ever so long: pseudo-random stores over eight pages, a letter and a
 * new, uneven deadline at each timer interrupt, typed bytes echoed from the interrupt controller's
 * interrupt, sleep now and then, and the clocks mixed into what it computes. Ends after `letters` letters;
 * with a failure of the machine if anything else traps.
 */
export function busyProgram(letters: number): LabelledProgram {
  const program = new LabelledProgram();
  program.la(R.t0, "trap").emit(asm.csrrw(R.zero, CSR.mtvec, R.t0));
  program.li(R.s0, AT.uart).li(R.s1, AT.compare).li(R.s2, AT.time).li(R.s3, AT.claim);
  program.li(R.s4, 0x8000_8000).li(R.s5, 0).li(R.s6, 0x1234_5678).li(R.s7, 0).li(R.s8, letters);
  // the serial port's source and its FIFO
  program
    .li(R.t0, AT.plic)
    .li(R.t1, 1)
    .emit(asm.sw(R.t1, 40, R.t0));
  program
    .li(R.t0, AT.enable)
    .li(R.t1, 1 << 10)
    .emit(asm.sw(R.t1, 0, R.t0));
  program.emit(asm.addi(R.t1, 0, 1), asm.sb(R.t1, 2, R.s0), asm.sb(R.t1, 1, R.s0));
  // the first deadline: the low half first, while the high one still says never
  program.emit(asm.lw(R.t1, 0, R.s2), asm.addi(R.t1, R.t1, 9), asm.sw(R.t1, 0, R.s1));
  program.emit(asm.sw(R.zero, 4, R.s1));
  program.li(R.t1, 0x880).emit(asm.csrrs(R.zero, CSR.mie, R.t1), asm.csrrsi(0, CSR.mstatus, 8));

  program.label("loop");
  program.emit(asm.slli(R.t0, R.s6, 13), asm.xor(R.s6, R.s6, R.t0));
  program.emit(asm.srli(R.t0, R.s6, 17), asm.xor(R.s6, R.s6, R.t0));
  program.emit(asm.slli(R.t0, R.s6, 5), asm.xor(R.s6, R.s6, R.t0));
  program.li(R.t1, 0x7ffc).emit(asm.and(R.t0, R.s6, R.t1), asm.add(R.t0, R.t0, R.s4));
  program.emit(asm.sw(R.s6, 0, R.t0), asm.addi(R.s5, R.s5, 1));
  program.emit(asm.andi(R.t0, R.s5, 15)).branch(asm.bne, R.t0, R.zero, "loop");
  program.emit(asm.csrrs(R.t0, CSR.time, 0), asm.add(R.s6, R.s6, R.t0));
  program.emit(asm.csrrs(R.t0, CSR.mcycle, 0), asm.xor(R.s6, R.s6, R.t0));
  program.emit(asm.andi(R.t0, R.s5, 63)).branch(asm.bne, R.t0, R.zero, "loop");
  program.emit(asm.wfi()).jump("loop");

  program.label("trap");
  program.emit(asm.csrrs(R.t3, CSR.mcause, 0)).branch(asm.bge, R.t3, R.zero, "failed");
  program.emit(asm.slli(R.t3, R.t3, 1), asm.addi(R.t4, 0, 14));
  program.branch(asm.beq, R.t3, R.t4, "timer");
  program.emit(asm.lw(R.t3, 0, R.s3), asm.lbu(R.t4, 0, R.s0), asm.sb(R.t4, 0, R.s0));
  program.emit(asm.add(R.s6, R.s6, R.t4), asm.sw(R.t3, 0, R.s3), asm.mret());
  program.label("timer");
  program.emit(asm.lw(R.t4, 0, R.s2), asm.andi(R.t3, R.s6, 31), asm.addi(R.t3, R.t3, 3));
  program.emit(asm.add(R.t4, R.t4, R.t3), asm.sw(R.t4, 0, R.s1));
  program.emit(asm.andi(R.t3, R.s7, 15), asm.addi(R.t3, R.t3, 0x61), asm.sb(R.t3, 0, R.s0));
  program.emit(asm.addi(R.s7, R.s7, 1), asm.sw(R.s7, -4, R.s4));
  program.branch(asm.beq, R.s7, R.s8, "done").emit(asm.mret());
  program.label("done");
  powerOff(program, 0x5555);
  program.label("failed");
  powerOff(program, 0x1_3333);
  return program.label("end").jump("end");
}

/** Each hart adds its number plus one to a word of its own and one to a shared word, for ever. */
export function countingHarts(): LabelledProgram {
  const program = new LabelledProgram();
  program.li(R.s4, 0x8000_8000).emit(asm.slli(R.t0, R.a0, 2), asm.add(R.s5, R.s4, R.t0));
  program.emit(asm.addi(R.s6, R.a0, 1), asm.addi(R.t1, 0, 1));
  program.label("loop");
  program.emit(asm.lw(R.t0, 4, R.s5), asm.add(R.t0, R.t0, R.s6), asm.sw(R.t0, 4, R.s5));
  // what was there before tells of the order in which the harts came
  program.emit(asm.amoadd(R.t2, R.t1, R.s4), asm.slli(R.s7, R.s7, 1), asm.xor(R.s7, R.s7, R.t2));
  return program.jump("loop");
}
