import { assert } from "../sim/assert.ts";
import { PAGE_SIZE } from "./page.ts";

/**
 * Contiguous bytes in which whole pages lie, with every view of them that the layer uses, made once.
 *
 * Translations and scans address a page as an extent and an offset in it, so that neither makes an
 * object per access or per page. Offsets stay below {@link EXTENT_BYTES_MAX} and so are small
 * integers to every engine.
 */
export class Extent {
  /** The bytes. */
  readonly bytes: Uint8Array;
  /** The same bytes as 32-bit words in the byte order of the machine: for equality and hashes only. */
  readonly words: Int32Array;
  /** The same bytes as 64-bit words, likewise. */
  readonly longs: BigInt64Array;
  /** The same bytes for loads and stores of any width and alignment. */
  readonly view: DataView;

  /**
   * @param buffer Shared, not copied: the extent's owner owns it.
   * @param offset First byte, a multiple of the page size.
   * @param length Bytes, a multiple of the page size.
   */
  constructor(buffer: ArrayBuffer, offset: number, length: number) {
    assert(offset % PAGE_SIZE === 0 && length % PAGE_SIZE === 0, "an extent holds whole pages");
    assert(length <= EXTENT_BYTES_MAX, "offsets in an extent are small integers");
    this.bytes = new Uint8Array(buffer, offset, length);
    this.words = new Int32Array(buffer, offset, length >>> 2);
    this.longs = new BigInt64Array(buffer, offset, length >>> 3);
    this.view = new DataView(buffer, offset, length);
  }
}

/** Most bytes in one extent: 1 GiB. */
export const EXTENT_BYTES_MAX = 1_073_741_824;

/** What every untouched page reads as. Shared by all memories: nobody may write to it. */
export const ZERO_EXTENT: Extent = /* @__PURE__ */ new Extent(
  new ArrayBuffer(PAGE_SIZE),
  0,
  PAGE_SIZE,
);
