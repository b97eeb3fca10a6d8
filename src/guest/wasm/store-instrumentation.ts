import { StandinTypeError } from "../../sim/errors.ts";
import { instrumentCode, type StoreMarkDefects } from "./code-instrumenter.ts";
import { shiftData } from "./data-shifter.ts";
import { ExportList } from "./export-list.ts";
import type { ReachableModule } from "./export-rewriter.ts";
import { ExternKind, outlineModule, SectionId, type WasmModuleOutline } from "./module-outline.ts";
import { encodeExportSection, encodeMemorySection, replaceSections } from "./section-writer.ts";
import { MAP_BYTES, markedMaximumBytes } from "./store-map.ts";

/** A module whose stores leave marks. */
export interface InstrumentedModule extends ReachableModule {
  /**
   * Bytes in front of the program's own memory, a multiple of 64 KiB: one for each of its pages of
   * 4 KiB. {@link ReachableModule.memory} is the program's own part, as the program sees it.
   */
  readonly mapBytes: number;
}

/**
 * Rewrites a module so that every store also sets a mark, one byte for each page of 4 KiB, which lie in
 * front of its memory. To the program nothing is different: its addresses, the size of its memory, what
 * it can grow to and where it traps are as they were, and it cannot reach the marks.
 *
 * The memory is exported under a name of its own only: whoever knows the module's own name for it would
 * find other bytes at the program's addresses, and write to them without a mark.
 *
 * Not understood and refused, by opcode and offset: atomic and relaxed vector instructions, exceptions,
 * tail calls, garbage collection. Section contents that speak of offsets in the code are left out.
 *
 * @param module As `exportState` returns it.
 * @throws StandinTypeError `WASM_MALFORMED` for bytes that are no valid module; `WASM_UNSUPPORTED` for an
 *   instruction that is not understood, a memory that is imported or leaves no room, data at an address
 *   that is computed.
 */
export function instrumentStores(
  module: ReachableModule,
  broken: StoreMarkDefects = {},
): InstrumentedModule {
  const { bytes } = module;
  if (!WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>)) {
    throw new StandinTypeError("WASM_MALFORMED", "expected a valid module, got one that is not");
  }
  const outline = outlineModule(bytes);
  const maximumBytes = markedMaximumBytes(module.memory.maximumBytes);
  const memory = { initialBytes: module.memory.initialBytes, maximumBytes };
  expectRoom(outline, memory);
  const whole = {
    initialBytes: MAP_BYTES + memory.initialBytes,
    maximumBytes: MAP_BYTES + maximumBytes,
  };
  const list = new ExportList(outline.exports.filter(({ kind }) => kind !== ExternKind.memory));
  const memoryName = list.add(ExternKind.memory, 0, "memory");
  const rewritten = replaceSections(
    bytes,
    withoutNotes(bytes, outline),
    new Map([
      [SectionId.memory, encodeMemorySection(whole)],
      [SectionId.export, encodeExportSection(list.entries)],
      [SectionId.code, instrumentCode(bytes, outline, broken)],
      [SectionId.data, shiftData(bytes, outline, MAP_BYTES)],
    ]),
  );
  return { ...module, bytes: rewritten, memory, memoryName, mapBytes: MAP_BYTES };
}

function expectRoom(
  { sections }: WasmModuleOutline,
  { initialBytes, maximumBytes }: { readonly initialBytes: number; readonly maximumBytes: number },
): void {
  const isOwn = sections.some(({ id }) => id === SectionId.memory);
  if (isOwn && initialBytes <= maximumBytes) return;
  const got = isOwn ? `one of ${initialBytes} bytes` : "one that is imported";
  throw new StandinTypeError(
    "WASM_UNSUPPORTED",
    `expected a memory of the module's own that begins with at most ${maximumBytes} bytes, got ${got}`,
  );
}

/** Without the custom sections, except for the names of functions, whose numbers stay as they are. */
function withoutNotes(bytes: Uint8Array, outline: WasmModuleOutline): WasmModuleOutline {
  const isName = (start: number): boolean =>
    [4, 0x6e, 0x61, 0x6d, 0x65].every((byte, at) => bytes[start + at] === byte);
  return {
    ...outline,
    sections: outline.sections.filter(
      ({ id, contentStart }) => id !== SectionId.custom || isName(contentStart),
    ),
  };
}
