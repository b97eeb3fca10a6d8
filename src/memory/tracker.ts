import type { PageSet } from "./page-set.ts";

/** What a tracker has done since it was made, in the units that a cost model charges for. */
export interface TrackerWork {
  /** Entries of translation tables looked at for dirty flags. */
  readonly scannedPages: number;
  /** Pages compared with a copy. */
  readonly comparedPages: number;
  /** Pages collected: flags cleared, or copies updated. */
  readonly collectedPages: number;
}

/**
 * Finds the pages written since it was last asked. Whatever way of noticing a tracker uses, its set
 * holds at least every page whose contents have changed; it may hold pages written without a change.
 *
 * A tracker follows the regions that its memory has at `start`. Growth of a region is followed: new
 * pages count as zero before.
 */
export interface DirtyTracker {
  /** Which way of noticing it is. */
  readonly name: string;
  /** Work done so far. */
  readonly work: TrackerWork;
  /** Begins: what was written before is not collected. Starting again begins anew. */
  start(): void;
  /**
   * Adds every page written since the last `collect`, or since `start`, to `into`, and clears the
   * notes of them, as one step. Only between `start` and `stop`.
   *
   * @param into Pages in it stay. A new set by default.
   * @returns `into`, which the caller keeps.
   */
  collect(into?: PageSet): PageSet;
  /** Ends, and gives back what tracking has taken. */
  stop(): void;
}
