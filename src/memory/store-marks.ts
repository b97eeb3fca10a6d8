import type { Extent } from "./extent.ts";

/**
 * Marks that are set by whoever stores to a region, past its memory: one byte for each page, not 0 if
 * the page was stored to since the byte was last cleared. A program that was rewritten to do so sets
 * them; what the host and devices write is not in them, the SLAT knows of that.
 *
 * They are no part of the region: nobody compares, copies or hashes them.
 */
export interface StoreMarks {
  /** The bytes, from that of the region's first page on; another object after the region has grown. */
  readonly map: Extent;
  /**
   * Who collects the marks, as whoever began last has it noted here: of two that both collect and clear,
   * each would miss what the other has taken.
   */
  collector: object | undefined;
}
