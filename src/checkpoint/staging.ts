import type { Memory } from "../memory/memory.ts";
import { assert } from "../sim/assert.ts";
import { chainCheck } from "./chain-check.ts";
import type { EncodedPage } from "./encode/encoded-page.ts";
import type { CommitMessage, GroupMessage } from "./message.ts";

/** Most groups of one checkpoint that are staged: 60 GiB of pages. */
const GROUPS_MAX = 1_048_576;

/** Why a checkpoint is refused. */
export type Refusal =
  | "missing group"
  | "wrong epoch"
  | "wrong check value"
  | "page outside memory"
  | "regions do not match"
  | "damaged message";

/**
 * Groups of one checkpoint that have arrived and are not yet part of the stand-by's memory. As long
 * as they lie here the checkpoint can be refused, or forgotten, and the previous one stands.
 */
export class Staging {
  readonly #groups: GroupMessage[] = [];
  #damaged = false;

  /** Groups staged. */
  get groupCount(): number {
    return this.#groups.length;
  }

  /** Pages staged, a page that came twice counted twice. */
  get pageCount(): number {
    return this.#groups.reduce((sum, { pages }) => sum + pages.length, 0);
  }

  /** Puts a group where it belongs; the staging keeps it. A group out of its turn spoils the whole. */
  add(group: GroupMessage): void {
    const first = this.#groups[0];
    // Group 0 begins a checkpoint: what was left of an earlier attempt is forgotten.
    if (group.group === 0) this.clear();
    else if (first?.epoch !== group.epoch || first.term !== group.term) this.spoil();
    else if (group.group !== this.#groups.length || group.group >= GROUPS_MAX) this.spoil();
    if (!this.#damaged) this.#groups.push(group);
  }

  /** Notes that something unreadable came: the checkpoint it belonged to will be refused. */
  spoil(): void {
    this.#damaged = true;
  }

  /** Forgets all groups. */
  clear(): void {
    this.#groups.length = 0;
    this.#damaged = false;
  }

  /**
   * Whether the staged groups are, whole and unharmed, the checkpoint that `commit` ends, and fit
   * `memory`.
   */
  refusal(commit: CommitMessage, memory: Memory): Refusal | undefined {
    if (this.#damaged) return "damaged message";
    if (this.#groups.length !== commit.groupCount) return "missing group";
    for (const { epoch, term } of this.#groups) {
      if (epoch !== commit.epoch || term !== commit.term) return "wrong epoch";
    }
    if (chainCheck(this.#groups.map(({ check }) => check)) !== commit.check) {
      return "wrong check value";
    }
    return this.#misfit(commit, memory);
  }

  /** Hands over the pages in the order of their arrival and forgets them. */
  take(): EncodedPage[] {
    const pages = this.#groups.flatMap((group) => group.pages);
    assert(this.#groups.length <= GROUPS_MAX, "staging keeps its bound");
    this.clear();
    return pages;
  }

  #misfit({ regionPages }: CommitMessage, memory: Memory): Refusal | undefined {
    const { regions } = memory;
    if (regionPages.length !== regions.length) return "regions do not match";
    for (const [index, region] of regions.entries()) {
      const pageCount = regionPages[index]!;
      if (pageCount < region.pageCount || pageCount > region.maxPages)
        return "regions do not match";
    }
    const inside = (page: number): boolean =>
      regions.some(
        ({ basePage }, index) => page >= basePage && page < basePage + regionPages[index]!,
      );
    for (const { pages } of this.#groups) {
      if (!pages.every(({ page }) => inside(page))) return "page outside memory";
    }
    return undefined;
  }
}
