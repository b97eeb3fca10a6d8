import { assert } from "../sim/assert.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { AddressSpace } from "./address-space.ts";
import type { Walker } from "./direct-tlb.ts";
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE } from "./page.ts";
import { PageAbsent } from "./page-absent.ts";
import type { PageSet } from "./page-set.ts";
import type { Region } from "./region.ts";
import type { SecondLevel } from "./second-level.ts";
import { Slat } from "./slat.ts";
import { TLB_SLOT_MASK, Tlb } from "./tlb.ts";
import type { WriteSource } from "./write-source.ts";

export type { WriteSource };

/**
 * Called before a write to a page without write permission. It grants the permission with
 * `permitWrites`, or the write fails; the page still has its contents from before the write.
 */
export type WriteFaultHandler = (page: number, source: WriteSource) => void;

/**
 * The way from a guest-physical address to bytes: the TLB first, then a walk through the SLAT, which
 * sets the accessed and dirty flags and takes write faults.
 */
export class Translator implements Walker {
  /** What lies below. Whoever replaces it sees to what is cached of the one before. */
  slat: SecondLevel = new Slat();
  readonly tlb: Tlb = new Tlb();
  /** Asked before a write to a page that must not be written. */
  onWriteFault: WriteFaultHandler | undefined = undefined;
  /** Pages that are not here: no walk leads to them. */
  absent: PageSet | undefined = undefined;
  readonly #space: AddressSpace;
  readonly #readTags: Float64Array = this.tlb.readTags;
  readonly #writeTags: Float64Array = this.tlb.writeTags;

  constructor(space: AddressSpace) {
    this.#space = space;
  }

  /**
   * The TLB's slot through which a load goes, to be used at once.
   *
   * @throws `StandinRangeError` `ADDRESS_OUT_OF_RANGE`.
   */
  slotToRead(address: number): number {
    const slot = (address >>> PAGE_SHIFT) & TLB_SLOT_MASK;
    if (this.#readTags[slot] !== address - (address & PAGE_MASK)) return this.#walk(address, false);
    this.tlb.countHit();
    return slot;
  }

  /**
   * The TLB's slot through which a store goes, to be used at once. On a hit the SLAT is not touched:
   * that the page's dirty flag is set is part of what was cached.
   *
   * @throws `StandinRangeError` `ADDRESS_OUT_OF_RANGE`, `WRITE_NOT_PERMITTED`.
   */
  slotToWrite(address: number): number {
    const slot = (address >>> PAGE_SHIFT) & TLB_SLOT_MASK;
    if (this.#writeTags[slot] !== address - (address & PAGE_MASK)) return this.#walk(address, true);
    this.tlb.countHit();
    return slot;
  }

  /**
   * What precedes every write that is noticed: permission, then the dirty flag.
   *
   * @throws `StandinRangeError` `WRITE_NOT_PERMITTED`.
   */
  noteWrite(page: number, source: WriteSource): void {
    this.#expectWritable(page, source);
    this.slat.markDirty(page);
    assert(this.slat.isDirty(page), "a write that is noticed leaves the dirty flag set");
  }

  /**
   * What precedes every access that is no walk.
   *
   * @throws `PageAbsent` for a page that is not here.
   */
  expectPresent(page: number): void {
    if (this.absent?.has(page) === true) throw new PageAbsent(page);
  }

  /**
   * A walk for translations that the TLB has attached.
   *
   * @returns Whether the dirty flag is set and stores may be cached.
   */
  walk(page: number, isStore: boolean): boolean {
    const region = this.#space.regionOf(page);
    this.tlb.countWalk();
    return this.#visit(region, page, isStore);
  }

  /**
   * A walk through a composed translation, whose own dirty flag is set by the one who walks.
   *
   * @throws `StandinRangeError` `WRITE_NOT_PERMITTED`.
   */
  walkComposed(page: number, isStore: boolean): void {
    const { backing, basePage } = this.#space.regionOf(page);
    assert(!backing.movable, "translations to bytes that move are not cached");
    this.expectPresent(page);
    this.tlb.countWalk();
    this.slat.markAccessed(page);
    if (!isStore) return;
    this.#expectWritable(page, "processor");
    backing.claim(page - basePage);
  }

  #walk(address: number, isStore: boolean): number {
    const region = this.#space.regionAt(address);
    const { backing, basePage } = region;
    const page = Math.floor(address / PAGE_SIZE);
    const index = page - basePage;
    assert(index >= 0 && index < backing.maxPages, "an address lies in the region that was found");
    const writable = this.#visit(region, page, isStore);
    const isWatched = this.tlb.isWatched(page);
    if (isStore && isWatched) this.tlb.noteWrite(page * PAGE_SIZE, PAGE_SIZE, "processor");
    const isCached = !backing.movable;
    const extent = backing.extentOf(index);
    assert(!isStore || backing.isTouched(index), "a store never goes to the shared zeros");
    const mayStore = isCached && writable && !isWatched;
    return this.tlb.fill(page, extent, backing.offsetOf(index), isCached, mayStore);
  }

  #expectWritable(page: number, source: WriteSource): void {
    if (this.slat.isWritable(page)) return;
    this.onWriteFault?.(page, source);
    if (this.slat.isWritable(page)) return;
    throw new StandinRangeError(
      "WRITE_NOT_PERMITTED",
      `expected a write-fault handler that permits it, got a ${source} write to protected page ${page}`,
    );
  }

  /** Sets the flags of a page that is walked to. */
  #visit({ backing, basePage }: Region, page: number, isStore: boolean): boolean {
    const index = page - basePage;
    this.expectPresent(page);
    this.slat.markAccessed(page);
    if (isStore) this.noteWrite(page, "processor");
    const writable = isStore || this.#isWritten(page, backing.isTouched(index));
    // Stores through the cached translation pass the backing by, so its mark is due now.
    if (writable) backing.claim(index);
    return writable;
  }

  /** As in a processor, a load caches the dirty state that it finds, for later stores. */
  #isWritten(page: number, isTouched: boolean): boolean {
    return isTouched && this.slat.isDirty(page) && this.slat.isWritable(page);
  }
}
