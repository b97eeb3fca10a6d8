// covers src/guest/riscv/inner-step.ts, src/guest/riscv/inner-memory.ts, src/guest/riscv/step.ts, src/guest/riscv/trap.ts
import { expect, test } from "vitest";
import { MemoryDigest } from "../../../src/memory/memory-digest.ts";
import { asm } from "./assembler.ts";
import { ALL, HANDLER, HGATP, InnerRig, LEAF, PTE, ROOT } from "./inner-rig.ts";
import { drawer, HANDLER as PROGRAM_HANDLER, randomProgram } from "./random-program.ts";
import { BASE, PAGES, type TestMachine } from "./test-machine.ts";
import { thrownCode } from "./thrown-code.ts";

const MPV = 0x80;
const GVA = 0x40;

/** A register as an unsigned number. */
const unsigned = (rig: TestMachine, number: number): number => rig.hart.x[number]! >>> 0;

/** What the trap left. */
function trapOf({ hart }: TestMachine): Record<string, number> {
  const { mcause, mepc, mtval, mtval2, mstatush, mstatus, trapped } = hart;
  return {
    cause: mcause,
    pc: mepc,
    value: mtval >>> 0,
    value2: mtval2 >>> 0,
    high: mstatush,
    mpp: mstatus & 0x1800,
    trapped,
  };
}

test("inner step: loads and stores of every width go where the tables say", () => {
  const rig = new InnerRig()
    .map(5, 3)
    .inner([
      asm.sw(6, 0, 5),
      asm.sb(7, 5, 5),
      asm.sh(7, 6, 5),
      asm.lw(10, 0, 5),
      asm.lb(11, 1, 5),
      asm.lbu(12, 1, 5),
      asm.lh(13, 0, 5),
      asm.lhu(14, 0, 5),
      asm.lw(15, 4, 5),
    ]);
  rig.set({ 5: 0x5010, 6: 0xfedc_ba98, 7: 0x1234_5678 });
  expect(rig.processor.run(9)).toBe("limit");
  const read = [10, 11, 12, 13, 14, 15].map((number) => unsigned(rig, number));
  expect(read).toEqual([0xfedc_ba98, 0xffff_ffba, 0xba, 0xffff_ba98, 0xba98, 0x5678_7800]);
  expect(rig.word(BASE + 0x3010)).toBe(0xfedc_ba98);
  expect(rig.word(BASE + 0x5010)).toBe(0);
  expect([rig.hart.pc, rig.hart.virtual, rig.hart.trapped]).toEqual([36, true, 0]);
});

test("inner step: instructions follow each other across pages that lie anywhere", () => {
  const rig = new InnerRig().map(0, 4).map(1, 2).enter(0xff8);
  rig.program([asm.addi(1, 0, 1), asm.addi(2, 0, 2)], BASE + 0x4ff8);
  rig.program([asm.auipc(3, 0), asm.jal(4, -12)], BASE + 0x2000);
  rig.processor.run(4);
  expect([1, 2, 3, 4].map((number) => unsigned(rig, number))).toEqual([1, 2, 0x1000, 0x1008]);
  expect(rig.hart.pc).toBe(0xff8);
});

test("inner step: accesses at any alignment, across pages that do not lie side by side", () => {
  const rig = new InnerRig().map(2, 9).map(3, 6);
  rig.inner([asm.sw(6, 0, 5), asm.lw(7, 0, 5), asm.sh(6, 2, 5), asm.lhu(8, 2, 5), asm.lw(9, 0, 5)]);
  for (const offset of [1, 2, 3]) {
    rig.enter(0).set({ 5: 0x3000 - offset, 6: 0x8765_4321 });
    rig.processor.run(5);
    const read = [7, 8, 9].map((number) => unsigned(rig, number));
    expect(read).toEqual([0x8765_4321, 0x4321, 0x4321_4321]);
  }
  expect(rig.word(BASE + 0x9ffc)).toBe(0x2143_2100);
});

/** An instruction that faults at x5, and the cause with and without memory where the table leads. */
const FAULTING = [
  ["a load", asm.lw(10, 0, 5), 21, 5],
  ["a store", asm.sw(6, 0, 5), 23, 7],
  ["a reservation", asm.lr(10, 5), 21, 5],
  ["a conditional store", asm.sc(10, 6, 5), 23, 7],
  ["an atomic addition", asm.amoadd(10, 6, 5), 23, 7],
] as const;

test.each(FAULTING)(
  "inner step: %s without a page traps to the hypervisor",
  (_name, word, cause) => {
    const rig = new InnerRig().inner([asm.nop(), word]).set({ 5: 0x0070_1234, 6: 1, 10: 9 });
    rig.processor.run(2);
    const mpp = 0;
    const value = 0x0070_1234;
    const [value2, high] = [value >>> 2, MPV | GVA];
    expect(trapOf(rig)).toEqual({ cause, pc: 4, value, value2, high, mpp, trapped: 1 });
    expect([rig.hart.pc, rig.hart.privilege, rig.hart.virtual]).toEqual([HANDLER, 3, false]);
    expect(rig.hart.x[10]).toBe(9);
  },
);

test.each(FAULTING)("inner step: %s to what is no memory", (_name, word, _cause, cause) => {
  const rig = new InnerRig().inner([word]).set({ 5: 0x1004 });
  // the device's page
  rig.memory.dmaWrite(LEAF + 4, new Uint8Array(new Uint32Array([(0x1_0000 << 10) | ALL]).buffer));
  rig.processor.run(1);
  expect(trapOf(rig)).toMatchObject({ cause, value: 0x1004, value2: 0, high: MPV | GVA });
  expect(rig.device.log).toEqual([]);
});

test("inner step: a fetch without a page, without permission, from no memory", () => {
  const rig = new InnerRig().map(1, 1, ALL & ~PTE.X);
  const causes = [0x3000, 0x1000, 0xffff_fffc].map((pc) => {
    rig.enter(pc).processor.run(1);
    const { cause, value, value2 } = trapOf(rig);
    expect([value, value2, rig.hart.mepc >>> 0]).toEqual([pc, pc >>> 2, pc]);
    return cause;
  });
  expect(causes).toEqual([20, 20, 20]);
  rig.enter(0);
  rig.hart.hgatp = 0x8000_0000 | 0;
  rig.processor.run(1);
  expect(trapOf(rig)).toMatchObject({ cause: 1, value: 0, value2: 0 });
});

test("inner step: the flag that says dirty is set by the hypervisor alone", () => {
  const rig = new InnerRig().map(1, 1, ALL & ~PTE.D).inner([asm.lw(7, 0, 5), asm.sw(6, 0, 5)]);
  rig.set({ 5: 0x1000, 6: 3 });
  rig.processor.run(2);
  expect(trapOf(rig)).toMatchObject({ cause: 23, value: 0x1000, pc: 4 });
  rig.map(1, 1).enter(4).processor.run(1);
  expect(rig.word(BASE + 0x1000)).toBe(3);
  expect(rig.word(LEAF + 4) & PTE.D).toBe(PTE.D);
});

test("inner step: of an access across two pages the second that faults is told, and nothing is stored", () => {
  const rig = new InnerRig().map(2, 2).inner([asm.sw(6, 0, 5), asm.lw(7, 0, 5)]);
  rig.set({ 5: 0x2ffe, 6: -1 });
  rig.processor.run(1);
  expect(trapOf(rig)).toMatchObject({ cause: 23, value: 0x3000, value2: 0xc00, pc: 0 });
  expect(rig.word(BASE + 0x2ffc)).toBe(0);
  rig.enter(4).processor.run(1);
  expect(trapOf(rig)).toMatchObject({ cause: 21, value: 0x3000, pc: 4 });
});

test("inner step: atomic instructions have to be aligned", () => {
  const causes = [asm.lr(7, 5), asm.sc(7, 6, 5), asm.amoor(7, 6, 5)].map((word) => {
    const rig = new InnerRig().map(1, 1).inner([word]).set({ 5: 0x1002 });
    rig.processor.run(1);
    return [rig.hart.mcause, rig.hart.mtval, rig.hart.mstatush];
  });
  expect(causes).toEqual([
    [4, 0x1002, MPV | GVA],
    [6, 0x1002, MPV | GVA],
    [6, 0x1002, MPV | GVA],
  ]);
});

test("inner step: calls, breakpoints and what is illegal, with what is left in mtval", () => {
  const cases = [
    [asm.ecall(), 8, 0, MPV],
    [asm.ebreak(), 3, 0, MPV | GVA],
    [0, 2, 0, MPV],
    [asm.mret(), 2, asm.mret(), MPV],
    [asm.wfi(), 2, asm.wfi(), MPV],
    [asm.hfenceGvma(), 2, asm.hfenceGvma(), MPV],
    [asm.csrrs(1, 0x300, 0), 2, asm.csrrs(1, 0x300, 0), MPV],
    [asm.csrrs(1, 0x680, 0), 2, asm.csrrs(1, 0x680, 0), MPV],
    [asm.csrrs(1, 0xc00, 0), 2, asm.csrrs(1, 0xc00, 0), MPV],
    [asm.jalr(1, 5, 2), 0, 0x1002, MPV | GVA],
  ] as const;
  for (const [word, cause, value, high] of cases) {
    const rig = new InnerRig().inner([word]).set({ 5: 0x1000 });
    rig.processor.run(1);
    expect(trapOf(rig)).toMatchObject({ cause, value, value2: 0, high, trapped: 1 });
    expect(rig.hart.waiting).toBe(false);
  }
});

test("inner step: counters are read if the hypervisor permits it", () => {
  const rig = new InnerRig().inner([asm.csrrs(1, 0xc02, 0)]);
  rig.hart.mcounteren = 7;
  rig.processor.run(1);
  expect([rig.hart.x[1], rig.hart.pc]).toEqual([0, 4]);
});

test("inner step: an interrupt comes before the next instruction, and mret goes back", () => {
  const rig = new InnerRig().inner([asm.addi(1, 1, 1), asm.addi(1, 1, 1), asm.addi(1, 1, 1)]);
  rig.program([asm.csrrw(0, 0x304, 0), asm.mret()], HANDLER);
  rig.processor.run(1);
  rig.hart.mie = 0x80;
  rig.hart.setPending(7, true);
  rig.processor.run(1);
  expect(trapOf(rig)).toMatchObject({ cause: -0x8000_0000 + 7, pc: 4, value: 0, high: MPV });
  rig.processor.run(1);
  expect([rig.hart.pc, rig.hart.virtual, rig.hart.privilege]).toEqual([4, true, 0]);
  expect([rig.hart.mstatush, rig.hart.mstatus & 0x1880]).toEqual([0, 0x80]);
  rig.processor.run(2);
  expect([rig.hart.x[1], rig.hart.pc]).toEqual([3, 12]);
});

test("inner step: mret to machine mode or without MPV runs no inner machine", () => {
  for (const [mstatus, mstatush, virtual] of [
    [0x1800, MPV, false],
    [0, 0, false],
    [0, MPV, true],
  ] as const) {
    const rig = new InnerRig().program([asm.mret()]);
    Object.assign(rig.hart, { mstatus, mstatush, mepc: 0x8000_0100 | 0, hgatp: HGATP });
    rig.processor.run(1);
    expect([rig.hart.virtual, rig.hart.pc, rig.hart.mstatush]).toEqual([virtual, 0x8000_0100, 0]);
  }
});

test("inner step: a trap without a handler halts", () => {
  const rig = new InnerRig().inner([asm.ecall()]);
  rig.hart.mtvec = 0;
  expect(rig.processor.run(100)).toBe("halted");
  expect(rig.hart.halt).toEqual({ cause: 8, pc: 0, instruction: 0, value: 0 });
  expect([rig.hart.ticks, rig.hart.trapped]).toEqual([1, 1]);
  // an inner address that happens to be one of the machine's too
  const other = new InnerRig().program([asm.nop()]).enter(BASE);
  other.hart.mtvec = 0;
  other.processor.run(1);
  expect(other.hart.halt).toEqual({ cause: 20, pc: BASE, instruction: 0, value: BASE });
});

test("inner step: without tables it runs on the machine's own addresses, devices included", () => {
  const rig = new InnerRig().program([asm.sw(6, 0, 5), asm.lw(7, 0, 5), asm.ecall()]);
  rig.enter(BASE).set({ 5: 0x1000_0000, 6: 5 });
  rig.hart.hgatp = 0;
  expect(rig.processor.run(9)).toBe("attention");
  expect(rig.processor.run(9)).toBe("attention");
  rig.processor.run(1);
  expect([rig.hart.x[7], rig.hart.mcause, rig.hart.mstatush]).toEqual([5, 8, MPV]);
});

test("inner step: reservations are of words of the machine, whoever stores to them", () => {
  const words = [asm.lr(7, 5), asm.sc(8, 6, 5)];
  const rig = new InnerRig({ harts: 2 }).map(1, 3).map(2, 3).inner(words);
  const [first, second] = rig.harts;
  const attempt = (between: () => void): number => {
    rig.enter(0).set({ 5: 0x1010, 6: 77, 8: 9 });
    rig.processor.run(1);
    expect(first!.reservation).toBe(BASE + 0x3010);
    between();
    rig.processor.run(1);
    return first!.x[8]!;
  };
  expect(attempt(() => undefined)).toBe(0);
  expect(rig.word(BASE + 0x3010)).toBe(77);
  // a reservation is good for one store
  rig.hart.pc = 4;
  rig.processor.run(1);
  expect(first!.x[8]).toBe(1);
  // under another inner address of the same machine
  const storing = (address: number): void => {
    rig
      .program([asm.sw(6, 0, 5)], BASE + 0x4000)
      .map(4, 4)
      .enter(0x4000, second);
    second!.x[5] = address;
    rig.processors[1]!.run(1);
  };
  expect(attempt(() => storing(0x2010))).toBe(1);
  expect(attempt(() => storing(0x2014))).toBe(0);
  expect(attempt(() => rig.memory.dmaWrite(BASE + 0x3012, Uint8Array.of(1)))).toBe(1);
  // the page is moved between the two
  expect(attempt(() => void rig.map(1, 5))).toBe(1);
  expect(rig.word(BASE + 0x5010)).toBe(0);
});

test("inner step: a store to instructions that a hart has executed is seen by it", () => {
  const rig = new InnerRig().map(1, 4).inner([asm.sw(6, 0, 5), asm.ecall()]);
  const { hart, processor } = rig;
  rig.program([asm.addi(1, 0, 1)], BASE + 0x4000);
  const execute = (): number => {
    Object.assign(hart, { privilege: 3, virtual: false, pc: BASE + 0x4000 });
    processor.run(1);
    return hart.x[1]!;
  };
  expect(execute()).toBe(1);
  rig.enter(0).set({ 5: 0x1000, 6: asm.addi(1, 0, 2) });
  processor.run(1);
  expect(execute()).toBe(2);
});

test("inner step: a store to a watched word ends the run", () => {
  const rig = new InnerRig({ watched: BASE + 0x4008 }).map(1, 4);
  rig.inner([asm.sb(6, 0, 5), asm.amoadd(7, 6, 8), asm.nop(), asm.nop()]);
  rig.set({ 5: 0x100b, 6: 1, 8: 0x1008 });
  const ends = [rig.processor.run(9), rig.processor.run(9), rig.processor.run(2)];
  expect([ends, rig.hart.pc]).toEqual([["attention", "attention", "limit"], 16]);
  // across two pages, of which the second has the word
  const across = new InnerRig({ watched: BASE + 0x5000 }).map(1, 4).map(2, 5);
  across.inner([asm.sw(6, 0, 5), asm.sw(6, 2, 5)]).set({ 5: 0x1ffc });
  expect([across.processor.run(1), across.processor.run(1)]).toEqual(["limit", "attention"]);
});

test("inner step: a write that is not permitted throws before the instruction has begun", () => {
  const rig = new InnerRig()
    .map(1, 4)
    .map(2, 5)
    .inner([asm.sw(6, 0, 5)])
    .set({ 5: 0x1ffe, 6: -1 });
  rig.memory.forbidWrites((BASE >>> 12) + 5, 1);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    expect(thrownCode(() => rig.processor.run(1))).toBe("WRITE_NOT_PERMITTED");
    expect([rig.hart.pc, rig.hart.ticks, rig.word(BASE + 0x4ffc)]).toEqual([0, 0, 0]);
  }
  rig.memory.permitWrites((BASE >>> 12) + 5, 1);
  rig.processor.run(1);
  expect([rig.word(BASE + 0x4ffc), rig.word(BASE + 0x5000)]).toEqual([0xffff_0000, 0xffff]);
});

test("inner step: hfence.gvma is for machine mode, and takes composed translations away", () => {
  const rig = new InnerRig().map(1, 4).map(2, 5);
  rig.inner([asm.sw(6, 0, 5), asm.sw(6, 0, 8)]).set({ 5: 0x1000, 8: 0x2000, 9: 0x1000 >>> 2 });
  const { hart, processor, memory } = rig;
  const fence = (word: number): number => {
    rig.enter(0);
    processor.run(2);
    expect(memory.composed.size).toBe(3);
    Object.assign(hart, { privilege: 3, virtual: false, pc: HANDLER });
    rig.program([word], HANDLER);
    processor.run(1);
    expect(hart.pc).toBe(HANDLER + 4);
    return memory.composed.size;
  };
  expect(fence(asm.hfenceGvma())).toBe(0);
  expect(fence(asm.hfenceGvma(9))).toBe(2);
  expect(fence(asm.hfenceGvma(0, 9))).toBe(0);
  Object.assign(hart, { privilege: 0, virtual: false, pc: HANDLER });
  processor.run(1);
  expect([hart.mcause, hart.mtval, hart.mstatush]).toEqual([2, asm.hfenceGvma(0, 9), 0]);
});

test("inner step: two tables are two machines, on each of two harts", () => {
  const rig = new InnerRig({ harts: 2 }).map(1, 4).inner([asm.lw(7, 0, 5), asm.sw(6, 0, 5)]);
  const [first, second] = rig.harts;
  // the second root shares the page of code by a table of its own, in page 8
  const word = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);
  rig.memory.dmaWrite(BASE + 0x4000, word((((BASE + 0x8000) >>> 12) << 10) | PTE.V));
  rig.memory.dmaWrite(BASE + 0x8000, word(((BASE >>> 12) << 10) | ALL));
  rig.memory.dmaWrite(BASE + 0x8004, word((((BASE + 0x9000) >>> 12) << 10) | ALL));
  const run = (hart: typeof first, root: number, value: number): number => {
    rig.enter(0, hart);
    hart!.hgatp = 0x8000_0000 | (root >>> 12) | 0;
    hart!.x[5] = 0x1100;
    hart!.x[6] = value;
    rig.processors[hart!.id]!.run(2);
    return hart!.x[7]!;
  };
  expect(run(first, ROOT, 1)).toBe(0);
  expect(run(second, BASE + 0x4000, 2)).toBe(0);
  expect(run(second, ROOT, 3)).toBe(1);
  expect(run(first, BASE + 0x4000, 4)).toBe(2);
  expect(run(first, ROOT, 5)).toBe(3);
  expect([rig.word(BASE + 0x4100), rig.word(BASE + 0x9100)]).toEqual([5, 4]);
});

/**
 * Goes on behind the instruction that trapped; after a jump out of memory, from the beginning. That has
 * another cause in an inner machine.
 */
const RESTARTING: readonly number[] = [
  asm.csrrs(30, 0x342, 0),
  // 0 if the cause is 1 or 20
  asm.addi(29, 30, -1),
  asm.addi(30, 30, -20),
  asm.mul(29, 29, 30),
  asm.beq(29, 0, 20),
  asm.csrrs(30, 0x341, 0),
  asm.addi(30, 30, 4),
  asm.csrrw(0, 0x341, 30),
  asm.mret(),
  asm.lui(30, 0x80000),
  asm.csrrw(0, 0x341, 30),
  asm.mret(),
];

/** A random program in user mode, as the machine's own or as an inner machine with tables that change nothing. */
function randomIn(seed: number, isInner: boolean): InnerRig {
  const draw = drawer(seed + 1);
  const rig = new InnerRig();
  const word = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);
  rig.memory.dmaWrite(ROOT, word(0));
  rig.memory.dmaWrite(ROOT + 4 * (BASE >>> 22), word((((LEAF >>> 12) << 10) | PTE.V) >>> 0));
  for (let page = 0; page < PAGES; page += 1) rig.map(page, page);
  rig.program(randomProgram(seed, 200)).program(RESTARTING, PROGRAM_HANDLER);
  const { hart } = rig;
  for (let number = 1; number < 32; number += 1) hart.x[number] = draw(2 ** 32);
  for (let number = 12; number < 16; number += 1) hart.x[number] = BASE + 4 * draw(1024);
  // waiting is illegal in both
  Object.assign(hart, { mtvec: PROGRAM_HANDLER | 0, privilege: 0, mstatus: 0x20_0000 });
  if (isInner) Object.assign(hart, { virtual: true, hgatp: HGATP });
  return rig;
}

test("inner step: random programs do what they do in user mode", () => {
  let trapped = 0;
  for (let seed = 1; seed <= 60; seed += 1) {
    const [plain, inner] = [randomIn(seed, false), randomIn(seed, true)];
    for (let ticks = 0; ticks < 1_200; ticks += 100) {
      for (const each of [plain, inner]) each.processor.run(100);
      const states = [plain, inner].map(({ hart, memory }) => {
        const bytes = new MemoryDigest(memory).digest();
        // the handler's own registers have seen the cause
        const x = [...hart.x.subarray(0, 29), hart.x[31]];
        const { pc, privilege, ticks: count, mepc, reservation } = hart;
        return { x, pc, privilege, count, mepc, reservation, trapped: hart.trapped, bytes };
      });
      expect({ seed, ...states[1] }).toEqual({ seed, ...states[0] });
    }
    trapped += inner.hart.trapped;
  }
  expect(trapped).toBeGreaterThan(1_000);
});
