import type { PageSet } from "./page-set.ts";

/** What a tracker has done since it was made, in the units that a cost model charges for. */
export interface TrackerWork {
  /**
   * Entries looked at for dirty pages, of about 8 bytes each: those of translation tables, words of
   * 64 bits of a bitmap, or entries of a ring.
   */
  readonly scannedPages: number;
  /**
   * How long the looking took, in entries one after another: where it was shared among workers, those
   * of the worker with the most. As `scannedPages` for one worker.
   */
  readonly longestScanPages: number;
  /** Pages compared with a copy. */
  readonly comparedPages: number;
  /** Pages collected: flags cleared, or copies updated. */
  readonly collectedPages: number;
  /** First writes to protected pages: each stopped the processor for a fault while it ran. */
  readonly writeFaults: number;
  /** Times that a write found no room for its note and waited until some was made. */
  readonly ringStops: number;
}

/** No work at all: what a tracker adds its own to. */
export const NO_WORK: TrackerWork = {
  scannedPages: 0,
  longestScanPages: 0,
  comparedPages: 0,
  collectedPages: 0,
  writeFaults: 0,
  ringStops: 0,
};

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
  /** Pages noted and not collected. Absent where they are known only by looking for them. */
  readonly notedPages?: number | undefined;
  /**
   * True when the room for notes is nearly used up: the machine has to stop, before it writes much
   * more, until they are collected or harvested. Absent where notes take no room that could run out.
   */
  readonly isFull?: boolean;
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
  /**
   * Makes room for notes; what was noted is kept for the next `collect`. With the machine stopped,
   * between `start` and `stop`. Absent as `isFull` is.
   */
  harvest?(): void;
  /**
   * A page that was collected is copied now, some time later: from now on it counts as written if it holds
   * something else than now. Absent where it counts as written anyway if it was since it was collected.
   *
   * A tracker that compares would miss a page that was written after it had been collected, copied, and
   * then written back.
   */
  copied?(page: number): void;
  /** Ends, and gives back what tracking has taken. */
  stop(): void;
}
