/** A segment of a file that {@link elfFile} makes. */
export interface ElfSegment {
  readonly type?: number;
  readonly virtualAddress: number;
  readonly physicalAddress?: number;
  readonly bytes: Uint8Array;
  readonly memoryBytes?: number;
}

/** A symbol of such a file. */
export interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  /** Binding in the upper half, type in the lower. Default a global without type. */
  readonly info?: number;
  /** Default 1: 0 is undefined. */
  readonly section?: number;
}

/** What {@link elfFile} makes a file of. */
export interface ElfParts {
  readonly entry: number;
  readonly segments: readonly ElfSegment[];
  readonly symbols?: readonly ElfSymbol[];
}

/** Where things are in the header of a file. */
export const ELF_FIELDS = {
  class: 4,
  byteOrder: 5,
  type: 16,
  machine: 18,
  programHeaders: 28,
  sectionHeaders: 32,
  programHeaderBytes: 42,
  programHeaderCount: 44,
  sectionHeaderBytes: 46,
  sectionHeaderCount: 48,
} as const;

/** An executable for RV32: header, program headers, segments, symbols, names, section headers. */
export function elfFile({ entry, segments, symbols }: ElfParts): Uint8Array {
  const bytes: number[] = [];
  const u16 = (value: number): void => void bytes.push(value & 0xff, (value >>> 8) & 0xff);
  const u32 = (value: number): void => {
    u16(value & 0xffff);
    u16(value >>> 16);
  };
  const dataStart = 52 + 32 * segments.length;
  const dataBytes = segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
  const names = ["", ...(symbols ?? []).map(({ name }) => name)];
  const nameBytes = names.flatMap((name) => [...new TextEncoder().encode(name), 0]);
  const symbolsStart = dataStart + dataBytes;
  const namesStart = symbolsStart + 16 * (symbols?.length ?? 0);
  const sectionsStart = symbols === undefined ? 0 : namesStart + nameBytes.length;

  bytes.push(0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  u16(2);
  u16(243);
  for (const word of [1, entry, 52, sectionsStart, 0]) u32(word);
  for (const half of [52, 32, segments.length, 40, symbols === undefined ? 0 : 3, 0]) u16(half);
  let offset = dataStart;
  for (const segment of segments) {
    const { type = 1, virtualAddress, physicalAddress = virtualAddress } = segment;
    const { length } = segment.bytes;
    for (const word of [type, offset, virtualAddress, physicalAddress, length]) u32(word);
    for (const word of [segment.memoryBytes ?? length, 7, 4]) u32(word);
    offset += length;
  }
  for (const segment of segments) bytes.push(...segment.bytes);
  if (symbols === undefined) return Uint8Array.from(bytes);

  let name = 1;
  for (const symbol of symbols) {
    for (const word of [name, symbol.value, 0]) u32(word);
    bytes.push(symbol.info ?? 0x10, 0);
    u16(symbol.section ?? 1);
    name += symbol.name.length + 1;
  }
  bytes.push(...nameBytes);
  const sections = [
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [0, 2, 0, 0, symbolsStart, 16 * symbols.length, 2, 0, 4, 16],
    [0, 3, 0, 0, namesStart, nameBytes.length, 0, 0, 1, 0],
  ];
  for (const word of sections.flat()) u32(word);
  return Uint8Array.from(bytes);
}

/** A copy of the file with another 16-bit field. */
export function withU16(file: Uint8Array, at: number, value: number): Uint8Array {
  const copy = file.slice();
  new DataView(copy.buffer).setUint16(at, value, true);
  return copy;
}

/** A copy of the file with another 32-bit field. */
export function withU32(file: Uint8Array, at: number, value: number): Uint8Array {
  const copy = file.slice();
  new DataView(copy.buffer).setUint32(at, value, true);
  return copy;
}

/** A copy of the file with another byte. */
export function withU8(file: Uint8Array, at: number, value: number): Uint8Array {
  const copy = file.slice();
  copy[at] = value;
  return copy;
}
