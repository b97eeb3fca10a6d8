import { LeafTable } from "../../memory/leaf-table.ts";
import { assert } from "../../sim/assert.ts";

/** Pages of one leaf, and its words: for each page the epochs, and which one was noted last. */
const LEAF_SHIFT = 6;
const LEAF_MASK = 63;
const LEAF_WORDS = 128;

/** Epochs that are remembered. */
export const HISTORY_EPOCHS = 32;

/**
 * In which of the last 32 epochs something happened to a page: one bit for each.
 *
 * Source: US8549241 (a structure with the modification history of pages).
 */
export class PageHistory {
  readonly #table = new LeafTable({ leafShift: LEAF_SHIFT, leafWords: LEAF_WORDS });

  /** Notes that it happened in `epoch`; epochs count up for each page. */
  note(page: number, epoch: number): void {
    const at = this.#table.claim(page) + 2 * (page & LEAF_MASK);
    const { words } = this.#table;
    const passed = epoch - words[at + 1]!;
    assert(passed >= 0, "history is noted in the order of epochs");
    words[at] = shifted(words[at]!, passed) | 1;
    words[at + 1] = epoch;
  }

  /** In how many of the `span` epochs before `epoch` it happened; `span` at most 32. */
  count(page: number, epoch: number, span: number): number {
    const leaf = this.#table.find(page);
    if (leaf < 0) return 0;
    const { words } = this.#table;
    const at = leaf + 2 * (page & LEAF_MASK);
    // bit 0 stands for the epoch before `epoch`
    const passed = epoch - words[at + 1]! - 1;
    if (passed < 0) return countBits(words[at]! >>> 1, span);
    return countBits(shifted(words[at]!, passed), span);
  }

  /** Forgets what happened to a page. */
  forget(page: number): void {
    const leaf = this.#table.find(page);
    if (leaf >= 0) this.#table.words[leaf + 2 * (page & LEAF_MASK)] = 0;
  }
}

function shifted(bits: number, by: number): number {
  return by >= HISTORY_EPOCHS ? 0 : bits << by;
}

function countBits(bits: number, span: number): number {
  let left = span >= HISTORY_EPOCHS ? bits : bits & ((1 << span) - 1);
  let count = 0;
  for (; left !== 0; left &= left - 1) count += 1;
  return count;
}
