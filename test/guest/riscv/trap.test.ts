import { expect, test } from "vitest";
import { Hart } from "../../../src/guest/riscv/hart.ts";
import {
  CAUSE,
  dueInterrupt,
  enterTrap,
  handlerOf,
  INTERRUPT,
  returnFromTrap,
} from "../../../src/guest/riscv/trap.ts";

const MIE = 0x8;
const MPIE = 0x80;
const MPP = 0x1800;
const MPRV = 0x2_0000;

test("trap: of pending and enabled interrupts external comes first, then software, then timer", () => {
  const hart = new Hart(0);
  hart.mstatus = MIE;
  expect(dueInterrupt(hart)).toBeUndefined();
  hart.mip = 0x888;
  expect(dueInterrupt(hart)).toBeUndefined();
  const taken = [0x888, 0x088, 0x080, 0x800, 0x880].map((mie) => {
    hart.mie = mie;
    return dueInterrupt(hart);
  });
  expect(taken).toEqual([11, 3, 7, 11, 11]);
});

test("trap: machine mode can disable interrupts, user mode cannot", () => {
  const hart = new Hart(0);
  hart.mip = 0x80;
  hart.mie = 0x80;
  expect(dueInterrupt(hart)).toBeUndefined();
  hart.privilege = 0;
  expect(dueInterrupt(hart)).toBe(7);
  hart.privilege = 3;
  hart.mstatus = MIE;
  expect(dueInterrupt(hart)).toBe(7);
  hart.mie = 0x800;
  expect(dueInterrupt(hart)).toBeUndefined();
});

test("trap: interrupts have vectors if mtvec says so, exceptions never", () => {
  const hart = new Hart(0);
  hart.mtvec = 0x8000_0100 | 0;
  expect(handlerOf(hart, INTERRUPT | 11)).toBe(0x8000_0100);
  hart.mtvec = 0x8000_0101 | 0;
  expect(handlerOf(hart, INTERRUPT | 11)).toBe(0x8000_012c);
  expect(handlerOf(hart, INTERRUPT | 3)).toBe(0x8000_010c);
  expect(handlerOf(hart, CAUSE.callFromMachine)).toBe(0x8000_0100);
});

test.each([
  [3, MIE, MPIE | MPP],
  [3, 0, MPP],
  [0, MIE | MPP, MPIE],
  [0, MPIE | MPRV, MPRV],
] as const)(
  "trap: from privilege %d with mstatus %d leaves mstatus %d",
  (privilege, before, after) => {
    const hart = new Hart(0);
    hart.pc = 0x8000_0044;
    hart.mtvec = 0x8000_0200 | 0;
    hart.privilege = privilege;
    hart.mstatus = before;
    enterTrap(hart, CAUSE.loadAccess, 0xffff_fff0);
    expect(hart.mstatus).toBe(after);
    expect([hart.privilege, hart.pc]).toEqual([3, 0x8000_0200]);
    expect([hart.mepc >>> 0, hart.mcause, hart.mtval]).toEqual([0x8000_0044, 5, -16]);
  },
);

test.each([
  [MPIE | MPP, MIE | MPIE, 3],
  [MPP, MPIE, 3],
  [MPIE, MIE | MPIE, 0],
  [MIE, MPIE, 0],
  [MPRV, MPIE, 0],
  [MPRV | MPP, MPRV | MPIE, 3],
] as const)(
  "trap: returning with mstatus %d leaves %d and privilege %d",
  (before, after, privilege) => {
    const hart = new Hart(0);
    hart.mstatus = before;
    hart.mepc = 0x8000_0044 | 0;
    hart.reservation = 0x8000_1000;
    returnFromTrap(hart);
    expect([hart.mstatus, hart.privilege, hart.pc]).toEqual([after, privilege, 0x8000_0044]);
    expect(hart.reservation).toBe(-1);
  },
);

test("trap: a trap and its return are where they were", () => {
  for (const privilege of [0, 3] as const) {
    const hart = new Hart(0);
    hart.privilege = privilege;
    hart.mstatus = MIE | MPIE;
    hart.pc = 0x8000_0010;
    enterTrap(hart, INTERRUPT | 7, 0);
    expect(hart.mcause >>> 0).toBe(0x8000_0007);
    returnFromTrap(hart);
    expect([hart.privilege, hart.mstatus, hart.pc]).toEqual([privilege, MIE | MPIE, 0x8000_0010]);
  }
});
