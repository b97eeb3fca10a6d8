import { StandinRangeError, StandinTypeError } from "../../sim/errors.ts";
import { ExportList } from "./export-list.ts";
import {
  ExternKind,
  outlineModule,
  SectionId,
  type WasmMemoryOutline,
  type WasmModuleOutline,
  type WasmValueType,
} from "./module-outline.ts";
import {
  encodeExportSection,
  encodeMemorySection,
  MEMORY_UNIT_BYTES,
  replaceSections,
} from "./section-writer.ts";

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

/** Most bytes of a memory with 32-bit addresses. */
const MEMORY_BYTES_MAX = 0x1_0000_0000;

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
