import { expect, test } from "vitest";
import { isElf, parseElf } from "../../../src/guest/riscv/elf.ts";
import { RandomStream } from "../../../src/sim/random.ts";
import { ELF_FIELDS, elfFile, withU8, withU16, withU32 } from "./elf-file.ts";
import { thrownCode } from "./thrown-code.ts";

const CODE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const DATA = Uint8Array.of(9, 10, 11);

const file = elfFile({
  entry: 0x8000_0004,
  segments: [
    { virtualAddress: 0x8000_0000, bytes: CODE },
    { virtualAddress: 0x8000_1000, bytes: DATA, memoryBytes: 100 },
  ],
  symbols: [{ name: "tohost", value: 0x8000_1000 }],
});

const PROGRAM_HEADER = 52;

test("elf: segments, their zeros, the entry and the symbols are read", () => {
  const image = parseElf(file);
  expect(image.entry).toBe(0x8000_0004);
  expect(image.segments).toEqual([
    { address: 0x8000_0000, bytes: CODE, zeroBytes: 0 },
    { address: 0x8000_1000, bytes: DATA, zeroBytes: 97 },
  ]);
  expect([...image.symbols]).toEqual([["tohost", 0x8000_1000]]);
});

test("elf: bytes that do not begin at the start of their buffer are read alike", () => {
  const buffer = new Uint8Array(file.length + 7);
  buffer.set(file, 7);
  expect(parseElf(buffer.subarray(7))).toEqual(parseElf(file));
});

test("elf: segments lie at physical addresses, and the entry is found in its segment", () => {
  const moved = elfFile({
    entry: 0xc000_0004,
    segments: [
      { virtualAddress: 0x1000, physicalAddress: 0x8000_4000, bytes: DATA },
      { virtualAddress: 0xc000_0000, physicalAddress: 0x8000_0000, bytes: CODE },
    ],
  });
  const image = parseElf(moved);
  expect(image.entry).toBe(0x8000_0004);
  expect(image.segments.map(({ address }) => address)).toEqual([0x8000_4000, 0x8000_0000]);
});

test("elf: a segment ends with the file, or is refused", () => {
  const one = elfFile({ entry: 0, segments: [{ virtualAddress: 0, bytes: CODE }] });
  const code = (bytes: number): unknown =>
    thrownCode(() =>
      parseElf(withU32(withU32(one, PROGRAM_HEADER + 20, 99), PROGRAM_HEADER + 16, bytes)),
    );
  expect([code(8), code(9)]).toEqual([undefined, "ELF_OFFSET"]);
});

test("elf: an entry behind a segment is not that segment's", () => {
  const segments = [
    { virtualAddress: 0x1000, physicalAddress: 0x8000_4000, bytes: CODE },
    { virtualAddress: 0x1008, physicalAddress: 0x8000_0000, bytes: CODE },
  ];
  expect(parseElf(elfFile({ entry: 0x1008, segments })).entry).toBe(0x8000_0000);
  expect(parseElf(elfFile({ entry: 0x1004, segments })).entry).toBe(0x8000_4004);
});

test("elf: an entry in no segment stays as it is, for the machine to refuse", () => {
  const segments = [{ virtualAddress: 0x8000_0000, bytes: CODE }];
  expect(parseElf(elfFile({ entry: 0x10, segments })).entry).toBe(0x10);
});

test("elf: what is not loaded is left out", () => {
  const notes = elfFile({
    entry: 0x8000_0000,
    segments: [
      { type: 4, virtualAddress: 0, bytes: DATA },
      { virtualAddress: 0x8000_0000, bytes: CODE },
      { virtualAddress: 0x9000_0000, bytes: new Uint8Array(0) },
    ],
  });
  expect(parseElf(notes).segments).toHaveLength(1);
});

test("elf: a file that ends at any byte is refused", () => {
  for (let length = 0; length < file.length; length += 1) {
    const code = thrownCode(() => parseElf(file.subarray(0, length)));
    expect(code, `${length} bytes`).toMatch(/^ELF_(MAGIC|TRUNCATED|OFFSET)$/);
  }
  expect(thrownCode(() => parseElf(file.subarray(0, 3)))).toBe("ELF_MAGIC");
  expect(thrownCode(() => parseElf(file.subarray(0, 15)))).toBe("ELF_TRUNCATED");
  expect(thrownCode(() => parseElf(file.subarray(0, 51)))).toBe("ELF_TRUNCATED");
  expect(thrownCode(() => parseElf(file.subarray(0, 53)))).toBe("ELF_OFFSET");
});

test.each([
  ["another format", withU8(file, 0, 0x7e), "ELF_MAGIC"],
  ["a 64-bit file", withU8(file, ELF_FIELDS.class, 2), "ELF_CLASS"],
  ["an unknown class", withU8(file, ELF_FIELDS.class, 0), "ELF_CLASS"],
  ["a big-endian file", withU8(file, ELF_FIELDS.byteOrder, 2), "ELF_BYTE_ORDER"],
  ["an object file", withU16(file, ELF_FIELDS.type, 1), "ELF_TYPE"],
  ["a shared library", withU16(file, ELF_FIELDS.type, 3), "ELF_TYPE"],
  ["a file for x86", withU16(file, ELF_FIELDS.machine, 3), "ELF_MACHINE"],
  ["large program headers", withU16(file, ELF_FIELDS.programHeaderBytes, 56), "ELF_HEADER"],
  ["headers outside the file", withU32(file, ELF_FIELDS.programHeaders, 0xffff_fff0), "ELF_OFFSET"],
  ["too many headers", withU16(file, ELF_FIELDS.programHeaderCount, 0xffff), "ELF_OFFSET"],
  ["no program headers", withU16(file, ELF_FIELDS.programHeaderCount, 0), "ELF_NO_SEGMENT"],
  ["a segment outside the file", withU32(file, PROGRAM_HEADER + 4, 0xffff_fffe), "ELF_OFFSET"],
  ["more bytes than memory", withU32(file, PROGRAM_HEADER + 20, 7), "ELF_SEGMENT"],
  ["a segment past 2^32", withU32(file, PROGRAM_HEADER + 12, 0xffff_fff9), "ELF_SEGMENT"],
  [
    "sections outside the file",
    withU32(file, ELF_FIELDS.sectionHeaders, 0xffff_fff0),
    "ELF_OFFSET",
  ],
  ["large section headers", withU16(file, ELF_FIELDS.sectionHeaderBytes, 64), "ELF_HEADER"],
])("elf: %s is refused", (_, bytes, code) => {
  expect(thrownCode(() => parseElf(bytes))).toBe(code);
});

test("elf: errors say what was expected, with the address", () => {
  expect(() => parseElf(withU8(file, ELF_FIELDS.class, 2))).toThrow(
    "expected a 32-bit ELF file, got a 64-bit one",
  );
  expect(() => parseElf(withU16(file, ELF_FIELDS.machine, 62))).toThrow(
    "expected a program for RISC-V (machine 243), got machine 62",
  );
  expect(() => parseElf(withU32(file, PROGRAM_HEADER + 20, 7))).toThrow(
    "expected segment 0 to hold its 8 bytes below 2^32, got 7 bytes at 0x80000000",
  );
});

test("elf: whatever is changed in a file, the answer is an image within it or a refusal", () => {
  const random = new RandomStream(11, "elf mutations");
  let images = 0;
  let refusals = 0;
  for (let round = 0; round < 4_000; round += 1) {
    const bytes = file.slice(0, random.chance(0.1) ? random.below(file.length) : file.length);
    const changes = random.between(1, 4);
    for (let change = 0; change < changes; change += 1) {
      if (bytes.length > 0)
        bytes[random.below(bytes.length)] = random.pick([0, 1, 255, random.below(256)]);
    }
    try {
      const { segments, symbols } = parseElf(bytes);
      for (const segment of segments) {
        expect(segment.bytes.length).toBeLessThanOrEqual(bytes.length);
        expect(segment.address + segment.bytes.length + segment.zeroBytes).toBeLessThanOrEqual(
          2 ** 32,
        );
      }
      expect(symbols.size).toBeLessThanOrEqual(bytes.length / 16);
      images += 1;
    } catch (thrown) {
      expect((thrown as { code?: string }).code).toMatch(/^ELF_/);
      refusals += 1;
    }
  }
  expect(images).toBeGreaterThan(400);
  expect(refusals).toBeGreaterThan(400);
});

test("elf: told apart from other files by its first four bytes", () => {
  expect(isElf(file)).toBe(true);
  expect(isElf(file.subarray(0, 4))).toBe(true);
  expect(isElf(file.subarray(0, 3))).toBe(false);
  expect(isElf(Uint8Array.of(0x7f, 0x45, 0x4c, 0x47))).toBe(false);
});
