// covers src/guest/record-field.ts, src/guest/record-layout.ts
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { GuestPanic } from "../../src/guest/guest-panic.ts";
import { array, bytes, u8, u16, u32, u64 } from "../../src/guest/record-field.ts";
import { recordLayout } from "../../src/guest/record-layout.ts";
import { Memory } from "../../src/memory/memory.ts";
import { SparseBacking } from "../../src/memory/sparse-backing.ts";

const Sample = recordLayout({
  kind: u8,
  count: u16,
  name: bytes(5),
  total: u64,
  marks: array(u16, 3),
  owner: u32,
});

let memory: Memory;

beforeEach(() => {
  memory = new Memory();
  const backing = new SparseBacking(4);
  memory.addRegion({ name: "ram", basePage: 0, backing, stores: "seen" });
});

test("record layout: fields are aligned to their size and records follow each other", () => {
  expect(Sample.offsets).toEqual({ kind: 0, count: 2, name: 4, total: 16, marks: 24, owner: 32 });
  expect(Sample.alignment).toBe(8);
  expect(Sample.sizeBytes).toBe(40);
  expect(recordLayout({ only: bytes(3) }).sizeBytes).toBe(3);
});

test("record layout: every field keeps its value, and touches no other", () => {
  const integers = [0xff, 0xffff, Number.MAX_SAFE_INTEGER, 0xffff_ffff].map((max) =>
    fc.oneof(
      fc.nat({ max: 100 }),
      fc.maxSafeNat().map((n) => n % (max + 1)),
      fc.constant(max),
    ),
  );
  fc.assert(
    fc.property(fc.tuple(...integers), fc.uint8Array({ maxLength: 5 }), (numbers, name) => {
      const [kind, count, total, owner] = numbers as [number, number, number, number];
      const record = Sample.at(memory, 4_080); // across a page boundary
      record.kind = kind;
      record.owner = owner;
      record.total = total;
      record.count = count;
      record.marks.set(0, count);
      record.marks.set(2, 7);
      record.name.write(name);
      const again = Sample.at(memory, 4_080);
      expect(again.kind).toBe(kind);
      expect(again.count).toBe(count);
      expect(again.total).toBe(total);
      expect(again.owner).toBe(owner);
      expect([0, 1, 2].map((index) => again.marks.get(index))).toEqual([count, 0, 7]);
      expect(again.name.read(name.length)).toEqual(name);
    }),
  );
});

test("record layout: integers lie in memory little endian", () => {
  const record = Sample.at(memory, 0);
  record.total = 0x0001_0203_0405_0607;
  expect(memory.load64(16)).toBe(0x0001_0203_0405_0607n);
  expect(record.name.address).toBe(4);
});

test("record layout: a view moves along a table", () => {
  const record = Sample.at(memory, 0);
  for (let index = 0; index < 10; index += 1) {
    record.address = index * Sample.sizeBytes;
    record.owner = index + 1;
  }
  const owners = Array.from({ length: 10 }, (_, index) =>
    memory.load32(index * Sample.sizeBytes + Sample.offsets.owner),
  );
  expect(owners).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("record layout: accesses are the processor's, and set dirty and accessed flags", () => {
  const record = Sample.at(memory, 4_096);
  expect(record.owner).toBe(0);
  expect(memory.slat.isDirty(1)).toBe(false);
  record.owner = 1;
  expect(memory.slat.isDirty(1)).toBe(true);
});

test("record layout: a value that does not fit its field is a failed assertion", () => {
  const record = Sample.at(memory, 0);
  for (const bad of [-1, 256, 0.5, Number.NaN]) {
    expect(() => {
      record.kind = bad;
    }).toThrow("a value that fits its field");
  }
  expect(() => record.marks.set(3, 0)).toThrow("an index inside the array");
  expect(() => record.marks.get(-1)).toThrow("an index inside the array");
  expect(() => record.name.write(new Uint8Array(6))).toThrow("stays inside its field");
  expect(() => record.name.read(6)).toThrow("stays inside its field");
  expect(() => Sample.at(memory, 4)).toThrow("multiple of its alignment");
  expect(() => Sample.at(memory, -8)).toThrow("whole number");
});

test("record layout: an eight-byte integer above 2^53 is a panic of the guest", () => {
  memory.store64(16, 2n ** 53n);
  expect(() => Sample.at(memory, 0).total).toThrow(GuestPanic);
  memory.store64(16, 2n ** 53n - 1n);
  expect(Sample.at(memory, 0).total).toBe(Number.MAX_SAFE_INTEGER);
});

test("record layout: bad lengths and reserved names are refused", () => {
  for (const bad of [0, -1, 1.5, Number.NaN, 2 ** 24 + 1]) {
    expect(() => bytes(bad)).toThrow(RangeError);
    expect(() => array(u8, bad)).toThrow(RangeError);
  }
  expect(() => recordLayout({ address: u8 })).toThrow(TypeError);
});
