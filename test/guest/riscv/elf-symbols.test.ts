import { expect, test } from "vitest";
import { readElfSymbols } from "../../../src/guest/riscv/elf-symbols.ts";
import { ELF_FIELDS, type ElfSymbol, elfFile, withU16, withU32 } from "./elf-file.ts";
import { thrownCode } from "./thrown-code.ts";

const LOCAL = 0x00;
const GLOBAL = 0x10;
const WEAK = 0x20;

function fileWith(symbols?: readonly ElfSymbol[]): Uint8Array {
  const segments = [{ virtualAddress: 0x8000_0000, bytes: new Uint8Array(4) }];
  const file = { entry: 0x8000_0000, segments };
  return elfFile(symbols === undefined ? file : { ...file, symbols });
}

function sectionHeader(file: Uint8Array, index: number): number {
  return new DataView(file.buffer).getUint32(ELF_FIELDS.sectionHeaders, true) + 40 * index;
}

test("elf symbols: a stripped file has none", () => {
  expect(readElfSymbols(fileWith())).toEqual(new Map());
  expect(readElfSymbols(withU16(fileWith([]), ELF_FIELDS.sectionHeaderCount, 0))).toEqual(
    new Map(),
  );
  expect(readElfSymbols(fileWith([]))).toEqual(new Map());
});

test("elf symbols: sections, files, undefined and nameless ones are left out", () => {
  const symbols = readElfSymbols(
    fileWith([
      { name: "", value: 1 },
      { name: ".text", value: 2, info: 3 },
      { name: "main.c", value: 3, info: 4 },
      { name: "printf", value: 4, section: 0 },
      { name: "main", value: 5, info: GLOBAL | 2 },
      { name: "__stack_size", value: 6, section: 0xfff1 },
    ]),
  );
  expect([...symbols]).toEqual([
    ["main", 5],
    ["__stack_size", 6],
  ]);
});

test("elf symbols: a global one counts more than a local one of the same name", () => {
  const both = [
    { name: "a", value: 1, info: GLOBAL },
    { name: "a", value: 2, info: LOCAL },
    { name: "b", value: 3, info: LOCAL },
    { name: "b", value: 4, info: WEAK },
    { name: "c", value: 5, info: LOCAL },
    { name: "c", value: 6, info: LOCAL },
  ];
  const symbols = readElfSymbols(fileWith(both));
  expect(Object.fromEntries(symbols)).toEqual({ a: 1, b: 4, c: 6 });
});

test("elf symbols: the longest name that is kept has 255 bytes", () => {
  const kept = "k".repeat(255);
  const symbols = readElfSymbols(
    fileWith([
      { name: kept, value: 1 },
      { name: "l".repeat(256), value: 2 },
    ]),
  );
  expect([...symbols]).toEqual([[kept, 1]]);
});

test("elf symbols: a name that does not end in its section is none", () => {
  const file = fileWith([{ name: "tohost", value: 1 }]);
  const cut = withU32(file, sectionHeader(file, 2) + 20, 4);
  expect(readElfSymbols(cut)).toEqual(new Map());
  // the one symbol lies before the eight bytes of names and the section headers
  const outside = withU32(file, sectionHeader(file, 0) - 8 - 16, 0xffff_ffff);
  expect(readElfSymbols(outside)).toEqual(new Map());
});

test("elf symbols: tables that are not in the file are refused", () => {
  const file = fileWith([{ name: "tohost", value: 1 }]);
  const symbols = sectionHeader(file, 1);
  const names = sectionHeader(file, 2);
  const codeOf = (bytes: Uint8Array): unknown => thrownCode(() => readElfSymbols(bytes));
  expect(codeOf(file)).toBeUndefined();
  expect(codeOf(withU32(file, symbols + 16, 0xffff_fff8))).toBe("ELF_OFFSET");
  expect(codeOf(withU32(file, symbols + 20, file.length))).toBe("ELF_OFFSET");
  expect(codeOf(withU32(file, names + 16, file.length))).toBe("ELF_OFFSET");
  expect(codeOf(withU32(file, symbols + 24, 3))).toBe("ELF_HEADER");
  expect(codeOf(withU32(file, symbols + 36, 24))).toBe("ELF_HEADER");
  expect(codeOf(file.subarray(0, file.length - 1))).toBe("ELF_OFFSET");
});
