import type { Memory } from "../memory/memory.ts";
import { assert } from "../sim/assert.ts";
import { chainCheck } from "./chain-check.ts";
import type { EncodedPage } from "./encode/encoded-page.ts";
import { isLater, isSame, type OfEpoch } from "./epoch-order.ts";
import type { CommitMessage, ContentsMessage, GroupMessage } from "./message.ts";
import { misfit } from "./stage/misfit.ts";
import type { Refusal } from "./stage/refusal.ts";

/** Most groups of one checkpoint that are staged: 60 GiB of pages. */
export const STAGED_GROUPS_MAX = 1_048_576;

/** How groups are staged. */
export interface StagingOptions {
  /**
   * Whether groups may come in any order, and more than once. Default false: each in its turn, and one
   * that is not spoils the whole.
   */
  readonly anyOrder?: boolean;
  /** True is broken on purpose: groups lie by their number, whatever epoch they belong to. */
  readonly anyEpoch?: boolean;
}

/**
 * Groups of one checkpoint that have arrived and are not yet part of the stand-by's memory. As long
 * as they lie here the checkpoint can be refused, or forgotten, and the previous one stands.
 */
export class Staging {
  readonly #anyOrder: boolean;
  readonly #anyEpoch: boolean;
  readonly #groups = new Map<number, GroupMessage>();
  /** The checkpoint that the groups belong to; whatever it is while there are none. */
  #of: OfEpoch = { term: 0, epoch: 0 };
  #contents: ContentsMessage | undefined;
  #damaged = false;
  #attempt = 0;

  constructor({ anyOrder = false, anyEpoch = false }: StagingOptions = {}) {
    this.#anyOrder = anyOrder || anyEpoch;
    this.#anyEpoch = anyEpoch;
  }

  /** Groups staged. */
  get groupCount(): number {
    return this.#groups.size;
  }

  /** Pages staged, a page that came twice counted twice. */
  get pageCount(): number {
    let sum = 0;
    for (const { pages } of this.#groups.values()) sum += pages.length;
    return sum;
  }

  /** Counts up whenever a group is forgotten: whoever follows them has to look at all of them again. */
  get attempt(): number {
    return this.#attempt;
  }

  /** The table of contents of the checkpoint under way, if it has come. */
  get contents(): ContentsMessage | undefined {
    return this.#contents;
  }

  /** The group of this number, if it has come. */
  group(number: number): GroupMessage | undefined {
    return this.#groups.get(number);
  }

  /** The group that came so many groups after the first one: for a defect only, it takes its time. */
  arrived(index: number): GroupMessage | undefined {
    return [...this.#groups.values()][index];
  }

  /**
   * Puts a group where it belongs; the staging keeps it.
   *
   * @returns False for a group that is not looked at: of an earlier checkpoint, or here already. One out
   *   of its turn, where turns count, is none of them: it spoils the whole.
   */
  add(group: GroupMessage): boolean {
    if (this.#anyOrder) return this.#addAnywhere(group);
    // Group 0 begins a checkpoint: what was left of an earlier attempt is forgotten.
    if (group.group === 0) this.clear();
    else if (this.#groups.size === 0 || !isSame(this.#of, group)) this.spoil();
    else if (group.group !== this.#groups.size || group.group >= STAGED_GROUPS_MAX) this.spoil();
    if (!this.#damaged) this.#keep(group);
    return true;
  }

  /**
   * Keeps the table of contents of a checkpoint.
   *
   * @returns False for one of an earlier checkpoint.
   */
  list(contents: ContentsMessage): boolean {
    if (!this.#turnTo(contents)) return false;
    this.#contents = contents;
    return true;
  }

  /** Notes that something unreadable came: the checkpoint it belonged to will be refused. */
  spoil(): void {
    this.#damaged = true;
  }

  /** Forgets all groups. */
  clear(): void {
    this.#groups.clear();
    this.#contents = undefined;
    this.#damaged = false;
    this.#attempt += 1;
  }

  /** Forgets a checkpoint that was refused. */
  giveUp(): void {
    // the defect: its groups stay, and are taken for a part of the next one
    if (this.#anyEpoch) this.#damaged = false;
    else this.clear();
  }

  /** Forgets the groups of a checkpoint that is committed; those of a later one stay. */
  forget(committed: OfEpoch): void {
    if (!this.#anyEpoch && !isLater(this.#of, committed)) this.clear();
  }

  /** How many groups of the checkpoint that `commit` ends have not come. */
  missingCount(commit: CommitMessage): number {
    return isSame(this.#of, commit) ? commit.groupCount - this.#groups.size : commit.groupCount;
  }

  /**
   * The numbers of the groups that have not come, or are not what the table of contents says, which
   * are forgotten; ascending.
   */
  takeMissing({ checks }: ContentsMessage): number[] {
    const missing: number[] = [];
    for (const [number, check] of checks.entries()) {
      if (this.#groups.get(number)?.check === check) continue;
      missing.push(number);
      this.#drop(number);
    }
    return missing;
  }

  /**
   * Whether the staged groups are, whole and unharmed, the checkpoint that `commit` ends, and fit
   * `memory`.
   */
  refusal(commit: CommitMessage, memory: Memory): Refusal | undefined {
    if (this.#damaged) return "damaged message";
    const checks = this.#checks(commit);
    if (checks === undefined) return "missing group";
    if (checks.length > 0 && !this.#anyEpoch && !isSame(this.#of, commit)) return "wrong epoch";
    if (chainCheck(checks) !== commit.check) return "wrong check value";
    return misfit(this.#groups.values(), commit.regionPages, memory);
  }

  /** Hands over the pages in the order of their groups and forgets them. */
  take(): EncodedPage[] {
    return this.takeGroups().flatMap(({ pages }) => pages);
  }

  /** Hands over the groups in the order of their numbers and forgets them. */
  takeGroups(): GroupMessage[] {
    const groups = [...this.#groups.values()].sort((a, b) => a.group - b.group);
    assert(groups.length <= STAGED_GROUPS_MAX, "staging keeps its bound");
    this.clear();
    return groups;
  }

  #addAnywhere(group: GroupMessage): boolean {
    if (!this.#turnTo(group)) return false;
    if (group.group >= STAGED_GROUPS_MAX) {
      this.spoil();
      return true;
    }
    const present = this.#groups.get(group.group);
    if (present?.check === group.check && isSame(present, group)) return false;
    this.#drop(group.group);
    this.#keep(group);
    return true;
  }

  /** A later checkpoint than the one under way takes its place; returns false for an earlier one. */
  #turnTo(of: OfEpoch): boolean {
    if (this.#anyEpoch || isSame(of, this.#of)) return true;
    const isUnderWay = this.#groups.size > 0 || this.#contents !== undefined;
    if (isUnderWay && isLater(this.#of, of)) return false;
    this.clear();
    this.#of = of;
    return true;
  }

  #drop(number: number): void {
    if (this.#groups.delete(number)) this.#attempt += 1;
  }

  #keep(group: GroupMessage): void {
    this.#of = group;
    this.#groups.set(group.group, group);
  }

  /** Check values of all groups in order, or `undefined` when there are not as many as there should be. */
  #checks({ groupCount }: CommitMessage): number[] | undefined {
    if (!this.#anyEpoch && this.#groups.size !== groupCount) return undefined;
    if (this.#groups.size < groupCount) return undefined;
    const checks: number[] = [];
    for (let number = 0; number < groupCount; number += 1) {
      const group = this.#groups.get(number);
      if (group === undefined) return undefined;
      checks.push(group.check);
    }
    return checks;
  }
}
