// covers src/guest/riscv/control-registers.ts, src/guest/riscv/csr.ts
import { expect, test } from "vitest";
import { ControlRegisters } from "../../../src/guest/riscv/control-registers.ts";
import {
  CSR,
  isPerformanceMonitor,
  isReadOnly,
  privilegeOf,
} from "../../../src/guest/riscv/csr.ts";
import { Hart } from "../../../src/guest/riscv/hart.ts";
import { asm } from "./assembler.ts";
import { machine } from "./test-machine.ts";

function registers(time = 0): { hart: Hart; control: ControlRegisters } {
  const hart = new Hart(2);
  return { hart, control: new ControlRegisters(hart, () => time) };
}

const ALL_ONES = -1;

/** What a register becomes when all ones are written to it, and what zeros leave. */
test.each([
  ["mstatus", 0x22_1888, 0],
  ["misa", 0x4010_1101, 0x4010_1101],
  ["mie", 0x888, 0],
  ["mip", 0, 0],
  ["mtvec", -3, 0],
  ["mcounteren", 7, 0],
  ["mscratch", -1, 0],
  ["mepc", -4, 0],
  ["mcause", -1, 0],
  ["mtval", -1, 0],
  ["mstatush", 0xc0, 0],
  ["mtval2", -1, 0],
  ["mtinst", 0, 0],
  ["hgatp", 0x803f_fffc | 0, 0],
  ["menvcfg", 0, 0],
  ["menvcfgh", 0, 0],
  ["mcountinhibit", 0, 0],
] as const)("control registers: of all ones %s keeps %d, of zeros %d", (name, ones, zeros) => {
  const { control } = registers();
  control.write(CSR[name], ALL_ONES);
  expect(control.read(CSR[name])).toBe(ones);
  control.write(CSR[name], 0);
  expect(control.read(CSR[name])).toBe(zeros);
});

test("control registers: a privilege that does not exist leaves MPP as it was", () => {
  const { control } = registers();
  const mppAfter = (value: number): number => {
    control.write(CSR.mstatus, value << 11);
    return control.read(CSR.mstatus)! >>> 11;
  };
  expect([mppAfter(3), mppAfter(1), mppAfter(2), mppAfter(0), mppAfter(2)]).toEqual([
    3, 3, 3, 0, 0,
  ]);
});

test("control registers: what identifies the machine", () => {
  const { control } = registers();
  const names = ["mvendorid", "marchid", "mimpid", "mhartid", "mconfigptr"] as const;
  expect(names.map((name) => control.read(CSR[name]))).toEqual([0, 0, 0, 2, 0]);
});

test("control registers: pending interrupts are read, not written", () => {
  const { hart, control } = registers();
  hart.setPending(7, true);
  control.write(CSR.mip, 0);
  expect(control.read(CSR.mip)).toBe(0x80);
});

test("control registers: those that do not exist are undefined", () => {
  const { control } = registers();
  const known = new Set<number>(Object.values(CSR));
  let performance = 0;
  for (let csr = 0; csr < 4096; csr += 1) {
    const exists = known.has(csr) || isPerformanceMonitor(csr);
    expect([csr, control.read(csr) !== undefined]).toEqual([csr, exists]);
    if (isPerformanceMonitor(csr)) performance += 1;
  }
  expect(performance).toBe(5 * 29);
  expect([0x323, 0x33f, 0xb03, 0xb9f, 0xc1f, 0xc83].every(isPerformanceMonitor)).toBe(true);
});

test("control registers: performance counters stay 0", () => {
  const { control } = registers();
  control.write(0xb03, ALL_ONES);
  expect(control.read(0xb03)).toBe(0);
});

test("control registers: the number says who may use a register", () => {
  expect([privilegeOf(CSR.cycle), privilegeOf(CSR.mstatus), privilegeOf(0x180)]).toEqual([0, 3, 1]);
  expect([CSR.cycle, CSR.mhartid, CSR.mcycle, CSR.mip].map(isReadOnly)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("control registers: in user mode a counter needs its bit of mcounteren", () => {
  const { hart, control } = registers();
  const users = [CSR.cycle, CSR.time, CSR.instret, CSR.cycleh, CSR.timeh, CSR.instreth, 0xc03];
  const permitted = (): boolean[] => users.map((csr) => control.permits(csr, false));
  expect(permitted().every(Boolean)).toBe(true);
  hart.privilege = 0;
  const seen = [0, 1, 2, 4, 7].map((mcounteren) => {
    hart.mcounteren = mcounteren;
    return permitted();
  });
  expect(seen).toEqual([
    [false, false, false, false, false, false, false],
    [true, false, false, true, false, false, false],
    [false, true, false, false, true, false, false],
    [false, false, true, false, false, true, false],
    [true, true, true, true, true, true, false],
  ]);
  expect(control.permits(CSR.mcycle, false)).toBe(false);
  expect(control.permits(CSR.mscratch, true)).toBe(false);
});

test("control registers: time is read in two halves", () => {
  const { control } = registers(2 ** 52 + 2 ** 31);
  expect([control.read(CSR.time)! >>> 0, control.read(CSR.timeh)]).toEqual([2 ** 31, 2 ** 20]);
});

test("control registers: counters go on from what was written, in 64 bits", () => {
  const { hart, control } = registers();
  hart.ticks = 2 ** 33 + 10;
  hart.trapped = 4;
  const halves = (low: number, high: number): number[] =>
    [low, high].map((csr) => control.read(csr)! >>> 0);
  expect(halves(CSR.cycle, CSR.cycleh)).toEqual([10, 2]);
  expect(halves(CSR.minstret, CSR.minstreth)).toEqual([6, 2]);
  control.write(CSR.mcycle, -1);
  control.write(CSR.mcycleh, -1);
  // what was written is what the next instruction sees
  expect(halves(CSR.mcycle, CSR.mcycleh)).toEqual([0xffff_fffd, 0xffff_ffff]);
  hart.ticks += 3;
  expect(halves(CSR.cycle, CSR.cycleh)).toEqual([0, 0]);
  expect(halves(CSR.instret, CSR.instreth)).toEqual([9, 2]);
  control.write(CSR.minstreth, 7);
  control.write(CSR.minstret, 5);
  hart.ticks += 1;
  expect(halves(CSR.instret, CSR.instreth)).toEqual([5, 7]);
});

test("control registers: a program that writes a counter reads back what it wrote", () => {
  const words = [
    asm.csrrw(0, CSR.minstret, 5),
    asm.csrrs(6, CSR.instret, 0),
    asm.csrrw(0, CSR.mcycle, 5),
    asm.csrrs(7, CSR.cycle, 0),
    asm.csrrs(8, CSR.cycle, 0),
    asm.csrrs(9, CSR.instret, 0),
  ];
  const { hart, processor } = machine(words).set({ 5: 1000 });
  processor.run(6);
  expect([...hart.x.slice(6, 10)]).toEqual([1000, 1000, 1001, 1004]);
});
