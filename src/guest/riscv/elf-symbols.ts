import { StandinRangeError } from "../../sim/errors.ts";

const SECTION_HEADER_BYTES = 40;
const SYMBOL_BYTES = 16;
const SECTION_SYMBOLS = 2;
const TYPE_SECTION = 3;
const TYPE_FILE = 4;
const BINDING_LOCAL = 0;

/**
 * Longest name that is kept. Many symbols may share one long string: without a bound the work would
 * grow with the square of the file's size.
 */
const NAME_BYTES_MAX = 255;

/** A part of the file. */
interface FilePart {
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * Names and addresses from the symbol table of an ELF file whose header was found good. Undefined
 * symbols, names of sections and files, and names longer than 255 bytes are left out; of two
 * symbols with one name a global one counts, and among equals the later.
 *
 * @param bytes The whole file.
 * @returns Empty for a file that was stripped.
 * @throws StandinRangeError `ELF_HEADER` for sections or symbols of another size, `ELF_OFFSET` for tables
 *   that are not in the file.
 */
export function readElfSymbols(bytes: Uint8Array): ReadonlyMap<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getUint32(32, true);
  const entryBytes = view.getUint16(46, true);
  const count = view.getUint16(48, true);
  if (start === 0 || count === 0) return new Map();
  if (entryBytes !== SECTION_HEADER_BYTES) {
    throw new StandinRangeError(
      "ELF_HEADER",
      `expected section headers of ${SECTION_HEADER_BYTES} bytes, got ${entryBytes} bytes`,
    );
  }
  const table = { offset: start, sizeBytes: count * SECTION_HEADER_BYTES };
  expectInFile(bytes, table, "the section headers");
  const headerAt = (index: number): number => start + index * SECTION_HEADER_BYTES;
  for (let index = 0; index < count; index += 1) {
    const at = headerAt(index);
    if (view.getUint32(at + 4, true) !== SECTION_SYMBOLS) continue;
    const namesIndex = view.getUint32(at + 24, true);
    if (namesIndex >= count || view.getUint32(at + 36, true) !== SYMBOL_BYTES) {
      throw new StandinRangeError(
        "ELF_HEADER",
        `expected symbols of ${SYMBOL_BYTES} bytes and their names in a section below ${count}, got section ${namesIndex}`,
      );
    }
    const symbols = partAt(view, at);
    const names = partAt(view, headerAt(namesIndex));
    expectInFile(bytes, symbols, "the symbols");
    expectInFile(bytes, names, "the names of symbols");
    // a file has one table of symbols
    return collect(bytes, view, symbols, names);
  }
  return new Map();
}

function partAt(view: DataView, headerAt: number): FilePart {
  const offset = view.getUint32(headerAt + 16, true);
  return { offset, sizeBytes: view.getUint32(headerAt + 20, true) };
}

function expectInFile(bytes: Uint8Array, { offset, sizeBytes }: FilePart, what: string): void {
  if (offset + sizeBytes <= bytes.length) return;
  throw new StandinRangeError(
    "ELF_OFFSET",
    `expected ${what} within the ${bytes.length} bytes of the file, got ${sizeBytes} bytes from byte ${offset}`,
  );
}

function collect(
  bytes: Uint8Array,
  view: DataView,
  symbols: FilePart,
  names: FilePart,
): ReadonlyMap<string, number> {
  const strings = bytes.subarray(names.offset, names.offset + names.sizeBytes);
  const locals = new Map<string, number>();
  const globals = new Map<string, number>();
  const end = symbols.offset + symbols.sizeBytes - SYMBOL_BYTES;
  for (let at = symbols.offset; at <= end; at += SYMBOL_BYTES) {
    const info = view.getUint8(at + 12);
    const type = info & 0xf;
    const isDefined = view.getUint16(at + 14, true) !== 0;
    if (!isDefined || type === TYPE_SECTION || type === TYPE_FILE) continue;
    const name = nameAt(strings, view.getUint32(at, true));
    if (name === "") continue;
    const target = info >>> 4 === BINDING_LOCAL ? locals : globals;
    target.set(name, view.getUint32(at + 4, true));
  }
  return new Map([...locals, ...globals]);
}

/** The name that begins at `offset`; empty if there is none, or none that ends soon enough. */
function nameAt(strings: Uint8Array, offset: number): string {
  const longest = strings.subarray(offset, offset + NAME_BYTES_MAX + 1);
  const length = longest.indexOf(0);
  return length <= 0 ? "" : String.fromCharCode(...longest.subarray(0, length));
}
