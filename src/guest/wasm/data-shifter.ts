import { StandinTypeError } from "../../sim/errors.ts";
import type { WasmBinaryReader } from "./binary-reader.ts";
import { WasmBinaryWriter } from "./binary-writer.ts";
import { readEntries } from "./function-outline.ts";
import { SectionId, type WasmModuleOutline } from "./module-outline.ts";
import { Opcode } from "./opcodes.ts";
import { encodeSection } from "./section-writer.ts";

/** Forms of a data segment; 0 is an active one. */
const PASSIVE = 1;
const ACTIVE_WITH_MEMORY = 2;

const ADDRESS_MAX = 0xffff_ffff;

/**
 * The data section of a module whose memory begins `mapBytes` later; empty for a module without data.
 *
 * @throws StandinTypeError `WASM_MALFORMED`; `WASM_UNSUPPORTED` for data whose address is no constant, as
 *   that of a library to be linked when it is loaded.
 */
export function shiftData(
  bytes: Uint8Array,
  outline: WasmModuleOutline,
  mapBytes: number,
): Uint8Array {
  const segments = new WasmBinaryWriter();
  let count = 0;
  readEntries(bytes, outline, SectionId.data, (reader) => {
    shiftSegment(reader, mapBytes, segments);
    count += 1;
  });
  if (count === 0) return new Uint8Array(0);
  const content = new WasmBinaryWriter().u32(count).bytes(segments.written);
  return encodeSection(SectionId.data, content.written);
}

function shiftSegment(reader: WasmBinaryReader, mapBytes: number, into: WasmBinaryWriter): void {
  const form = reader.u32();
  if (form > ACTIVE_WITH_MEMORY) reader.fail(`a data segment of form ${form}`);
  into.u32(form);
  if (form === ACTIVE_WITH_MEMORY) into.u32(reader.u32());
  if (form !== PASSIVE) {
    // An address that is too large stays too large.
    const address = Math.min(readAddress(reader) + mapBytes, ADDRESS_MAX);
    into.byte(Opcode.i32Const).s32(address).byte(Opcode.end);
  }
  const data = reader.name();
  into.u32(data.length).bytes(data);
}

function readAddress(reader: WasmBinaryReader): number {
  if (reader.byte() === Opcode.i32Const) {
    const address = reader.s32() >>> 0;
    if (reader.byte() === Opcode.end) return address;
  }
  throw new StandinTypeError(
    "WASM_UNSUPPORTED",
    `expected data at a constant address, got a computed one before byte ${reader.offset}`,
  );
}
