import { assert } from "../sim/assert.ts";
import { PageSet } from "./page-set.ts";
import { type DirtyTracker, NO_WORK, type TrackerWork } from "./tracker.ts";

/** Several trackers, each for some of the regions of a memory, as one. */
export class CombinedTracker implements DirtyTracker {
  readonly name: string;
  readonly #trackers: readonly DirtyTracker[];

  /** @param trackers At least one; no page is followed by two. */
  constructor(trackers: readonly DirtyTracker[]) {
    assert(trackers.length > 0, "a combination has parts");
    this.#trackers = trackers;
    this.name = trackers.map(({ name }) => name).join("+");
  }

  get work(): TrackerWork {
    const sum = { ...NO_WORK };
    for (const { work } of this.#trackers) {
      sum.scannedPages += work.scannedPages;
      sum.longestScanPages += work.longestScanPages;
      sum.comparedPages += work.comparedPages;
      sum.collectedPages += work.collectedPages;
      sum.writeFaults += work.writeFaults;
      sum.ringStops += work.ringStops;
    }
    return sum;
  }

  get notedPages(): number | undefined {
    let sum = 0;
    for (const { notedPages } of this.#trackers) {
      if (notedPages === undefined) return undefined;
      sum += notedPages;
    }
    return sum;
  }

  get isFull(): boolean {
    return this.#trackers.some(({ isFull }) => isFull === true);
  }

  start(): void {
    for (const tracker of this.#trackers) tracker.start();
  }

  collect(into: PageSet = new PageSet()): PageSet {
    const before = into.size;
    for (const tracker of this.#trackers) tracker.collect(into);
    assert(into.size >= before, "collecting takes no page out of the set");
    return into;
  }

  harvest(): void {
    for (const tracker of this.#trackers) tracker.harvest?.();
  }

  copied(page: number): void {
    for (const tracker of this.#trackers) tracker.copied?.(page);
  }

  stop(): void {
    for (const tracker of this.#trackers) tracker.stop();
  }
}
