import { StandinTypeError } from "../../sim/errors.ts";

/** Reads the encodings of the WebAssembly binary format (core specification, chapter 5), with bounds. */
export class WasmBinaryReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #offset: number;

  /**
   * @param bytes Read in place; the caller keeps them.
   * @param offset First byte to read.
   * @param end One more than the last byte to read.
   */
  constructor(bytes: Uint8Array, offset = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#end = end;
  }

  /** Offset of the next byte in the whole binary. */
  get offset(): number {
    return this.#offset;
  }

  /** True when everything has been read. */
  get done(): boolean {
    return this.#offset === this.#end;
  }

  /** @throws StandinTypeError `WASM_MALFORMED`, always. */
  fail(what: string): never {
    throw new StandinTypeError(
      "WASM_MALFORMED",
      `expected a WebAssembly binary, got ${what} at byte ${this.#offset}`,
    );
  }

  /** One byte. */
  byte(): number {
    if (this.#offset >= this.#end) this.fail("an end too soon");
    const byte = this.#bytes[this.#offset]!;
    this.#offset += 1;
    return byte;
  }

  /** An unsigned LEB128 integer below 2^32. */
  u32(): number {
    let value = 0;
    let unit = 1;
    for (let count = 0; count < 5; count += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value <= 0xffff_ffff ? value : this.fail("an integer too large");
      unit *= 128;
    }
    return this.fail("an integer too long");
  }

  /** A signed LEB128 integer of 32 bits. */
  s32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      return shift < 28 && (byte & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value;
    }
    return this.fail("an integer too long");
  }

  /** Steps over a LEB128 integer of at most `bitCount` bits. */
  skipInteger(bitCount: 32 | 33 | 64): void {
    const bytesMax = Math.ceil(bitCount / 7);
    for (let count = 0; count < bytesMax; count += 1) if (this.byte() < 0x80) return;
    this.fail("an integer too long");
  }

  /** `length` bytes as a view of the binary. */
  bytes(length: number): Uint8Array {
    if (length > this.#end - this.#offset) this.fail(`${length} bytes, which go past the end,`);
    const start = this.#offset;
    this.#offset += length;
    return this.#bytes.subarray(start, this.#offset);
  }

  /** A name as its bytes (UTF-8), without its length. */
  name(): Uint8Array {
    return this.bytes(this.u32());
  }

  /** How many bytes are left to read. */
  get left(): number {
    return this.#end - this.#offset;
  }

  /** A reader of all that is left, which this reader does not step over. */
  rest(): WasmBinaryReader {
    return new WasmBinaryReader(this.#bytes, this.#offset, this.#end);
  }

  /** A reader of the next `length` bytes, which this reader steps over. */
  part(length: number): WasmBinaryReader {
    const start = this.#offset;
    this.bytes(length);
    return new WasmBinaryReader(this.#bytes, start, this.#offset);
  }
}
