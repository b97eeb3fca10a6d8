import { StandinTypeError } from "../../sim/errors.ts";
import { WasmBinaryReader } from "./binary-reader.ts";
import { expectValueType } from "./instruction-reader.ts";
import { SectionId, type WasmModuleOutline } from "./module-outline.ts";

/** A type of functions without any of the extensions that types may have. */
const FUNCTION_TYPE = 0x60;

/** How many values functions of a type take and give. */
export interface FunctionArity {
  readonly parameters: number;
  readonly results: number;
}

/** What a module says of its functions. */
export interface FunctionOutline {
  /** Of each type. */
  readonly types: readonly FunctionArity[];
  /** Of each function, imported ones first. */
  readonly functions: readonly FunctionArity[];
  /** How many of the functions are imported. */
  readonly importedCount: number;
}

/**
 * Reads the types of a module's functions.
 *
 * @throws StandinTypeError `WASM_MALFORMED`; `WASM_UNSUPPORTED` for types that are not understood.
 */
export function outlineFunctions(bytes: Uint8Array, outline: WasmModuleOutline): FunctionOutline {
  const types: FunctionArity[] = [];
  readEntries(bytes, outline, SectionId.type, (reader) => types.push(readFunctionType(reader)));
  const functions: FunctionArity[] = [];
  const add = (type: number): void => {
    const arity = types[type];
    if (arity === undefined) refuseType(type);
    functions.push(arity);
  };
  for (const type of outline.importedFunctionTypes) add(type);
  readEntries(bytes, outline, SectionId.function, (reader) => add(reader.u32()));
  return { types, functions, importedCount: outline.importedFunctionTypes.length };
}

/**
 * Reads the entries of a section one after the other, none if there is no such section.
 *
 * @param read Reads one entry, at least a byte of it.
 * @throws StandinTypeError `WASM_MALFORMED` for bytes behind the last one.
 */
export function readEntries(
  bytes: Uint8Array,
  { sections }: WasmModuleOutline,
  id: number,
  read: (reader: WasmBinaryReader) => void,
): void {
  const section = sections.find((candidate) => candidate.id === id);
  if (section === undefined) return;
  const reader = new WasmBinaryReader(bytes, section.contentStart, section.end);
  for (let left = reader.u32(); left > 0; left -= 1) read(reader);
  if (!reader.done) reader.fail("bytes behind a section's last entry");
}

function readFunctionType(reader: WasmBinaryReader): FunctionArity {
  const form = reader.byte();
  if (form !== FUNCTION_TYPE) {
    throw new StandinTypeError(
      "WASM_UNSUPPORTED",
      `expected types of functions, got form 0x${form.toString(16)} before byte ${reader.offset}`,
    );
  }
  return { parameters: skipTypes(reader), results: skipTypes(reader) };
}

function skipTypes(reader: WasmBinaryReader): number {
  const count = reader.u32();
  for (let left = count; left > 0; left -= 1) expectValueType(reader, reader.byte());
  return count;
}

function refuseType(type: number): never {
  throw new StandinTypeError("WASM_MALFORMED", `expected a type of the module, got type ${type}`);
}
