// covers src/sim/byte-writer.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteReader } from "../../src/sim/byte-reader.ts";
import { ByteWriter } from "../../src/sim/byte-writer.ts";
import { InvariantError } from "../../src/sim/errors.ts";

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const ascii = fc.string({ unit: fc.integer({ min: 0, max: 0x7f }).map(String.fromCharCode) });

test("byte reader: reads back whatever a writer wrote, and nothing is left", () => {
  fc.assert(
    fc.property(u8, u16, u32, fc.uint8Array(), ascii, (a, b, c, bytes, text) => {
      const writer = new ByteWriter(1)
        .u8(a)
        .u16(b)
        .u32(c)
        .u32(bytes.length)
        .bytes(bytes)
        .text(text);
      const reader = new ByteReader(writer.finish());
      expect([reader.u8(), reader.u16(), reader.u32()]).toEqual([a, b, c]);
      expect(reader.bytes(reader.u32())).toEqual(bytes);
      expect(reader.text()).toBe(text);
      expect(reader.complete).toBe(true);
    }),
  );
});

test("byte reader: past the end it gives zeros and stays failed", () => {
  const reader = new ByteReader(new Uint8Array([1, 2, 3]));
  expect(reader.u32()).toBe(0);
  expect(reader.failed).toBe(true);
  expect(reader.u8()).toBe(0);
  expect(reader.complete).toBe(false);
});

test("byte reader: a length that is larger than the input reads nothing", () => {
  const reader = new ByteReader(new Uint8Array(8).fill(0xff));
  expect(reader.bytes(reader.u32())).toHaveLength(0);
  expect(reader.failed).toBe(true);
});

test("byte reader: bytes that are left over are not complete", () => {
  const reader = new ByteReader(new Uint8Array(2));
  reader.u8();
  expect(reader.failed).toBe(false);
  expect(reader.complete).toBe(false);
  expect(reader.offset).toBe(1);
});

test("byte reader: text that is not ASCII is refused", () => {
  const reader = new ByteReader(new Uint8Array([1, 0xc3]));
  reader.text();
  expect(reader.failed).toBe(true);
});

test("byte writer: a value that does not fit its field is a defect of the caller", () => {
  expect(() => new ByteWriter().u8(256)).toThrow(InvariantError);
  expect(() => new ByteWriter().u16(-1)).toThrow(InvariantError);
  expect(() => new ByteWriter().u32(2 ** 32)).toThrow(InvariantError);
  expect(() => new ByteWriter().text("x".repeat(256))).toThrow(InvariantError);
});
