import { assert } from "../sim/assert.ts";
import { AddressSpace } from "./address-space.ts";
import { expectLength, expectPage, expectPageBytes, expectPageCount } from "./bounds.ts";
import { ComposedTable } from "./composed-table.ts";
import { DirectTlb } from "./direct-tlb.ts";
import { exchangeWords } from "./exchange-words.ts";
import type { Extent } from "./extent.ts";
import { InnerTlb } from "./inner-tlb.ts";
import { NoSecondLevel } from "./no-second-level.ts";
import { ADDRESS_PAGES_MAX, PAGE_MASK, PAGE_SIZE } from "./page.ts";
import { isEqualAt } from "./page-compare.ts";
import { pageIsZero } from "./page-is-zero.ts";
import type { PageSet } from "./page-set.ts";
import type { Region, RegionOptions } from "./region.ts";
import type { SecondLevel } from "./second-level.ts";
import type { Tlb } from "./tlb.ts";
import { Translator, type WriteFaultHandler } from "./translator.ts";
import type { WriteGuard } from "./write-guard.ts";
import { WriteGuards } from "./write-guards.ts";

/** Options of {@link Memory}. */
export interface MemoryOptions {
  /**
   * Whether device writes set the dirty flag. Default true. False is a defect for tests to notice:
   * a device model that forgets to log what it writes.
   */
  readonly logDeviceWrites?: boolean;
  /**
   * Whether writes to the tables of a hypervisor inside are intercepted. Default true. False is a
   * defect for tests to notice: composed translations go without their dirty flags being harvested.
   */
  readonly interceptTableWrites?: boolean;
}

/**
 * A machine's memory: regions of 4 KiB pages of real bytes in one flat guest-physical address space
 * of up to 64 GiB.
 *
 * Every write is noticed, whichever way it comes:
 *
 * - the processor (`store…`, `write`): through the TLB, which caches that a page's dirty flag is
 *   set; the first store to a page walks the SLAT and sets it;
 * - a device (`dmaWrite`) and the host (`hostWrite`, `zeroPage`): past the TLB, as an IOMMU or a
 *   hypervisor does; they set the dirty flag themselves.
 *
 * Only a region whose stores are "unseen" has another way in. Addresses are bytes, numbers are little
 * endian, and an access may lie across two pages. Whatever is refused has changed nothing, except
 * that a range written up to a page whose write fault was not granted is written up to there.
 */
export class Memory {
  readonly #space = new AddressSpace();
  readonly #translator = new Translator(this.#space);
  readonly #guards = new WriteGuards(this.#translator);
  /** That of {@link Memory.forbidWrites}. */
  readonly #guard: WriteGuard = this.#guards.add(undefined);
  /** What is known of the pages of inner machines, with dirty flags apart from those of the SLAT. */
  readonly composed: ComposedTable;
  /** Told of each page that a device writes; by default nobody is. */
  onDeviceWrite: ((page: number) => void) | undefined;
  readonly #logDeviceWrites: boolean;
  readonly #direct = new Map<Region, DirectTlb>();
  // The parts of the TLB, at hand for the accesses.
  readonly #views: DataView[] = this.tlb.views;
  readonly #offsets: Int32Array = this.tlb.offsets;

  constructor({ logDeviceWrites = true, interceptTableWrites = true }: MemoryOptions = {}) {
    this.#logDeviceWrites = logDeviceWrites;
    this.composed = new ComposedTable(this.#translator, interceptTableWrites);
  }

  /** All regions in the order in which they were added. */
  get regions(): readonly Region[] {
    return this.#space.regions;
  }

  /**
   * Present, accessed, dirty and write-permitted, for each page. What inner machines write is noted in
   * {@link Memory.composed} instead. A machine on the bare host has none: nothing is noted.
   */
  get slat(): SecondLevel {
    return this.#translator.slat;
  }

  /** The processor's cached translations, with counters of hits, walks and invalidations. */
  get tlb(): Tlb {
    return this.#translator.tlb;
  }

  /** Asked before a write to a page of {@link Memory.forbidWrites}; none by default. */
  get onWriteFault(): WriteFaultHandler | undefined {
    return this.#guard.onFault;
  }

  set onWriteFault(handler: WriteFaultHandler | undefined) {
    this.#guard.onFault = handler;
  }

  /** Bytes of host memory held, without what regions were given. */
  get residentBytes(): number {
    return this.regions.reduce(
      (sum, { backing }) => sum + backing.residentBytes,
      this.slat.residentBytes,
    );
  }

  /**
   * From now on there is no second level of translation: the machine runs on the bare host, and its
   * stores go unnoticed. What is cached leads where it did.
   */
  runBare(): void {
    this.#translator.slat = new NoSecondLevel();
    this.tlb.invalidate();
  }

  /**
   * From now on every access goes through these tables, of a machine that ran without. Translations
   * cached before are forgotten in the same step: a store through one would pass the tables by.
   *
   * @param keepsTranslations True is a defect for tests to notice: they stay, and since they carry no mark
   *   of the tables no later invalidation reaches them.
   */
  runUnder(tables: SecondLevel, keepsTranslations = false): void {
    assert(this.#translator.slat instanceof NoSecondLevel, "a machine on the bare host goes under");
    this.#translator.slat = tables;
    if (keepsTranslations) this.tlb.keepUnmarked();
    else this.tlb.invalidate();
  }

  /**
   * Adds a region at a fixed place, with the room that its backing may grow into.
   *
   * @throws `StandinRangeError` `PAGE_OUT_OF_RANGE`, `REGION_OUT_OF_RANGE`, `REGION_OVERLAP`;
   *   `StandinTypeError` `REGION_NAME`, `REGION_STORES`, `REGION_MEDIUM`.
   */
  addRegion(options: RegionOptions): Region {
    return this.#space.add(options);
  }

  /**
   * The region in which a page exists, or `undefined`.
   *
   * @throws `StandinRangeError` `PAGE_OUT_OF_RANGE` for what is no page number at all.
   */
  regionAt(page: number): Region | undefined {
    expectPage(page, ADDRESS_PAGES_MAX);
    return this.#space.find(page);
  }

  /**
   * The cached translations of a region whose bytes never move, for a processor that accesses them
   * itself; always the same object for the same region.
   */
  direct(region: Region): DirectTlb {
    let direct = this.#direct.get(region);
    if (direct === undefined) {
      assert(this.regions.includes(region), "a region of this memory");
      assert(region.stores === "seen", "stores through cached translations are seen");
      direct = new DirectTlb(region, this.#translator);
      this.#direct.set(region, direct);
      this.tlb.attach(direct);
    }
    return direct;
  }

  /** A cache of composed translations for a processor that runs inner machines; a new one each time. */
  innerTlb(): InnerTlb {
    const inner = new InnerTlb(this.composed);
    this.tlb.attachInner(inner);
    return inner;
  }

  /**
   * The byte at an address, as the processor loads it.
   *
   * @throws `StandinRangeError` `ADDRESS_OUT_OF_RANGE`, as all accesses.
   */
  load8(address: number): number {
    const slot = this.#translator.slotToRead(address);
    return this.#views[slot]!.getUint8(this.#offsets[slot]! + (address & PAGE_MASK));
  }

  /** 16 bits, unsigned. */
  load16(address: number): number {
    const offset = address & PAGE_MASK;
    if (offset > PAGE_SIZE - 2) return this.#loadAcross(address, 2);
    const slot = this.#translator.slotToRead(address);
    return this.#views[slot]!.getUint16(this.#offsets[slot]! + offset, true);
  }

  /** 32 bits, unsigned. */
  load32(address: number): number {
    const offset = address & PAGE_MASK;
    if (offset > PAGE_SIZE - 4) return this.#loadAcross(address, 4);
    const slot = this.#translator.slotToRead(address);
    return this.#views[slot]!.getUint32(this.#offsets[slot]! + offset, true);
  }

  /** 64 bits, unsigned. */
  load64(address: number): bigint {
    const offset = address & PAGE_MASK;
    if (offset > PAGE_SIZE - 8) {
      this.#space.expectRange(address, 8);
      return BigInt(this.load32(address)) | (BigInt(this.load32(address + 4)) << 32n);
    }
    const slot = this.#translator.slotToRead(address);
    return this.#views[slot]!.getBigUint64(this.#offsets[slot]! + offset, true);
  }

  /**
   * Stores the low 8 bits of an integer.
   *
   * @throws `StandinRangeError` `ADDRESS_OUT_OF_RANGE`, `WRITE_NOT_PERMITTED`, as all stores.
   */
  store8(address: number, value: number): void {
    const slot = this.#translator.slotToWrite(address);
    this.#views[slot]!.setUint8(this.#offsets[slot]! + (address & PAGE_MASK), value);
  }

  /** Stores the low 16 bits of an integer. */
  store16(address: number, value: number): void {
    const offset = address & PAGE_MASK;
    if (offset > PAGE_SIZE - 2) {
      this.#storeAcross(address, 2, value);
      return;
    }
    const slot = this.#translator.slotToWrite(address);
    this.#views[slot]!.setUint16(this.#offsets[slot]! + offset, value, true);
  }

  /** Stores the low 32 bits of an integer. */
  store32(address: number, value: number): void {
    const offset = address & PAGE_MASK;
    if (offset > PAGE_SIZE - 4) {
      this.#storeAcross(address, 4, value);
      return;
    }
    const slot = this.#translator.slotToWrite(address);
    this.#views[slot]!.setUint32(this.#offsets[slot]! + offset, value, true);
  }

  /** Stores the low 64 bits of an integer. */
  store64(address: number, value: bigint): void {
    const offset = address & PAGE_MASK;
    if (offset > PAGE_SIZE - 8) {
      this.#expectWritable(address, 8);
      this.store32(address, Number(BigInt.asUintN(32, value)));
      this.store32(address + 4, Number(BigInt.asUintN(32, value >> 32n)));
      return;
    }
    const slot = this.#translator.slotToWrite(address);
    this.#views[slot]!.setBigUint64(this.#offsets[slot]! + offset, value, true);
  }

  /**
   * Bytes as the processor loads them, copied: the caller keeps them.
   *
   * @throws `StandinRangeError` `ADDRESS_OUT_OF_RANGE`, `LENGTH_OUT_OF_RANGE`.
   */
  read(address: number, length: number): Uint8Array {
    expectLength(length);
    this.#space.expectRange(address, length);
    const bytes = new Uint8Array(length);
    this.readInto(address, bytes);
    return bytes;
  }

  /** As {@link Memory.read}, into the whole of `target`, which the caller keeps. */
  readInto(address: number, target: Uint8Array): void {
    this.#space.expectRange(address, target.length);
    for (let done = 0; done < target.length; ) {
      const offset = (address + done) & PAGE_MASK;
      const length = Math.min(PAGE_SIZE - offset, target.length - done);
      const slot = this.#translator.slotToRead(address + done);
      const start = this.#offsets[slot]! + offset;
      target.set(this.tlb.bytes[slot]!.subarray(start, start + length), done);
      done += length;
    }
  }

  /**
   * Stores bytes as the processor does, page by page.
   *
   * @param bytes Copied; they must not lie in this memory.
   * @throws `StandinRangeError` `ADDRESS_OUT_OF_RANGE`, `WRITE_NOT_PERMITTED`.
   */
  write(address: number, bytes: Uint8Array): void {
    this.#space.expectRange(address, bytes.length);
    for (let done = 0; done < bytes.length; ) {
      const offset = (address + done) & PAGE_MASK;
      const length = Math.min(PAGE_SIZE - offset, bytes.length - done);
      const slot = this.#translator.slotToWrite(address + done);
      const part = length === bytes.length ? bytes : bytes.subarray(done, done + length);
      this.tlb.bytes[slot]!.set(part, this.#offsets[slot]! + offset);
      done += length;
    }
  }

  /** Bytes as a device reads them, past the TLB; copied, the caller keeps them. */
  dmaRead(address: number, length: number): Uint8Array {
    this.#space.expectRange(address, length);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const offset = (address + done) & PAGE_MASK;
      const part = Math.min(PAGE_SIZE - offset, length - done);
      const page = Math.floor((address + done) / PAGE_SIZE);
      this.#translator.expectPresent(page);
      bytes.set(this.page(page).subarray(offset, offset + part), done);
      done += part;
    }
    return bytes;
  }

  /**
   * Writes bytes as a device does, past the TLB; the device model sets the dirty flag of each page.
   *
   * @param bytes Copied; they must not lie in this memory.
   * @throws `StandinRangeError` `ADDRESS_OUT_OF_RANGE`, `WRITE_NOT_PERMITTED`.
   */
  dmaWrite(address: number, bytes: Uint8Array): void {
    this.#space.expectRange(address, bytes.length);
    for (let done = 0; done < bytes.length; ) {
      const offset = (address + done) & PAGE_MASK;
      const length = Math.min(PAGE_SIZE - offset, bytes.length - done);
      const page = Math.floor((address + done) / PAGE_SIZE);
      this.#translator.expectPresent(page);
      if (this.#logDeviceWrites) this.#translator.noteWrite(page, "device");
      this.onDeviceWrite?.(page);
      this.#claim(page).set(bytes.subarray(done, done + length), offset);
      this.tlb.noteWrite(address + done, length, "device");
      done += length;
    }
  }

  /**
   * The bytes of a page, to read only and at once: a view that is stale after the memory has grown
   * or the page has been written for the first time.
   *
   * @throws `StandinRangeError` `PAGE_OUT_OF_RANGE`.
   */
  page(page: number): Uint8Array {
    const region = this.#space.regionOf(page);
    return region.backing.peek(page - region.basePage);
  }

  /**
   * Replaces the contents of a page from outside the machine, as applying a checkpoint does.
   *
   * @param bytes One page, copied.
   * @throws `StandinRangeError` `PAGE_OUT_OF_RANGE`, `PAGE_LENGTH`, `WRITE_NOT_PERMITTED`.
   */
  hostWrite(page: number, bytes: Uint8Array): void {
    expectPageBytes(bytes);
    const region = this.#space.regionOf(page);
    this.#translator.noteWrite(page, "host");
    // an untouched page is zero already and stays free of cost
    if (!region.backing.isTouched(page - region.basePage) && pageIsZero(bytes)) return;
    this.#claim(page).set(bytes);
    this.tlb.noteWrite(page * PAGE_SIZE, PAGE_SIZE, "host");
  }

  /**
   * Fills a page with zeros from outside the machine. Nothing happens to a page never written.
   *
   * @throws `StandinRangeError` `PAGE_OUT_OF_RANGE`, `WRITE_NOT_PERMITTED`.
   */
  zeroPage(page: number): void {
    const { backing, basePage } = this.#space.regionOf(page);
    if (!backing.isTouched(page - basePage)) return;
    this.#translator.noteWrite(page, "host");
    if (!backing.isZero(page - basePage)) this.#claim(page).fill(0);
    this.tlb.noteWrite(page * PAGE_SIZE, PAGE_SIZE, "host");
  }

  /**
   * Exchanges a page with a copy of one outside the machine, 8-byte word by word where they differ: the
   * copy then holds what the page held, and doing it again undoes it. Nothing happens to equal pages.
   *
   * @param copy Changed; it must not lie in this memory.
   * @param offset Where the copy begins in it, in bytes, a multiple of the page size.
   * @returns How many words differed.
   * @throws `StandinRangeError` `PAGE_OUT_OF_RANGE`, `WRITE_NOT_PERMITTED`.
   */
  hostExchange(page: number, copy: Extent, offset: number): number {
    const { backing, basePage } = this.#space.regionOf(page);
    const index = page - basePage;
    // an untouched page stays free of cost when there is nothing to exchange
    if (isEqualAt(backing.extentOf(index), backing.offsetOf(index), copy, offset)) return 0;
    this.#translator.noteWrite(page, "host");
    this.#claim(page);
    const words = exchangeWords(backing.extentOf(index), backing.offsetOf(index), copy, offset);
    this.tlb.noteWrite(page * PAGE_SIZE, PAGE_SIZE, "host");
    assert(words > 0, "pages that are not equal differ in a word");
    return words;
  }

  /**
   * Takes write permission from pages and invalidates cached translations, as one step: a store
   * through a translation cached before would pass unnoticed.
   *
   * @throws `StandinRangeError` `PAGE_COUNT_OUT_OF_RANGE`.
   */
  forbidWrites(firstPage: number, pageCount: number): void {
    expectPageCount(firstPage, ADDRESS_PAGES_MAX);
    expectPageCount(pageCount, ADDRESS_PAGES_MAX - firstPage);
    this.#guard.forbid(firstPage, pageCount);
  }

  /**
   * Gives write permission back that {@link Memory.forbidWrites} has taken. Pages that a
   * {@link Memory.guardWrites} holds stay protected.
   *
   * @throws `StandinRangeError` `PAGE_COUNT_OUT_OF_RANGE`.
   */
  permitWrites(firstPage: number, pageCount: number): void {
    expectPageCount(firstPage, ADDRESS_PAGES_MAX);
    expectPageCount(pageCount, ADDRESS_PAGES_MAX - firstPage);
    this.#guard.permit(firstPage, pageCount);
  }

  /**
   * Write protection for one user among several, each with its own pages and its own handler.
   *
   * @param onFault Asked before a write to a page that the guard holds.
   */
  guardWrites(onFault?: WriteFaultHandler): WriteGuard {
    return this.#guards.add(onFault);
  }

  /**
   * From now on accesses of processor and devices to these pages throw `PageAbsent`, loads and stores alike:
   * they have yet to come from elsewhere. Whoever brings one writes it as the host does, which is no such
   * access, and takes it out of the set. Translations cached before are forgotten.
   *
   * @param pages Kept, and looked at with each walk; without it all pages are here.
   */
  withhold(pages?: PageSet): void {
    this.#translator.absent = pages;
    this.tlb.invalidate();
  }

  /** Pages that are not here; see {@link Memory.withhold}. */
  get absent(): PageSet | undefined {
    return this.#translator.absent;
  }

  /** Adds every page that may hold anything but zeros to `into`: what a first copy has to look at. */
  collectTouched(into: PageSet): void {
    for (const { backing, basePage } of this.regions) backing.collectTouched(basePage, into);
  }

  /**
   * Adds to `into` each page of a region with write marks that was written in `generation` or later.
   * For checkers: it depends on no tracker and disturbs none.
   *
   * @returns The generation to ask from next time.
   */
  collectMarked(region: Region, generation: number, into: PageSet): number {
    const { backing, basePage } = region;
    assert(backing.marks !== undefined, "a region is asked for write marks that has them");
    backing.marks.collectSince(generation, basePage, into);
    const next = backing.marks.advance();
    assert(next > generation, "a new generation begins with each look");
    // Stores through a cached translation do not pass the backing: such pages stay marked.
    this.tlb.forEachWritable((page) => {
      if (region.contains(page)) backing.claim(page - basePage);
    });
    return next;
  }

  /** The page's bytes for a write past the TLB. */
  #claim(page: number): Uint8Array {
    const { backing, basePage } = this.#space.regionOf(page);
    const index = page - basePage;
    // a cached translation of an untouched page leads to the shared zeros
    if (!backing.isTouched(index)) this.tlb.drop(page);
    const bytes = backing.touch(index);
    assert(bytes.length === PAGE_SIZE && backing.isTouched(index), "a written page has its bytes");
    return bytes;
  }

  #loadAcross(address: number, sizeBytes: number): number {
    this.#space.expectRange(address, sizeBytes);
    let value = 0;
    for (let at = sizeBytes - 1; at >= 0; at -= 1) value = value * 256 + this.load8(address + at);
    return value;
  }

  #storeAcross(address: number, sizeBytes: number, value: number): void {
    this.#expectWritable(address, sizeBytes);
    for (let at = 0; at < sizeBytes; at += 1) this.store8(address + at, value >>> (8 * at));
  }

  /** Takes all faults that a store across two pages can meet before any of its bytes is written. */
  #expectWritable(address: number, sizeBytes: number): void {
    this.#space.expectRange(address, sizeBytes);
    this.#translator.slotToWrite(address);
    this.#translator.slotToWrite(address + sizeBytes - 1);
  }
}
