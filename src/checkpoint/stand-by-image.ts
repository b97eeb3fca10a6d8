import type { Guest } from "../guest/guest.ts";
import type { Host } from "../host/host.ts";
import type { Extent } from "../memory/extent.ts";
import { PageSet } from "../memory/page-set.ts";
import { assert } from "../sim/assert.ts";
import type { Process } from "../sim/process.ts";
import { applyCostNs } from "./apply/apply-cost.ts";
import type { DiskCache } from "./apply/disk-cache.ts";
import type { EncodedPage } from "./encode/encoded-page.ts";
import { PageApplier } from "./encode/page-applier.ts";
import { isLater } from "./epoch-order.ts";
import type { CommitMessage } from "./message.ts";
import { GROUP_PAGES_MAX } from "./page-group.ts";

/**
 * The machine as the secondary would continue it: a booted guest that does not run and whose memory
 * holds the last committed checkpoint.
 *
 * Applying is a redo: from the commit point on the staged pages are the truth, however many of them
 * have been copied so far. A machine that has to stand in meanwhile copies the rest first, so memory
 * is never used half applied and no undo is needed. What is put into memory before the commit point is
 * the business of a `Swapper`, which can take it back.
 */
export class StandByImage {
  readonly guest: Guest;
  readonly #host: Host;
  #epoch = 0;
  #term = 0;
  #registers: Uint8Array | undefined;
  /** Pages of the committed epoch that are not in memory yet. */
  #unapplied: EncodedPage[] = [];
  /** Puts pages into memory, as they were encoded; another one where the scheme wants it. */
  applier: PageApplier = new PageApplier();
  /** Where committed pages of a disk go first, if not into memory. */
  disk: DiskCache | undefined;

  constructor(host: Host, guest: Guest) {
    this.#host = host;
    this.guest = guest;
  }

  /** The last committed epoch; 0 before there is any. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The term of the last committed epoch; 0 before there is any. */
  get term(): number {
    return this.#term;
  }

  /** True once a whole checkpoint has arrived: before that there is nothing to stand in with. */
  get complete(): boolean {
    return this.#registers !== undefined;
  }

  /** Pages committed and not yet copied to memory. */
  get unappliedCount(): number {
    return this.#unapplied.length;
  }

  /** The registers of the last committed epoch; the image keeps them. */
  get registers(): Uint8Array {
    assert(this.#registers !== undefined, "a complete image has registers");
    return this.#registers;
  }

  /**
   * Empties the memory that booting filled: the primary sends what is not zero, so everything that
   * it does not send is zero.
   */
  clear(): void {
    assert(!this.complete, "only an image that never was complete is emptied");
    const touched = new PageSet();
    this.guest.memory.collectTouched(touched);
    for (const page of touched) this.guest.memory.zeroPage(page);
  }

  /**
   * The commit point: the checkpoint replaces the previous one, at once.
   *
   * @param commit One that says it is a part of the first copy does not make the image complete; there is
   *   none after a complete one.
   * @param pages What is still to be applied, in order; the image keeps them.
   */
  commit(commit: CommitMessage, pages: EncodedPage[]): void {
    const { term, epoch, regionPages, registers, complete = true } = commit;
    assert(complete || !this.complete, "what was complete stays so");
    assert(this.#unapplied.length === 0, "the previous checkpoint is applied before the next");
    assert(isLater(commit, this), "checkpoints are committed in order");
    for (const [index, region] of this.guest.memory.regions.entries()) {
      const pageCount = regionPages[index]!;
      if (pageCount > region.pageCount) region.grow(pageCount);
    }
    this.#term = term;
    this.#epoch = epoch;
    if (complete) this.#registers = registers;
    this.#unapplied = pages;
    this.applier.beginEpoch(epoch);
  }

  /** Pages that are not in memory although they are applied, with their contents. */
  get cached(): ReadonlyMap<number, Extent> | undefined {
    return this.disk?.pages;
  }

  /**
   * True for a page that cannot be applied before the commit point: one that memory does not have before
   * it grows, or one of a disk that sees only what is committed.
   */
  mustWait(page: number): boolean {
    if (this.disk?.has(page) === true) return true;
    return !this.guest.memory.regions.some((region) => region.contains(page));
  }

  /** Whether a page that is applied goes to a disk at once: behind a cache it goes there later. */
  isWritten(page: number): boolean {
    return this.disk === undefined && this.guest.memory.regionAt(page)?.medium === "disk";
  }

  /**
   * The guest itself was run on from what was committed, by replaying what the primary did: it is to go on
   * with these registers, which the image keeps.
   */
  moveOn(registers: Uint8Array): void {
    assert(this.complete, "only a complete image is run on from");
    assert(this.#unapplied.length === 0, "a guest is run on from all of its checkpoint");
    this.#registers = registers;
  }

  /** The guest is no machine any more that could stand in, until the next complete checkpoint. */
  lose(): void {
    assert(this.#unapplied.length === 0, "a guest is run on from all of its checkpoint");
    this.#registers = undefined;
  }

  /** Copies a group of committed pages to memory and pays for it; returns how many it copied. */
  *applyGroup(): Process<number> {
    // Before any page is taken: whoever is killed while it waits has lost none.
    if (this.disk !== undefined) yield* this.disk.room(GROUP_PAGES_MAX);
    const pages = this.#unapplied.splice(0, GROUP_PAGES_MAX);
    for (const page of pages) this.#put(page);
    assert((this.disk?.roomPages ?? 0) >= 0, "the flush cache keeps its bound");
    yield* this.#host.compute(
      applyCostNs(pages, this.#host.profile, (page) => this.isWritten(page)),
    );
    return pages.length;
  }

  /**
   * Broken on purpose: forgets the committed pages that are not applied and takes whatever is
   * staged, complete or not.
   */
  tear(staged: readonly EncodedPage[]): void {
    for (const page of staged) this.#put(page);
    this.#unapplied = [];
  }

  #put(page: EncodedPage): void {
    if (this.disk?.has(page.page) === true) this.disk.merge(page, this.applier);
    else this.applier.apply(page, this.guest.memory);
  }
}
