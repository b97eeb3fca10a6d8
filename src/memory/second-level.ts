import type { PageSet } from "./page-set.ts";

/**
 * What lies between a machine's memory and the pages that it has: flags for each guest-physical page,
 * which walks set and whoever watches the machine collects. Clearing or protecting here does not reach
 * translations that a `Tlb` has cached: whoever does so has to invalidate those too.
 */
export interface SecondLevel {
  /**
   * Who collects the dirty flags, as whoever began last has it noted here: of two that both collect
   * and clear, each would miss what the other has taken.
   */
  dirtyCollector: object | undefined;
  /** Bytes of host memory held. */
  readonly residentBytes: number;
  /** Whether there is a translation of the page. */
  isPresent(page: number): boolean;
  /** Whether the processor has read or written the page since this flag was last collected. */
  isAccessed(page: number): boolean;
  /** Whether a write to the page was noted since this flag was last collected. */
  isDirty(page: number): boolean;
  /** Whether the page may be written. */
  isWritable(page: number): boolean;
  /** What a walk does for any access. */
  markAccessed(page: number): void;
  /** What a walk does for a store, and a device model or hypervisor for a write of its own. */
  markDirty(page: number): void;
  /** Takes write permission from `pageCount` pages. */
  protect(firstPage: number, pageCount: number): void;
  /** Gives write permission to `pageCount` pages. */
  permit(firstPage: number, pageCount: number): void;
  /**
   * Adds the dirty pages of a range to `into` and clears their flags.
   *
   * @returns Entries looked at.
   */
  collectDirty(into: PageSet, firstPage: number, pageCount: number): number;
  /** As {@link SecondLevel.collectDirty}, for the accessed flags: the working set since the last time. */
  collectAccessed(into: PageSet, firstPage: number, pageCount: number): number;
}
