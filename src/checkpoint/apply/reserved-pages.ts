import { Extent } from "../../memory/extent.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";

/** Pages of one extent. */
const EXTENT_SHIFT = 6;
const EXTENT_MASK = 63;

/**
 * Memory set aside for copies of pages, numbered from 0: used again for each checkpoint, it grows to what
 * the largest one needs. Source: US11288123 (reserved memory beside the available memory).
 */
export class ReservedPages {
  readonly #extents: Extent[] = [];

  /** Bytes held. */
  get residentBytes(): number {
    return this.#extents.length << (EXTENT_SHIFT + PAGE_SHIFT);
  }

  /** The extent in which a page lies; it is made if need be. Pages come into being one after the other. */
  extentOf(slot: number): Extent {
    const index = slot >>> EXTENT_SHIFT;
    assert(index <= this.#extents.length, "reserved pages are used in turn");
    const bytes = PAGE_SIZE << EXTENT_SHIFT;
    this.#extents[index] ??= new Extent(new ArrayBuffer(bytes), 0, bytes);
    return this.#extents[index];
  }

  /** Where the page begins in its extent, in bytes. */
  offsetOf(slot: number): number {
    return (slot & EXTENT_MASK) << PAGE_SHIFT;
  }

  /** The bytes of a page, to read and write. */
  bytesOf(slot: number): Uint8Array {
    const offset = this.offsetOf(slot);
    return this.extentOf(slot).bytes.subarray(offset, offset + PAGE_SIZE);
  }
}
