import { describe, expect, test } from "vitest";
import { Hart } from "../../../src/guest/riscv/hart.ts";
import { Processor } from "../../../src/guest/riscv/processor.ts";
import { asm } from "./assembler.ts";
import { BASE, machine, restore, saved, TestMachine } from "./test-machine.ts";

const HANDLER = BASE + 0x800;
const DATA = BASE + 0x2000;

describe("limit", () => {
  test("limit: exactly as many instructions are begun, trapped ones included", () => {
    const subject = machine([asm.addi(1, 1, 1), asm.ecall(), asm.jal(0, -8)]);
    subject.program([asm.addi(2, 2, 1), asm.csrrw(0, 0x341, 3), asm.mret()], HANDLER);
    subject.hart.mtvec = HANDLER | 0;
    subject.set({ 3: BASE + 8 });
    const { hart, processor } = subject;
    for (let ticks = 1; ticks <= 60; ticks += 1) {
      expect(processor.run(1)).toBe("limit");
      expect(hart.ticks).toBe(ticks);
    }
    expect([hart.x[1], hart.x[2], hart.trapped, hart.retired]).toEqual([10, 10, 10, 50]);
    expect(processor.run(0)).toBe("limit");
    expect(processor.run(6_000)).toBe("limit");
    expect([hart.ticks, hart.x[1]]).toEqual([6_060, 1_010]);
  });

  test("limit: a handler that traps itself comes to the bound as well", () => {
    const subject = machine([0]).program([0], HANDLER);
    subject.hart.mtvec = HANDLER | 0;
    expect(subject.processor.run(10_000)).toBe("limit");
    expect([subject.hart.ticks, subject.hart.trapped]).toEqual([10_000, 10_000]);
  });

  test("limit: an interrupt due behind the last instruction waits for the next run", () => {
    const subject = machine([asm.csrrsi(0, 0x300, 8), asm.nop()]);
    subject.hart.mtvec = HANDLER | 0;
    subject.hart.mie = 8;
    subject.hart.mip = 8;
    expect(subject.processor.run(1)).toBe("limit");
    expect(subject.hart.pc).toBe(BASE + 4);
    subject.program([asm.nop()], HANDLER);
    subject.processor.run(1);
    expect(subject.hart.pc).toBe(HANDLER + 4);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("limit: %d is refused", (limit) => {
    expect(() => machine().processor.run(limit)).toThrow("a limit is a count of ticks");
  });

  test("limit: more ticks than an engine's small integers", () => {
    const subject = machine([asm.nop(), asm.wfi()]);
    expect(subject.processor.run(2 ** 50)).toBe("waiting");
    expect(subject.hart.ticks).toBe(2);
  });
});

describe("halt", () => {
  test.each([
    ["an illegal instruction", 0xffff_ffff, 2, 0xffff_ffff],
    ["ebreak", asm.ebreak(), 3, BASE + 4],
    ["a load from nowhere", asm.lw(1, 16, 0), 5, 16],
    ["a call", asm.ecall(), 11, 0],
  ])("halt: %s without a handler stops the hart for good", (_name, word, cause, value) => {
    const subject = machine([asm.nop(), word]);
    const { hart, processor } = subject;
    expect(processor.halt).toBeUndefined();
    expect(processor.run(100)).toBe("halted");
    expect(processor.halt).toEqual({ cause, pc: BASE + 4, instruction: word, value });
    expect([hart.pc, hart.ticks, hart.retired, hart.mcause]).toEqual([BASE + 4, 2, 1, 0]);
    const before = saved(hart);
    expect(processor.run(100)).toBe("halted");
    expect(saved(hart)).toEqual(before);
  });

  test("halt: an interrupt without a handler", () => {
    const subject = machine([asm.nop(), asm.csrrsi(0, 0x300, 8), asm.nop()]);
    subject.hart.mie = 0x80;
    subject.hart.setPending(7, true);
    expect(subject.processor.run(100)).toBe("halted");
    const halt = { cause: 0x8000_0007, pc: BASE + 8, instruction: asm.nop(), value: 0 };
    expect(subject.processor.halt).toEqual(halt);
    expect([subject.hart.ticks, subject.hart.trapped]).toEqual([2, 0]);
  });

  test("halt: is part of the hart's state", () => {
    const subject = machine([0]);
    subject.processor.run(1);
    const copy = machine([0]);
    restore(copy.hart, saved(subject.hart));
    expect(copy.processor.run(5)).toBe("halted");
    expect([copy.processor.halt, copy.hart.ticks]).toEqual([subject.processor.halt, 1]);
  });

  test("halt: at the limit it is known at once or with the next run, the state is the same", () => {
    const subject = machine([0]);
    expect(subject.processor.run(0)).toBe("limit");
    expect(subject.processor.run(1)).toBe("halted");
  });
});

describe("waiting", () => {
  const waiter = (): TestMachine => {
    const subject = machine([asm.wfi(), asm.addi(1, 1, 1), asm.jal(0, -8)]);
    subject.program([asm.addi(2, 2, 1), asm.mret()], HANDLER);
    subject.hart.mtvec = HANDLER | 0;
    return subject;
  };

  test("waiting: nothing passes until an enabled interrupt is pending", () => {
    const { hart, processor } = waiter();
    hart.mie = 0x80;
    expect(processor.run(10)).toBe("waiting");
    hart.setPending(11, true);
    expect(processor.run(10)).toBe("waiting");
    expect([hart.ticks, hart.pc, hart.waiting]).toEqual([1, BASE + 4, true]);
    hart.setPending(7, true);
    expect(processor.run(2)).toBe("limit");
    // interrupts are disabled: the hart goes on without taking it
    expect([hart.ticks, hart.x[1], hart.x[2], hart.waiting]).toEqual([3, 1, 0, false]);
  });

  test("waiting: with interrupts enabled the handler comes first, then what follows the wfi", () => {
    const { hart, processor } = waiter();
    hart.mie = 0x80;
    hart.mstatus = 8;
    expect(processor.run(10)).toBe("waiting");
    hart.setPending(7, true);
    processor.run(1);
    expect([hart.x[1], hart.x[2], hart.mepc >>> 0]).toEqual([0, 1, BASE + 4]);
    hart.setPending(7, false);
    expect(processor.run(10)).toBe("waiting");
    expect([hart.x[1], hart.x[2]]).toEqual([1, 1]);
  });

  test("waiting: not at all if the interrupt is pending before", () => {
    const { hart, processor } = waiter();
    hart.mie = 0x8;
    hart.setPending(3, true);
    expect(processor.run(9)).toBe("limit");
    expect([hart.ticks, hart.x[1]]).toEqual([9, 3]);
  });

  test("waiting: is part of the state, also if the limit came with the wfi", () => {
    const subject = waiter();
    expect(subject.processor.run(1)).toBe("limit");
    const copy = waiter();
    restore(copy.hart, saved(subject.hart));
    expect(copy.processor.run(5)).toBe("waiting");
  });
});

describe("interrupts", () => {
  test("interrupts: vectored, by priority, each when the one before returns", () => {
    const subject = machine([asm.csrrsi(0, 0x300, 8), asm.jal(0, 0)]);
    // each handler puts its number behind those before and disables its interrupt
    const handler = (bit: number): number[] => [
      asm.slli(5, 5, 4),
      asm.addi(5, 5, bit),
      asm.addi(6, 0, 1),
      asm.slli(6, 6, bit),
      asm.csrrc(0, 0x304, 6),
      asm.mret(),
    ];
    for (const bit of [3, 7, 11]) {
      const at = HANDLER + 0x100 * bit;
      subject.program([asm.jal(0, at - (HANDLER + 4 * bit))], HANDLER + 4 * bit);
      subject.program(handler(bit), at);
    }
    subject.hart.mtvec = (HANDLER + 1) | 0;
    subject.hart.mie = 0x888;
    for (const bit of [3, 7, 11] as const) subject.hart.setPending(bit, true);
    expect(subject.processor.run(100)).toBe("limit");
    expect(subject.hart.x[5]).toBe(0xb37);
    expect([subject.hart.trapped, subject.hart.ticks]).toEqual([0, 100]);
  });

  test("interrupts: enabled by mie, mstatus or a return, they come with the next instruction", () => {
    for (const enable of [
      [asm.csrrw(0, 0x304, 7), asm.csrrsi(0, 0x300, 8)],
      [asm.csrrsi(0, 0x300, 8), asm.csrrw(0, 0x304, 7)],
      [asm.csrrw(0, 0x304, 7), asm.mret()],
    ]) {
      const subject = machine([...enable, asm.addi(1, 1, 1)]).set({ 7: 0x80 });
      subject.program([asm.jal(0, 0)], HANDLER);
      subject.hart.mtvec = HANDLER | 0;
      subject.hart.mstatus = 0x1880;
      subject.hart.mepc = (BASE + 8) | 0;
      subject.hart.setPending(7, true);
      subject.processor.run(10);
      const { hart } = subject;
      expect([hart.x[1], hart.mepc >>> 0, hart.mcause >>> 0]).toEqual([0, BASE + 8, 0x8000_0007]);
    }
  });

  test("interrupts: user mode is left for one even if machine mode had disabled them", () => {
    const subject = machine([asm.mret()]).program([asm.jal(0, 0)], HANDLER);
    subject.hart.mtvec = HANDLER | 0;
    subject.hart.mepc = DATA | 0;
    subject.hart.mie = 8;
    subject.hart.setPending(3, true);
    subject.processor.run(2);
    const { hart } = subject;
    expect([hart.mepc >>> 0, hart.privilege, hart.mstatus]).toEqual([DATA, 3, 0x0]);
  });
});

describe("watched word", () => {
  test.each([
    ["sw", asm.sw(6, 0, 5), "attention"],
    ["sb to its last byte", asm.sb(6, 3, 5), "attention"],
    ["misaligned sw into it", asm.sw(6, -3, 5), "attention"],
    ["amoadd.w", asm.amoadd(0, 6, 5), "attention"],
    ["sw before it", asm.sw(6, -4, 5), "limit"],
    ["sw behind it", asm.sw(6, 4, 5), "limit"],
    ["lw", asm.lw(6, 0, 5), "limit"],
  ])("watched word: %s ends a run with %s", (_name, word, end) => {
    const subject = machine([asm.sw(6, 64, 5), word, asm.nop()], { watched: DATA });
    subject.set({ 5: DATA, 6: 1 });
    expect(subject.processor.run(2 + 1)).toBe(end === "limit" ? "limit" : "attention");
    expect(subject.hart.ticks).toBe(end === "limit" ? 3 : 2);
  });

  test("watched word: a store-conditional that fails is no store", () => {
    const words = [asm.sc(7, 6, 5), asm.lr(7, 5), asm.sc(7, 6, 5)];
    const subject = machine(words, { watched: DATA }).set({ 5: DATA, 6: 1 });
    expect(subject.processor.run(3)).toBe("attention");
    expect([subject.hart.ticks, subject.word(DATA)]).toEqual([3, 1]);
  });

  test("watched word: of two, each is noticed by a store that reaches into the other's page", () => {
    const last = DATA + 4092;
    const words = [asm.sw(6, 2, 5), asm.nop()];
    const subject = machine(words, { watched: last }).set({ 5: last });
    const { memory, ram, processor } = subject;
    const parts = { memory, ram, bus: { find: () => undefined }, time: () => 0 };
    new Processor({ ...parts, hart: new Hart(1), peer: processor, watched: last + 64 });
    expect(processor.run(2)).toBe("attention");
    const third = { ...parts, hart: new Hart(2), peer: processor };
    expect(() => new Processor({ ...third, watched: DATA + 2 })).toThrow("a watched word lies in");
    expect(() => new Processor({ ...third, watched: BASE - 4 })).toThrow("a watched word lies in");
  });

  test("watched word: writes of devices and the host are none of the hart's", () => {
    const subject = machine([asm.nop()], { watched: DATA });
    subject.memory.dmaWrite(DATA, new Uint8Array(4).fill(1));
    subject.memory.hostWrite(DATA >>> 12, new Uint8Array(4096).fill(2));
    expect(subject.processor.run(1)).toBe("limit");
  });
});

test("processor: x0 stays zero whatever is written to it", () => {
  const words = [asm.addi(0, 0, 5), asm.lw(0, 0, 5), asm.csrrw(0, 0x340, 5), asm.amoadd(0, 5, 5)];
  const subject = machine([...words, asm.add(6, 0, 0)]).set({ 5: DATA });
  subject.processor.run(5);
  expect([subject.hart.x[0], subject.hart.x[6]]).toEqual([0, 0]);
});

test("processor: a store that the host does not permit has not begun", () => {
  for (const words of [
    [asm.sw(6, 0, 5)],
    [asm.sw(6, -2, 5)],
    [asm.amoadd(7, 6, 5)],
    [asm.lr(7, 5), asm.sc(8, 6, 5)],
  ]) {
    const subject = machine([asm.lw(9, 0, 5), ...words]).set({ 5: DATA, 6: 1, 8: 99 });
    subject.processor.run(words.length);
    const before = saved(subject.hart);
    subject.memory.forbidWrites(DATA >>> 12, 1);
    expect(() => subject.processor.run(1)).toThrow("processor write to protected page");
    expect(saved(subject.hart)).toEqual(before);
    expect([subject.word(DATA), subject.word(DATA - 4)]).toEqual([0, 0]);
    const asked: number[] = [];
    subject.memory.onWriteFault = (page) => {
      asked.push(page);
      subject.memory.permitWrites(page, 1);
    };
    expect(subject.processor.run(1)).toBe("limit");
    expect(asked).toEqual([DATA >>> 12]);
  }
});

test("processor: a peer has the same memory and another hart", () => {
  const [one, other] = [new TestMachine(), new TestMachine()];
  const parts = { bus: { find: () => undefined }, time: () => 0 };
  const { memory, ram, hart, processor } = one;
  expect(() => new Processor({ ...parts, memory, ram, hart, peer: processor })).toThrow(
    "a hart has one processor",
  );
  expect(() => new Processor({ ...parts, memory, ram, hart: other.hart })).toThrow(
    "harts of the same memory share one Ram",
  );
  expect(
    () => new Processor({ ...parts, memory, ram, hart: other.hart, peer: other.processor }),
  ).toThrow("a peer has the same memory");
});
