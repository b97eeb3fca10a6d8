import { assert } from "../../sim/assert.ts";

/** Bytes that grow, with numbers and texts as they are in device trees: big endian, zero-terminated. */
export class BigEndianBytes {
  readonly #bytes: number[] = [];

  /** Bytes so far. */
  get length(): number {
    return this.#bytes.length;
  }

  /** A cell. */
  u32(value: number): this {
    assert(Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff, "a cell has 32 bits");
    this.#bytes.push(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
    return this;
  }

  /** Two cells, the upper one first; a whole number of up to 53 bits. */
  u64(value: number): this {
    return this.u32(Math.floor(value / 0x1_0000_0000)).u32(value % 0x1_0000_0000);
  }

  /** Bytes as they are; copied. */
  bytes(bytes: Uint8Array): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  /** ASCII and the zero byte behind it. */
  text(text: string): this {
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      assert(code > 0 && code < 0x80, "texts in a device tree are ASCII");
      this.#bytes.push(code);
    }
    this.#bytes.push(0);
    return this;
  }

  /** Zeros up to a multiple of `unit`. */
  pad(unit: number): this {
    while (this.#bytes.length % unit !== 0) this.#bytes.push(0);
    return this;
  }

  /** A copy of all bytes. */
  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
