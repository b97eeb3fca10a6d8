import { assert } from "../../sim/assert.ts";
import { StandinRangeError, StandinTypeError } from "../../sim/errors.ts";
import {
  ExternKind,
  outlineModule,
  SectionId,
  sectionRank,
  type WasmExportOutline,
  type WasmMemoryOutline,
  type WasmModuleOutline,
  type WasmValueType,
} from "./module-outline.ts";

/** A mutable global under the name by which it can be reached. */
export interface ReachableGlobal {
  readonly name: string;
  readonly type: WasmValueType;
  /** False if the module exported it itself. */
  readonly hidden: boolean;
}

/** A module all of whose state can be reached from outside. */
export interface ReachableModule {
  /** The rewritten binary; the caller keeps it. */
  readonly bytes: Uint8Array;
  /** Every mutable global, in the order of the module. */
  readonly globals: readonly ReachableGlobal[];
  /** Name of the exported memory. */
  readonly memoryName: string;
  readonly memory: WasmMemoryOutline;
  /** Names of the exported tables. */
  readonly tableNames: readonly string[];
}

/** Options of {@link exportState}. */
export interface ExportStateOptions {
  /**
   * Bytes of memory to begin with instead of what the module asks for, a multiple of 64 KiB. For
   * programs that ask for more when they need it, as those built with a growing memory do: a smaller
   * machine is compared, copied and booted faster. What the module's data need must be there.
   */
  readonly initialMemoryBytes?: number;
}

/** A WebAssembly page. */
const MEMORY_UNIT_BYTES = 65_536;

/** Most bytes of a memory with 32-bit addresses. */
const MEMORY_BYTES_MAX = 0x1_0000_0000;

/** Magic number and version. */
const MODULE_HEADER_BYTES = 8;

/** In front of every name that the rewriting adds. */
const ADDED_PREFIX = "standin:";

/** Names by which the state of a module is exported, collected while entries are added. */
class ExportList {
  readonly entries: WasmExportOutline[];
  readonly #names: Set<string>;

  constructor(entries: readonly WasmExportOutline[]) {
    this.entries = [...entries];
    this.#names = new Set(entries.map(({ name }) => text(name)));
  }

  /** The name of something that is exported already, if it is one that JavaScript can spell. */
  find(kind: number, index: number): string | undefined {
    return this.entries
      .filter((entry) => entry.kind === kind && entry.index === index)
      .map(({ name }) => name)
      .filter((name) => name.every((byte) => byte < 0x80))
      .map(text)[0];
  }

  /** Exports something under a name of its own. */
  add(kind: number, index: number, name: string): string {
    let free = `${ADDED_PREFIX}${name}`;
    while (this.#names.has(free)) free += "'";
    this.#names.add(free);
    this.entries.push({ name: ascii(free), kind, index });
    return free;
  }
}

/**
 * Exports what a module keeps to itself: mutable globals (a compiler's stack pointer above all), its
 * memory and its tables. Nothing else is changed, so the code runs as it was; only the export section
 * is written anew.
 *
 * @param bytes A WebAssembly module; the caller keeps it.
 * @throws StandinRangeError `WASM_MEMORY` for a memory to begin with that is not whole or beyond the
 *   module's own bound. StandinTypeError `WASM_MALFORMED` with the offset for bytes that are no module,
 *   `WASM_UNSUPPORTED` for a module whose state cannot be copied: without a memory or with several, with
 *   one that is shared or has 64-bit addresses, or with mutable globals that hold vectors or references.
 */
export function exportState(bytes: Uint8Array, options: ExportStateOptions = {}): ReachableModule {
  const outline = outlineModule(bytes);
  const memory = beginWith(onlyMemory(outline), options);
  const list = new ExportList(outline.exports);
  const globals = exportGlobals(outline, list);
  const reach = (kind: number, index: number, name: string): string =>
    list.find(kind, index) ?? list.add(kind, index, name);
  const memoryName = reach(ExternKind.memory, 0, "memory");
  const tableNames: string[] = [];
  for (let index = 0; index < outline.tableCount; index += 1) {
    tableNames.push(reach(ExternKind.table, index, `table:${index}`));
  }
  const sections = new Map<number, Uint8Array>([
    [SectionId.export, encodeExportSection(list.entries)],
  ]);
  if (options.initialMemoryBytes !== undefined) {
    if (!outline.sections.some(({ id }) => id === SectionId.memory)) {
      throw new StandinTypeError(
        "WASM_UNSUPPORTED",
        "expected a module with a memory of its own, got one that imports it",
      );
    }
    sections.set(SectionId.memory, encodeMemorySection(memory));
  }
  const rewritten = replaceSections(bytes, outline, sections);
  return { bytes: rewritten, globals, memoryName, memory, tableNames };
}

function onlyMemory({ memories }: WasmModuleOutline): WasmMemoryOutline {
  const [memory] = memories;
  if (memory !== undefined && memories.length === 1) return memory;
  throw new StandinTypeError(
    "WASM_UNSUPPORTED",
    `expected a module with one memory, got ${memories.length}`,
  );
}

function beginWith(
  { initialBytes, maximumBytes }: WasmMemoryOutline,
  { initialMemoryBytes = initialBytes }: ExportStateOptions,
): WasmMemoryOutline {
  const most = maximumBytes ?? MEMORY_BYTES_MAX;
  const whole = Number.isInteger(initialMemoryBytes / MEMORY_UNIT_BYTES);
  if (whole && initialMemoryBytes >= 0 && initialMemoryBytes <= most) {
    return { initialBytes: initialMemoryBytes, maximumBytes };
  }
  throw new StandinRangeError(
    "WASM_MEMORY",
    `initialMemoryBytes: expected a multiple of ${MEMORY_UNIT_BYTES} up to ${most}, got ${initialMemoryBytes}`,
  );
}

function exportGlobals(outline: WasmModuleOutline, list: ExportList): ReachableGlobal[] {
  const globals: ReachableGlobal[] = [];
  for (const [index, { mutable, type }] of outline.globals.entries()) {
    if (!mutable) continue;
    if (type === undefined) {
      throw new StandinTypeError(
        "WASM_UNSUPPORTED",
        `expected mutable globals that hold numbers, got a vector or a reference in global ${index}`,
      );
    }
    const known = list.find(ExternKind.global, index);
    const name = known ?? list.add(ExternKind.global, index, `global:${index}`);
    globals.push({ name, type, hidden: known === undefined });
  }
  return globals;
}

/** The binary with some of its sections replaced, or put in where they belong. */
function replaceSections(
  bytes: Uint8Array,
  { sections }: WasmModuleOutline,
  replacements: ReadonlyMap<number, Uint8Array>,
): Uint8Array {
  const parts: Uint8Array[] = [bytes.subarray(0, MODULE_HEADER_BYTES)];
  const pending = new Map(replacements);
  for (const { id, start, end } of sections) {
    for (const [replaced, section] of pending) {
      if (replaced !== id && sectionRank(replaced) > sectionRank(id)) continue;
      parts.push(section);
      pending.delete(replaced);
    }
    if (!replacements.has(id)) parts.push(bytes.subarray(start, end));
  }
  return concatenate([...parts, ...pending.values()]);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function encodeMemorySection({ initialBytes, maximumBytes }: WasmMemoryOutline): Uint8Array {
  const limits = [initialBytes, maximumBytes]
    .filter((size) => size !== undefined)
    .flatMap((size) => u32(size / MEMORY_UNIT_BYTES));
  const content = [1, maximumBytes === undefined ? 0 : 1, ...limits];
  return Uint8Array.from([SectionId.memory, ...u32(content.length), ...content]);
}

function encodeExportSection(entries: readonly WasmExportOutline[]): Uint8Array {
  const content: number[] = [...u32(entries.length)];
  for (const { name, kind, index } of entries) {
    content.push(...u32(name.length), ...name, kind, ...u32(index));
  }
  return Uint8Array.from([SectionId.export, ...u32(content.length), ...content]);
}

/** An unsigned LEB128 integer. */
function u32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

function text(name: Uint8Array): string {
  let decoded = "";
  for (const byte of name) decoded += String.fromCharCode(byte);
  return decoded;
}

function ascii(name: string): Uint8Array {
  const bytes = new Uint8Array(name.length);
  for (let index = 0; index < name.length; index += 1) {
    assert(name.charCodeAt(index) < 0x80, "added names are ASCII");
    bytes[index] = name.charCodeAt(index);
  }
  return bytes;
}
