import { WasmBinaryWriter } from "./binary-writer.ts";
import {
  SectionId,
  sectionRank,
  type WasmExportOutline,
  type WasmMemoryOutline,
  type WasmModuleOutline,
} from "./module-outline.ts";

/** A WebAssembly page, the unit of a memory's limits. */
export const MEMORY_UNIT_BYTES = 65_536;

/** Magic number and version. */
const MODULE_HEADER_BYTES = 8;

/**
 * A module with some of its sections replaced, or put in where they belong.
 *
 * @param bytes The module; the caller keeps it.
 * @param replacements Whole sections by their identifiers; an empty one takes a section out. Custom
 *   sections, of which there may be several, cannot be replaced.
 */
export function replaceSections(
  bytes: Uint8Array,
  { sections }: WasmModuleOutline,
  replacements: ReadonlyMap<number, Uint8Array>,
): Uint8Array {
  const module = new WasmBinaryWriter().bytes(bytes.subarray(0, MODULE_HEADER_BYTES));
  const pending = new Map(replacements);
  for (const { id, start, end } of sections) {
    for (const [replaced, section] of pending) {
      if (replaced !== id && sectionRank(replaced) > sectionRank(id)) continue;
      module.bytes(section);
      pending.delete(replaced);
    }
    if (!replacements.has(id)) module.bytes(bytes.subarray(start, end));
  }
  for (const section of pending.values()) module.bytes(section);
  return module.written.slice();
}

/** A section around its content. */
export function encodeSection(id: number, content: Uint8Array): Uint8Array {
  return new WasmBinaryWriter().byte(id).u32(content.length).bytes(content).written;
}

/** The memory section of a module with one memory. */
export function encodeMemorySection({ initialBytes, maximumBytes }: WasmMemoryOutline): Uint8Array {
  const content = new WasmBinaryWriter().u32(1).byte(maximumBytes === undefined ? 0 : 1);
  content.u32(initialBytes / MEMORY_UNIT_BYTES);
  if (maximumBytes !== undefined) content.u32(maximumBytes / MEMORY_UNIT_BYTES);
  return encodeSection(SectionId.memory, content.written);
}

/** The export section. */
export function encodeExportSection(entries: readonly WasmExportOutline[]): Uint8Array {
  const content = new WasmBinaryWriter().u32(entries.length);
  for (const { name, kind, index } of entries) {
    content.u32(name.length).bytes(name).byte(kind).u32(index);
  }
  return encodeSection(SectionId.export, content.written);
}
