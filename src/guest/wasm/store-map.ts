import { MEMORY_UNIT_BYTES } from "./section-writer.ts";

/** An address shifted right by this is the number of its page, and the address of the page's mark. */
export const MARK_SHIFT = 12;

/**
 * Bytes of the marks, which lie in front of a program's own memory: one for each page of the 4 GiB that
 * an address can name, so that whatever an address is, its mark is among them.
 */
export const MAP_BYTES = 1_048_576;

/**
 * Most bytes of a program's own memory. With the marks that is 64 KiB less than 4 GiB: the very last
 * addresses are never there, and whatever is moved behind them stays out of reach.
 */
export const MARKED_BYTES_MAX: number = 0xffff_0000 - MAP_BYTES;

/** What a memory can grow to behind its marks; `maximumBytes` is the program's own bound, if any. */
export function markedMaximumBytes(maximumBytes: number | undefined): number {
  return Math.min(maximumBytes ?? MARKED_BYTES_MAX, MARKED_BYTES_MAX);
}

/** The same in units of 64 KiB. */
export const MAP_UNITS: number = MAP_BYTES / MEMORY_UNIT_BYTES;
