import { expect, test } from "vitest";
import { Hart } from "../../../src/guest/riscv/hart.ts";
import { ByteReader } from "../../../src/sim/byte-reader.ts";
import { ByteWriter } from "../../../src/sim/byte-writer.ts";
import { restore, saved } from "./test-machine.ts";

/** A hart in which no two fields are equal. */
function distinct(): Hart {
  const hart = new Hart(1);
  for (let number = 1; number < 32; number += 1) hart.x[number] = -number;
  hart.pc = 0xffff_fffc;
  hart.privilege = 0;
  hart.virtual = true;
  hart.waiting = true;
  hart.ticks = 2 ** 40 + 5;
  hart.trapped = 2 ** 33 + 1;
  hart.reservation = 0xffff_0004;
  hart.halt = { cause: 0x8000_0007, pc: 0x8000_0010, instruction: 0xffff_ffff, value: 3 };
  hart.mstatus = 0x22_1888;
  hart.mie = 0x880;
  hart.mip = 0x808;
  hart.mtvec = -3;
  hart.mscratch = -2;
  hart.mepc = -8;
  hart.mcause = -1;
  hart.mtval = 77;
  hart.mcounteren = 5;
  hart.mstatush = 0x80;
  hart.mtval2 = 78;
  hart.hgatp = 0x8008_0004 | 0;
  hart.cycleOffset = 2n ** 64n - 1n;
  hart.retiredOffset = 2n ** 63n + 9n;
  return hart;
}

test("hart: begins in machine mode with everything zero", () => {
  const hart = new Hart(3);
  expect([hart.id, hart.privilege, hart.pc, hart.mstatus, hart.mip]).toEqual([3, 3, 0, 0, 0]);
  expect([hart.ticks, hart.retired, hart.reservation, hart.halt]).toEqual([0, 0, -1, undefined]);
  expect(hart.x.every((value) => value === 0)).toBe(true);
});

test("hart: levels of interrupts are set and cleared one by one", () => {
  const hart = new Hart(0);
  hart.setPending(3, true);
  hart.setPending(11, true);
  hart.setPending(11, true);
  expect(hart.mip).toBe(0x808);
  hart.setPending(3, false);
  hart.setPending(7, true);
  expect(hart.mip).toBe(0x880);
});

test("hart: what is saved is everything, and always as long", () => {
  const hart = distinct();
  const copy = new Hart(1);
  restore(copy, saved(hart));
  expect(copy).toEqual(hart);
  expect(saved(copy)).toEqual(saved(hart));
  expect(saved(new Hart(0)).length).toBe(saved(hart).length);
  restore(copy, saved(new Hart(1)));
  expect(copy).toEqual(new Hart(1));
});

test("hart: where writes to x0 go is no state", () => {
  const hart = new Hart(0);
  hart.x[32] = 9;
  expect(saved(hart)).toEqual(saved(new Hart(0)));
});

test("hart: parsing changes nothing before it is taken over", () => {
  const hart = new Hart(1);
  const take = hart.parse(new ByteReader(saved(distinct())));
  expect(hart).toEqual(new Hart(1));
  take();
  expect(hart).toEqual(distinct());
});

test("hart: bytes behind its own are left to others", () => {
  const writer = new ByteWriter();
  distinct().save(writer);
  const { length } = writer;
  const reader = new ByteReader(writer.u32(5).finish());
  new Hart(1).parse(reader);
  expect([reader.offset, reader.failed, reader.u32()]).toEqual([length, false, 5]);
});

test("hart: too few bytes are refused", () => {
  const bytes = saved(distinct());
  for (let length = 0; length < bytes.length; length += 1) {
    const parse = () => new Hart(1).parse(new ByteReader(bytes.subarray(0, length)));
    expect(parse).toThrow(expect.objectContaining({ code: "GUEST_REGISTERS" }));
  }
});

const IMPOSSIBLE: Readonly<Record<string, (hart: Hart) => void>> = {
  "pc between instructions": (hart) => (hart.pc = 0x8000_0002),
  "mepc between instructions": (hart) => (hart.mepc = 2),
  "an unknown bit of mstatus": (hart) => (hart.mstatus = 1),
  "a privilege in MPP that does not exist": (hart) => (hart.mstatus = 0x800),
  "an unknown interrupt pending": (hart) => (hart.mip = 1),
  "an unknown interrupt enabled": (hart) => (hart.mie = 0x80_0000),
  "a mode of mtvec that does not exist": (hart) => (hart.mtvec = 2),
  "an unknown bit of mstatush": (hart) => (hart.mstatush = 0x20),
  "a root table between two": (hart) => (hart.hgatp = 0x8008_0002 | 0),
  "an inner machine with an unknown number": (hart) => (hart.hgatp = 0x40_0000),
  "an inner machine in machine mode": (hart) => (hart.privilege = 3),
  "a counter that cannot be enabled": (hart) => (hart.mcounteren = 8),
  "a reservation of no word": (hart) => (hart.reservation = 0x8000_0001),
  "more traps than ticks": (hart) => (hart.trapped = hart.ticks + 1),
  "ticks beyond 2^53": (hart) => (hart.ticks = 2 ** 53),
};

test.each(Object.entries(IMPOSSIBLE))("hart: %s is refused", (_name, spoil) => {
  const hart = distinct();
  spoil(hart);
  const bytes = saved(hart);
  const target = new Hart(1);
  const parse = () => target.parse(new ByteReader(bytes));
  expect(parse).toThrow(expect.objectContaining({ code: "GUEST_REGISTERS" }));
  expect(parse).toThrow(
    "expected the registers of a hart, got bytes in which hart 1 has impossible",
  );
  expect(target).toEqual(new Hart(1));
});

test("hart: flags that are none are refused, and what belongs to a flag that is not set", () => {
  const bytes = saved(new Hart(1));
  // privilege, virtual, waiting, reserved, reservation, halted, and four words of the reason
  const flags = bytes.length - 25;
  expect([bytes[flags], bytes[flags + 1]]).toEqual([3, 0]);
  for (const [at, value] of [
    [0, 1],
    [0, 2],
    [0, 4],
    [1, 1],
    [1, 2],
    [2, 2],
    [3, 2],
    [4, 4],
    [8, 2],
    [9, 1],
    [13, 1],
    [17, 1],
    [21, 1],
  ] as const) {
    const spoiled = bytes.slice();
    spoiled[flags + at] = value;
    expect(() => new Hart(1).parse(new ByteReader(spoiled))).toThrow(RangeError);
  }
});
