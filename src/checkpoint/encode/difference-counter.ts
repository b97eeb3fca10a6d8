import { Extent } from "../../memory/extent.ts";
import { LeafTable } from "../../memory/leaf-table.ts";
import { PAGE_SIZE } from "../../memory/page.ts";
import { PageSet } from "../../memory/page-set.ts";
import { assert } from "../../sim/assert.ts";
import { ChangedWords, type WordBytes } from "./changed-words.ts";
import { FEEDBACK_PAGES_MAX, type FeedbackList } from "./feedback-list.ts";

/** Pages of one leaf of the table of counts, and its words: two for each page. */
const LEAF_SHIFT = 6;
const LEAF_MASK = 63;
const LEAF_WORDS = 128;

/** Set in a page's count while the page is on the list. */
const LISTED = 0x4000_0000;

/** When a page is put on the list. */
export interface DifferenceThresholds {
  readonly wordBytes: WordBytes;
  /** An interval counts when fewer words than these have changed. */
  readonly thresholdWords: number;
  /** A page is listed when more intervals than these have counted, one after the other. */
  readonly thresholdIntervals: number;
  /** Most pages on the list at a time. */
  readonly maxPages: number;
}

/**
 * The secondary's half of feedback: counts for each page the consecutive intervals in which it
 * changed little, and says which pages are worth sending as differences.
 *
 * Source: US8661213. An interval is an epoch in which the page came: one in which it did not come
 * changes no count, so that pages at rest are not listed.
 */
export class DifferenceCounter {
  readonly #thresholds: DifferenceThresholds;
  readonly #changed: ChangedWords;
  /** For each page its count, with {@link LISTED}, and the epoch that was counted last. */
  readonly #counts = new LeafTable({ leafShift: LEAF_SHIFT, leafWords: LEAF_WORDS });
  /** The page before and after, where they can be compared as words. */
  readonly #pair = new Extent(new ArrayBuffer(2 * PAGE_SIZE), 0, 2 * PAGE_SIZE);
  /** To be told to the primary. */
  readonly #toList = new PageSet();
  readonly #toUnlist = new PageSet();
  #listedCount = 0;
  #comparedPages = 0;
  #epoch = 0;

  constructor(thresholds: DifferenceThresholds) {
    this.#thresholds = thresholds;
    this.#changed = new ChangedWords(thresholds.wordBytes);
  }

  /** Pages on the list as the secondary sees it. */
  get listedCount(): number {
    return this.#listedCount;
  }

  /** Pages compared so far, for costs and reports. */
  get comparedPages(): number {
    return this.#comparedPages;
  }

  /** What is noted from now on belongs to `epoch`, unlike the one before. */
  beginEpoch(epoch: number): void {
    assert(epoch > 0, "epochs are numbered from 1");
    this.#epoch = epoch;
  }

  /**
   * Notes that a page is applied.
   *
   * @param before One page: what memory holds so far; read at once.
   * @param after One page: what it will hold; read at once.
   */
  note(page: number, before: Uint8Array, after: Uint8Array): void {
    const pair = this.#pair;
    pair.bytes.set(before, 0);
    pair.bytes.set(after, PAGE_SIZE);
    this.#comparedPages += 1;
    const words = this.#changed.mark(pair, 0, pair, PAGE_SIZE);
    this.#count(page, words < this.#thresholds.thresholdWords);
  }

  /**
   * What the primary does not know yet, and counts it as told.
   *
   * @returns `undefined` when there is nothing to tell.
   */
  take(): FeedbackList | undefined {
    if (this.#toList.size + this.#toUnlist.size === 0) return undefined;
    const unlisted = takeSome(this.#toUnlist, FEEDBACK_PAGES_MAX);
    const listed = takeSome(this.#toList, FEEDBACK_PAGES_MAX - unlisted.length);
    return { listed, unlisted };
  }

  #count(page: number, isSmall: boolean): void {
    const at = this.#counts.claim(page) + 2 * (page & LEAF_MASK);
    const { words } = this.#counts;
    const isListed = (words[at]! & LISTED) !== 0;
    const isFirst = words[at + 1] !== this.#epoch;
    words[at + 1] = this.#epoch;
    if (!isSmall) {
      words[at] = 0;
      if (isListed) this.#unlist(page);
      return;
    }
    // a page that came twice in one interval is counted once
    if (isListed || !isFirst) return;
    words[at]! += 1;
    const { thresholdIntervals, maxPages } = this.#thresholds;
    if (words[at]! <= thresholdIntervals || this.#listedCount === maxPages) return;
    words[at] = LISTED;
    this.#listedCount += 1;
    if (!this.#toUnlist.delete(page)) this.#toList.add(page);
  }

  #unlist(page: number): void {
    this.#listedCount -= 1;
    if (!this.#toList.delete(page)) this.#toUnlist.add(page);
    assert(this.#listedCount >= 0, "only listed pages are taken off");
  }
}

/** Takes up to `count` pages out of a set, ascending. */
function takeSome(pages: PageSet, count: number): number[] {
  const some = pages.toArray().slice(0, count);
  for (const page of some) pages.delete(page);
  return some;
}
