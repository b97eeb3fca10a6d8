import { PageSet } from "../../memory/page-set.ts";
import { assert } from "../../sim/assert.ts";
import { expectWhole } from "../../sim/expect-whole.ts";
import type { Process } from "../../sim/process.ts";
import type { CaptureSide } from "../capture/capture.ts";
import type { BringUp, MachineBringUp } from "./bring-up.ts";

/** Settings of {@link byGroups}. */
export interface ByGroupsOptions {
  /**
   * Most pages that a stop copies, checkpoint data and group together, as far as the guest lets it.
   * Default 256.
   */
  readonly pages?: number;
  /**
   * So many pages of the group go with each checkpoint in any case: a guest that writes more than `pages`
   * between two of them would never be brought up. Default a quarter of `pages`, rounded up.
   */
  readonly least?: number;
}

/**
 * The first copy rides on regular checkpoints:
 *
 * (a) wait for a checkpoint; (b) pause; (c) choose a group of pages; (d) send the group with the
 * checkpointed data; (e) go on, and again with what was written since, until all memory is sent.
 *
 * A page that was sent and is written again comes again as checkpoint data; one that was not sent yet
 * need not be logged. Larger groups make longer pauses and a shorter bring-up.
 *
 * Source: US20150205688.
 *
 * @throws StandinRangeError `CAPTURE_OPTION`.
 */
export function byGroups(options: ByGroupsOptions = {}): BringUp {
  const { pages = 256 } = options;
  expectWhole("CAPTURE_OPTION", "pages", pages, 1);
  const least = options.least ?? Math.ceil(pages / 4);
  expectWhole("CAPTURE_OPTION", "least", least, 1, pages);
  return {
    name: `by groups of ${least} to ${pages} pages`,
    begin: (side) => new GroupsLeft(side, { pages, least }),
  };
}

/** The pages of one machine that were not sent yet. */
class GroupsLeft implements MachineBringUp {
  readonly #side: CaptureSide;
  readonly #options: Required<ByGroupsOptions>;
  readonly #left = new PageSet();
  /** The pages left at first, ascending, and how many of them were sent. */
  #order: readonly number[] = [];
  #sentCount = 0;

  constructor(side: CaptureSide, options: Required<ByGroupsOptions>) {
    this.#side = side;
    this.#options = options;
  }

  *beforeCheckpoints(): Process {
    const { pages } = this.#side.dirty;
    this.#left.union(pages);
    this.#order = pages.toArray();
    pages.clear();
  }

  atStop(): number {
    if (this.#left.size === 0) return 0;
    const { pages } = this.#side.dirty;
    for (const page of pages) if (this.#left.has(page)) pages.delete(page);
    const room = Math.max(this.#options.least, this.#options.pages - pages.size);
    const group = this.#order.slice(this.#sentCount, this.#sentCount + room);
    this.#sentCount += group.length;
    for (const page of group) {
      this.#left.delete(page);
      pages.add(page);
    }
    assert(this.#left.size === this.#order.length - this.#sentCount, "each page is sent once");
    return this.#left.size;
  }
}
