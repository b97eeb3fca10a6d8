import { StandinTypeError } from "../../sim/errors.ts";
import { WasmBinaryReader } from "./binary-reader.ts";
import { skipConstantExpression } from "./constant-expression.ts";

/** Kinds of imports and exports, as the binary format numbers them. */
export const ExternKind = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;

/** Identifiers of the sections that matter here. */
export const SectionId = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  code: 10,
  data: 11,
} as const;

/** Section identifiers in the order in which sections follow each other in a module. */
const SECTION_ORDER = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** Types of globals that JavaScript can read and write. */
const VALUE_TYPES: Readonly<Record<number, WasmValueType>> = {
  127: "i32",
  126: "i64",
  125: "f32",
  124: "f64",
};

const V128 = 0x7b;
const PAGE_BYTES = 65_536;
/** Most pages of a memory with 32-bit addresses. */
const PAGES_MAX = 65_536;

/** Type of a global that can be copied. */
export type WasmValueType = "i32" | "i64" | "f32" | "f64";

/** A section as it lies in the binary. */
export interface WasmSection {
  readonly id: number;
  /** Offset of the section's first byte, its identifier. */
  readonly start: number;
  /** Offset of the section's content. */
  readonly contentStart: number;
  /** One more than the offset of the section's last byte. */
  readonly end: number;
}

/** A global, imported or the module's own; its index is its place in the list. */
export interface WasmGlobalOutline {
  readonly mutable: boolean;
  /** `undefined` for a vector or a reference, which cannot be copied out of the instance. */
  readonly type: WasmValueType | undefined;
}

/** A linear memory. */
export interface WasmMemoryOutline {
  /** Its size in bytes at first. */
  readonly initialBytes: number;
  /** The most it can grow to; `undefined` without a bound of the module's own. */
  readonly maximumBytes: number | undefined;
}

/** An entry of the export section. */
export interface WasmExportOutline {
  readonly name: Uint8Array;
  readonly kind: number;
  readonly index: number;
}

/** What the sections of a module say about its state. */
export interface WasmModuleOutline {
  readonly sections: readonly WasmSection[];
  readonly globals: readonly WasmGlobalOutline[];
  readonly memories: readonly WasmMemoryOutline[];
  readonly tableCount: number;
  readonly exports: readonly WasmExportOutline[];
  /** The type of each function that is imported, an index. */
  readonly importedFunctionTypes: readonly number[];
}

type Growing = {
  sections: WasmSection[];
  globals: WasmGlobalOutline[];
  memories: WasmMemoryOutline[];
  tableCount: number;
  exports: WasmExportOutline[];
  importedFunctionTypes: number[];
};

/** The place of a section in the order of sections; -1 for one that the format does not know. */
export function sectionRank(id: number): number {
  return SECTION_ORDER.indexOf(id);
}

/**
 * Walks a module's sections and reads imports, tables, memories, globals and exports.
 *
 * @param bytes Read in place; the caller keeps them.
 * @throws StandinTypeError `WASM_MALFORMED` with the offset for bytes that are no module,
 *   `WASM_UNSUPPORTED` for a shared or 64-bit memory, which cannot be a region of a machine.
 */
export function outlineModule(bytes: Uint8Array): WasmModuleOutline {
  const reader = new WasmBinaryReader(bytes);
  const outline: Growing = {
    sections: [],
    globals: [],
    memories: [],
    tableCount: 0,
    exports: [],
    importedFunctionTypes: [],
  };
  for (const byte of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) {
    if (reader.byte() !== byte) reader.fail("no magic number and version 1");
  }
  let lastRank = -1;
  while (!reader.done) {
    const start = reader.offset;
    const id = reader.byte();
    const content = reader.part(reader.u32());
    outline.sections.push({ id, start, contentStart: content.offset, end: reader.offset });
    if (id === SectionId.custom) continue;
    const rank = sectionRank(id);
    if (rank < 0) content.fail(`section ${id}`);
    if (rank <= lastRank) content.fail(`section ${id} twice or out of order`);
    lastRank = rank;
    readSection(content, id, outline);
  }
  return outline;
}

function readSection(reader: WasmBinaryReader, id: number, outline: Growing): void {
  const readEntry = ENTRY_READERS[id];
  if (readEntry === undefined) return;
  // Every entry is at least one byte long, so a count beyond the section ends with the section.
  for (let left = reader.u32(); left > 0; left -= 1) readEntry(reader, outline);
  if (!reader.done) reader.fail("bytes behind a section's last entry");
}

const ENTRY_READERS: Readonly<
  Record<number, (reader: WasmBinaryReader, outline: Growing) => void>
> = {
  [SectionId.import]: readImport,
  [SectionId.table]: (reader, outline) => {
    readTable(reader);
    outline.tableCount += 1;
  },
  [SectionId.memory]: (reader, outline) => outline.memories.push(readMemory(reader)),
  [SectionId.global]: (reader, outline) => {
    outline.globals.push(readGlobalType(reader));
    skipConstantExpression(reader);
  },
  [SectionId.export]: (reader, outline) => {
    outline.exports.push({ name: reader.name(), kind: reader.byte(), index: reader.u32() });
  },
};

function readImport(reader: WasmBinaryReader, outline: Growing): void {
  reader.name();
  reader.name();
  const kind = reader.byte();
  if (kind === ExternKind.function) outline.importedFunctionTypes.push(reader.u32());
  else if (kind === ExternKind.table) {
    readTable(reader);
    outline.tableCount += 1;
  } else if (kind === ExternKind.memory) outline.memories.push(readMemory(reader));
  else if (kind === ExternKind.global) outline.globals.push(readGlobalType(reader));
  else if (kind === ExternKind.tag) {
    reader.byte();
    reader.u32();
  } else reader.fail(`an import of kind ${kind}`);
}

/** Steps over a reference type: one byte, or a prefix and a heap type. */
function skipReferenceType(reader: WasmBinaryReader, first: number): void {
  if (first === 0x63 || first === 0x64) reader.skipInteger(33);
}

function readTable(reader: WasmBinaryReader): void {
  const first = reader.byte();
  if (first === 0x40) {
    // a table with an expression for its first entries
    if (reader.byte() !== 0) reader.fail("a table of an unknown form");
    skipReferenceType(reader, reader.byte());
    readLimits(reader);
    skipConstantExpression(reader);
    return;
  }
  skipReferenceType(reader, first);
  readLimits(reader);
}

function readLimits(reader: WasmBinaryReader): {
  flags: number;
  minimum: number;
  maximum: number | undefined;
} {
  const flags = reader.byte();
  if (flags > 7) reader.fail(`limits with flags ${flags}`);
  if (flags >= 4)
    return { flags, minimum: readU64(reader), maximum: flags & 1 ? readU64(reader) : undefined };
  return { flags, minimum: reader.u32(), maximum: flags & 1 ? reader.u32() : undefined };
}

function readU64(reader: WasmBinaryReader): number {
  reader.skipInteger(64);
  return 0;
}

function readMemory(reader: WasmBinaryReader): WasmMemoryOutline {
  const { flags, minimum, maximum } = readLimits(reader);
  if (flags >= 2) {
    throw new StandinTypeError(
      "WASM_UNSUPPORTED",
      `expected a 32-bit memory of one thread, got a ${flags >= 4 ? "64-bit" : "shared"} one`,
    );
  }
  if (minimum > (maximum ?? PAGES_MAX) || (maximum ?? 0) > PAGES_MAX) {
    reader.fail("a memory with impossible limits");
  }
  return {
    initialBytes: minimum * PAGE_BYTES,
    maximumBytes: maximum === undefined ? undefined : maximum * PAGE_BYTES,
  };
}

function readGlobalType(reader: WasmBinaryReader): WasmGlobalOutline {
  const first = reader.byte();
  const type = VALUE_TYPES[first];
  if (type === undefined && first !== V128) skipReferenceType(reader, first);
  const mutable = reader.byte();
  if (mutable > 1) reader.fail(`a global of mutability ${mutable}`);
  return { type, mutable: mutable === 1 };
}
