import type { Memory } from "../memory/memory.ts";
import { assert } from "../sim/assert.ts";
import { xxh32 } from "../sim/hash.ts";
import { GuestPanic } from "./guest-panic.ts";
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from "./key-value-protocol.ts";
import { bytes, u8, u16, u32 } from "./record-field.ts";
import { type RecordLayout, type RecordView, recordLayout } from "./record-layout.ts";
import { sameBytes } from "./same-bytes.ts";

const keyField = bytes(KEY_BYTES_MAX);
const valueField = bytes(VALUE_BYTES_MAX);

type SlotFields = {
  readonly hash: typeof u32;
  readonly keyLength: typeof u8;
  readonly valueLength: typeof u16;
  readonly key: typeof keyField;
  readonly value: typeof valueField;
};

/** A slot of the table; a key length of 0 marks an empty one. */
const Slot: RecordLayout<SlotFields> = recordLayout({
  hash: u32,
  keyLength: u8,
  valueLength: u16,
  key: keyField,
  value: valueField,
});

/** Bytes of the table's slots in memory. */
export function hashTableBytes(slotCount: number): number {
  return slotCount * Slot.sizeBytes;
}

/**
 * A hash table in guest memory with a fixed number of slots, open addressing and linear probing.
 * Deleting moves later entries of the run back, so that no marks of deleted entries pile up.
 *
 * It keeps no count of its entries: the caller sees to it that one slot at least stays empty.
 */
export class HashTable {
  readonly #memory: Memory;
  readonly #address: number;
  readonly #slotCount: number;
  readonly #slot: RecordView<SlotFields>;

  /** @param address Address of {@link hashTableBytes} zero bytes. */
  constructor(memory: Memory, address: number, slotCount: number) {
    assert(address % Slot.alignment === 0, "slots are aligned");
    assert(slotCount >= 2, "a table has an empty slot, where searches end");
    this.#memory = memory;
    this.#address = address;
    this.#slotCount = slotCount;
    this.#slot = Slot.at(memory, address);
  }

  /** A copy of the value of a key; `undefined` without one. */
  get(key: Uint8Array): Uint8Array | undefined {
    return this.#seek(key, xxh32(key)) >= 0 ? this.#value() : undefined;
  }

  /** True for a key that has a value. */
  has(key: Uint8Array): boolean {
    return this.#seek(key, xxh32(key)) >= 0;
  }

  /** Sets the value of a key, which may be new; the caller has seen to it that there is room. */
  set(key: Uint8Array, value: Uint8Array): void {
    assert(key.length >= 1 && key.length <= KEY_BYTES_MAX, "a key fits its slot");
    assert(value.length <= VALUE_BYTES_MAX, "a value fits its slot");
    const hash = xxh32(key);
    const isNew = this.#seek(key, hash) < 0;
    // after a search without success the view stands on the empty slot where the search ended
    const slot = this.#slot;
    if (isNew) {
      slot.hash = hash;
      slot.key.write(key);
      slot.keyLength = key.length;
    }
    slot.value.write(value);
    slot.valueLength = value.length;
  }

  /** Removes a key; false if it was not there. */
  delete(key: Uint8Array): boolean {
    const start = this.#seek(key, xxh32(key));
    if (start < 0) return false;
    let hole = start;
    for (let step = 1; step < this.#slotCount; step += 1) {
      const index = this.#moveTo(start + step);
      if (this.#slot.keyLength === 0) break;
      // An entry moves into the hole unless its own probe sequence begins behind the hole.
      const home = this.#slot.hash % this.#slotCount;
      if (this.#gap(home, index) < this.#gap(hole, index)) continue;
      const entry = this.#memory.read(this.#slot.address, Slot.sizeBytes);
      this.#moveTo(hole);
      this.#memory.write(this.#slot.address, entry);
      hole = index;
    }
    this.#moveTo(hole);
    this.#memory.write(this.#slot.address, new Uint8Array(Slot.sizeBytes));
    return true;
  }

  /** Slots from one to another in the direction of probing. */
  #gap(from: number, to: number): number {
    return (to - from + this.#slotCount) % this.#slotCount;
  }

  #moveTo(index: number): number {
    const wrapped = index % this.#slotCount;
    this.#slot.address = this.#address + wrapped * Slot.sizeBytes;
    return wrapped;
  }

  #value(): Uint8Array {
    const { valueLength } = this.#slot;
    if (valueLength > VALUE_BYTES_MAX) throw new GuestPanic(`a value of ${valueLength} bytes`);
    return this.#slot.value.read(valueLength);
  }

  /** Moves the view to a key's slot and returns its index; to the empty slot behind and -1 without one. */
  #seek(key: Uint8Array, hash: number): number {
    const home = hash % this.#slotCount;
    for (let probe = 0; probe < this.#slotCount; probe += 1) {
      const index = this.#moveTo(home + probe);
      const { keyLength } = this.#slot;
      if (keyLength === 0) return -1;
      if (keyLength > KEY_BYTES_MAX) throw new GuestPanic(`a key of ${keyLength} bytes`);
      if (keyLength !== key.length || this.#slot.hash !== hash) continue;
      if (sameBytes(this.#slot.key.read(keyLength), key)) return index;
    }
    throw new GuestPanic("a hash table without an empty slot");
  }
}
