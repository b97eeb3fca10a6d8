/**
 * Reads little-endian fields from bytes that came from outside and may be anything.
 *
 * A read past the end does not throw: it returns zeros and makes {@link ByteReader.failed} true, so
 * that a decoder reads straight through and refuses once, at its end.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;
  #failed = false;

  /** @param bytes Read in place; the caller keeps them and must not change them meanwhile. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** True once a read has gone past the end. */
  get failed(): boolean {
    return this.#failed;
  }

  /** True when every byte was read and no read went past the end. */
  get complete(): boolean {
    return !this.#failed && this.#offset === this.#bytes.length;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** One byte. */
  u8(): number {
    const at = this.#advance(1);
    return at < 0 ? 0 : this.#view.getUint8(at);
  }

  /** Two bytes, little endian. */
  u16(): number {
    const at = this.#advance(2);
    return at < 0 ? 0 : this.#view.getUint16(at, true);
  }

  /** Four bytes, little endian. */
  u32(): number {
    const at = this.#advance(4);
    return at < 0 ? 0 : this.#view.getUint32(at, true);
  }

  /** `length` bytes as a view of the input, not a copy; empty after a failure. */
  bytes(length: number): Uint8Array {
    const at = this.#advance(length);
    return at < 0 ? new Uint8Array(0) : this.#bytes.subarray(at, at + length);
  }

  /** A length byte, then that many bytes of ASCII text. */
  text(): string {
    const bytes = this.bytes(this.u8());
    let text = "";
    for (const code of bytes) {
      if (code > 0x7f) this.#failed = true;
      text += String.fromCharCode(code);
    }
    return text;
  }

  #advance(length: number): number {
    // The comparison is written so that a huge length cannot wrap round: both sides stay small.
    if (this.#failed || length > this.#bytes.length - this.#offset) {
      this.#failed = true;
      return -1;
    }
    const at = this.#offset;
    this.#offset += length;
    return at;
  }
}
