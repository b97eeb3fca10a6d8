import type { Memory } from "../../../../memory/memory.ts";
import { assert } from "../../../../sim/assert.ts";
import { StandinRangeError } from "../../../../sim/errors.ts";

/** Addresses that a 32-bit machine has. */
const ADDRESSES = 0x1_0000_0000;

/**
 * The part of the memory that a device may reach by DMA: the RAM of a 32-bit machine. Everything
 * else, the disk's contents above it included, is out of its reach.
 *
 * Whoever takes an address from the guest asks {@link GuestRam.contains} before anything else.
 */
export class GuestRam {
  readonly #memory: Memory;
  readonly #start: number;
  readonly #bytes: number;

  /**
   * @param startAddress Of the first byte of RAM.
   * @param sizeBytes Of all RAM.
   * @throws `StandinRangeError` `RAM_RANGE` unless both are whole numbers and RAM ends below 2^32.
   */
  constructor(memory: Memory, startAddress: number, sizeBytes: number) {
    const whole = Number.isSafeInteger(startAddress) && Number.isSafeInteger(sizeBytes);
    if (!whole || startAddress < 0 || sizeBytes < 1 || startAddress + sizeBytes > ADDRESSES) {
      throw new StandinRangeError(
        "RAM_RANGE",
        `expected RAM of at least 1 byte within 32-bit addresses, got ${sizeBytes} bytes at ${startAddress}`,
      );
    }
    this.#memory = memory;
    this.#start = startAddress;
    this.#bytes = sizeBytes;
  }

  /** Whether `length` bytes from `address` on are all RAM. Takes any numbers, also inexact ones. */
  contains(address: number, length: number): boolean {
    const offset = address - this.#start;
    return offset >= 0 && length >= 0 && length <= this.#bytes && offset <= this.#bytes - length;
  }

  /** 16 bits, unsigned. */
  read16(address: number): number {
    const bytes = this.read(address, 2);
    return bytes[0]! | (bytes[1]! << 8);
  }

  /** Bytes, copied: the caller keeps them. */
  read(address: number, length: number): Uint8Array {
    assert(this.contains(address, length), "a device reads RAM");
    return this.#memory.dmaRead(address, length);
  }

  /** Writes bytes, as a device does: each page is dirty afterwards. */
  write(address: number, bytes: Uint8Array): void {
    assert(this.contains(address, bytes.length), "a device writes RAM");
    this.#memory.dmaWrite(address, bytes);
  }
}
