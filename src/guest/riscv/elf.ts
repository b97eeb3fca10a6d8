import { StandinRangeError } from "../../sim/errors.ts";
import { readElfSymbols } from "./elf-symbols.ts";
import type { ImageSegment, LoadedImage } from "./loaded-image.ts";
import { shownAddress } from "./shown-address.ts";

const HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;

const CLASS_32 = 1;
const LITTLE_ENDIAN = 1;
const TYPE_EXECUTABLE = 2;
const MACHINE_RISCV = 243;
const SEGMENT_LOAD = 1;

/** Of a program header: all that loading needs. */
interface ProgramHeader {
  readonly offset: number;
  readonly virtualAddress: number;
  readonly physicalAddress: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
}

/** Whether the bytes begin as an ELF file does. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/**
 * Reads an executable of a 32-bit little-endian RISC-V machine (System V ABI, chapters 4 and 5; RISC-V
 * ELF psABI). The bytes may be anything: nothing outside them is read, and the work is bounded by
 * their number.
 *
 * Segments lie at their physical addresses; an entry given as a virtual address is translated by the
 * segment it is in. Whether the segments fit a machine is for the machine to say.
 *
 * @param bytes The file; the segments are views of it.
 * @throws StandinRangeError `ELF_MAGIC`, `ELF_CLASS`, `ELF_BYTE_ORDER`, `ELF_TRUNCATED`, `ELF_TYPE`,
 *   `ELF_MACHINE`, `ELF_HEADER`, `ELF_OFFSET`, `ELF_SEGMENT`, `ELF_NO_SEGMENT`.
 */
export function parseElf(bytes: Uint8Array): LoadedImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  expectIdentification(bytes);
  if (bytes.length < HEADER_BYTES) {
    const got = `${bytes.length} bytes`;
    throw refusal("TRUNCATED", `expected an ELF header of ${HEADER_BYTES} bytes, got ${got}`);
  }
  expectRiscvProgram(view);
  const headers = readProgramHeaders(bytes, view);
  const segments = headers.map((header, index) => toSegment(bytes, header, index));
  if (segments.length === 0) {
    throw refusal("NO_SEGMENT", "expected a segment to load, got none in the ELF file");
  }
  const symbols = readElfSymbols(bytes);
  return { entry: physicalEntry(view.getUint32(24, true), headers), segments, symbols };
}

/** An error about an ELF file; its code begins with `ELF_`. */
function refusal(code: string, message: string): StandinRangeError {
  return new StandinRangeError(`ELF_${code}`, message);
}

function expectIdentification(bytes: Uint8Array): void {
  if (!isElf(bytes)) {
    throw refusal("MAGIC", "expected an ELF file, which begins with 7f 45 4c 46, got other bytes");
  }
  if (bytes.length < 16) {
    throw refusal("TRUNCATED", `expected 16 bytes of ELF identification, got ${bytes.length}`);
  }
  if (bytes[4] !== CLASS_32) {
    const got = bytes[4] === 2 ? "a 64-bit one" : `class ${bytes[4]!}`;
    throw refusal("CLASS", `expected a 32-bit ELF file, got ${got}`);
  }
  if (bytes[5] !== LITTLE_ENDIAN) {
    const got = bytes[5] === 2 ? "a big-endian one" : `byte order ${bytes[5]!}`;
    throw refusal("BYTE_ORDER", `expected a little-endian ELF file, got ${got}`);
  }
}

function expectRiscvProgram(view: DataView): void {
  const type = view.getUint16(16, true);
  if (type !== TYPE_EXECUTABLE) {
    throw refusal("TYPE", `expected a linked executable (ELF type 2), got ELF type ${type}`);
  }
  const machine = view.getUint16(18, true);
  if (machine !== MACHINE_RISCV) {
    throw refusal("MACHINE", `expected a program for RISC-V (machine 243), got machine ${machine}`);
  }
}

function readProgramHeaders(bytes: Uint8Array, view: DataView): ProgramHeader[] {
  const start = view.getUint32(28, true);
  const entryBytes = view.getUint16(42, true);
  const count = view.getUint16(44, true);
  if (count > 0 && entryBytes !== PROGRAM_HEADER_BYTES) {
    const expected = `${PROGRAM_HEADER_BYTES} bytes`;
    throw refusal("HEADER", `expected program headers of ${expected}, got ${entryBytes} bytes`);
  }
  if (count > 0) expectInFile(bytes, start, count * PROGRAM_HEADER_BYTES, "the program headers");
  const headers: ProgramHeader[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = start + index * PROGRAM_HEADER_BYTES;
    const memoryBytes = view.getUint32(at + 20, true);
    if (view.getUint32(at, true) !== SEGMENT_LOAD || memoryBytes === 0) continue;
    headers.push({
      offset: view.getUint32(at + 4, true),
      virtualAddress: view.getUint32(at + 8, true),
      physicalAddress: view.getUint32(at + 12, true),
      fileBytes: view.getUint32(at + 16, true),
      memoryBytes,
    });
  }
  return headers;
}

function toSegment(bytes: Uint8Array, header: ProgramHeader, index: number): ImageSegment {
  const { offset, physicalAddress: address, fileBytes, memoryBytes } = header;
  if (fileBytes > memoryBytes || address + memoryBytes > 0x1_0000_0000) {
    throw refusal(
      "SEGMENT",
      `expected segment ${index} to hold its ${fileBytes} bytes below 2^32, got ${memoryBytes} bytes at ${shownAddress(address)}`,
    );
  }
  expectInFile(bytes, offset, fileBytes, `segment ${index}`);
  return {
    address,
    bytes: bytes.subarray(offset, offset + fileBytes),
    zeroBytes: memoryBytes - fileBytes,
  };
}

function expectInFile(bytes: Uint8Array, offset: number, sizeBytes: number, what: string): void {
  if (offset + sizeBytes <= bytes.length) return;
  throw refusal(
    "OFFSET",
    `expected ${what} within the ${bytes.length} bytes of the file, got ${sizeBytes} bytes from byte ${offset}`,
  );
}

function physicalEntry(entry: number, headers: readonly ProgramHeader[]): number {
  for (const { virtualAddress, physicalAddress, memoryBytes } of headers) {
    if (entry < virtualAddress || entry - virtualAddress >= memoryBytes) continue;
    return physicalAddress + (entry - virtualAddress);
  }
  return entry;
}
