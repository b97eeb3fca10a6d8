import { assert } from "./assert.ts";

/** Writes little-endian fields into bytes that grow as needed; the counterpart of `ByteReader`. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  /** @param capacityBytes Room made at once; more is made when needed. */
  constructor(capacityBytes = 64) {
    assert(capacityBytes > 0, "a writer starts with some room");
    this.#bytes = new Uint8Array(capacityBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** One byte. */
  u8(value: number): this {
    assert(value >= 0 && value <= 0xff, "a value that fits one byte");
    const at = this.#advance(1);
    this.#view.setUint8(at, value);
    return this;
  }

  /** Two bytes, little endian. */
  u16(value: number): this {
    assert(value >= 0 && value <= 0xffff, "a value that fits two bytes");
    const at = this.#advance(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  /** Four bytes, little endian. */
  u32(value: number): this {
    assert(value >= 0 && value <= 0xffff_ffff, "a value that fits four bytes");
    const at = this.#advance(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  /** The bytes as they are; copied. */
  bytes(bytes: Uint8Array): this {
    const at = this.#advance(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** A length byte, then ASCII text of at most 255 characters. */
  text(text: string): this {
    this.u8(text.length);
    for (let index = 0; index < text.length; index += 1) this.u8(text.charCodeAt(index));
    return this;
  }

  /** What was written so far, as a view that the next write may leave stale. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** What was written, as a view of the writer's buffer: the writer must not be used afterwards. */
  finish(): Uint8Array {
    return this.written();
  }

  #advance(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}
