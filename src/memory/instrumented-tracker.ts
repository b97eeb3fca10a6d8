import { assert } from "../sim/assert.ts";
import { StandinTypeError } from "../sim/errors.ts";
import type { Memory } from "./memory.ts";
import { PageSet } from "./page-set.ts";
import type { Region } from "./region.ts";
import type { StoreMarks } from "./store-marks.ts";
import { type DirtyTracker, NO_WORK, type TrackerWork } from "./tracker.ts";

/** Marks that are looked at in one step: two words of 32 bits. */
const STEP_PAGES = 8;

/** Options of {@link InstrumentedTracker}. */
export interface InstrumentedTrackerOptions {
  /** The regions to follow. Default: all that the memory has at `start`. */
  readonly regions?: readonly Region[];
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: InstrumentedTrackerDefects;
}

/** Mistakes of an {@link InstrumentedTracker}, for tests to notice. */
export interface InstrumentedTrackerDefects {
  /** What the host and devices write has no mark: only the program marks. */
  readonly hostWritesUnmarked?: boolean;
}

/**
 * Collects the marks that the program itself sets with each of its stores, and clears them. What comes
 * into the memory another way, from host functions and devices, sets the dirty flags of the SLAT, as in
 * every region; those are collected and cleared with the marks, as one step.
 *
 * It costs the program time with its stores, and a look at one byte for each page, not at the page. A
 * page written without a change is in its set.
 *
 * Marks are cleared between two calls of the program only, never with a frame of it on the stack: within
 * a call the program does not mark again what it has marked.
 */
export class InstrumentedTracker implements DirtyTracker {
  readonly name = "instrumented";
  readonly #memory: Memory;
  readonly #chosen: readonly Region[] | undefined;
  readonly #hostWritesUnmarked: boolean;
  #regions: readonly Region[] | undefined;
  #scannedPages = 0;
  #collectedPages = 0;

  /** @throws `StandinTypeError` `STORES_UNMARKED` for regions whose stores leave no marks. */
  constructor(memory: Memory, { regions, broken = {} }: InstrumentedTrackerOptions = {}) {
    this.#memory = memory;
    this.#chosen = regions;
    this.#hostWritesUnmarked = broken.hostWritesUnmarked === true;
    for (const region of regions ?? memory.regions) marksOf(region);
  }

  get work(): TrackerWork {
    return {
      ...NO_WORK,
      scannedPages: this.#scannedPages,
      longestScanPages: this.#scannedPages,
      collectedPages: this.#collectedPages,
    };
  }

  /** @throws `StandinTypeError` `STORES_UNMARKED`. */
  start(): void {
    const regions = this.#chosen ?? [...this.#memory.regions];
    for (const region of regions) marksOf(region).collector = this;
    this.#regions = regions;
    this.#take(new PageSet(), regions);
  }

  collect(into: PageSet = new PageSet()): PageSet {
    const regions = this.#regions;
    assert(regions !== undefined, "a tracker collects between start and stop");
    assert(
      this.#chosen !== undefined || regions.length === this.#memory.regions.length,
      "no region is added while a tracker follows all of them",
    );
    const before = into.size;
    this.#take(into, regions);
    assert(into.size >= before, "collecting takes no page out of the set");
    this.#collectedPages += into.size - before;
    return into;
  }

  stop(): void {
    this.#regions = undefined;
  }

  #take(into: PageSet, regions: readonly Region[]): void {
    const { slat } = this.#memory;
    for (const region of regions) {
      const { backing, basePage, pageCount } = region;
      const marks = marksOf(region);
      assert(marks.collector === this, "one tracker at a time collects the marks");
      // otherwise a store through a cached translation would set no dirty flag
      assert(backing.movable, "stores of the host to a region with marks walk the SLAT");
      takeMarks(marks, basePage, pageCount, into);
      this.#scannedPages += Math.ceil(pageCount / STEP_PAGES);
      if (!this.#hostWritesUnmarked) slat.collectDirty(into, basePage, pageCount);
    }
  }
}

/** Adds the marked pages, and clears their marks. */
function takeMarks({ map }: StoreMarks, basePage: number, pageCount: number, into: PageSet): void {
  const { bytes, words } = map;
  assert(pageCount <= bytes.length, "there is a mark for each page");
  const wordCount = Math.ceil(pageCount / STEP_PAGES) * 2;
  for (let word = 0; word < wordCount; word += 2) {
    if ((words[word]! | words[word + 1]!) === 0) continue;
    for (let page = word * 4; page < word * 4 + STEP_PAGES; page += 1) {
      if (bytes[page] === 0) continue;
      assert(page < pageCount, "only a page that exists is marked");
      into.add(basePage + page);
    }
    words[word] = 0;
    words[word + 1] = 0;
  }
}

function marksOf({ backing, name }: Region): StoreMarks {
  if (backing.storeMarks !== undefined) return backing.storeMarks;
  throw new StandinTypeError(
    "STORES_UNMARKED",
    `tracker "instrumented" needs programs whose stores leave marks, and those to region "${name}" leave none: instrument its binary`,
  );
}
