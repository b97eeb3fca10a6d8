import type { ComposedTable } from "../../memory/composed-table.ts";
import { ContiguousBacking } from "../../memory/contiguous-backing.ts";
import { DIRECT_LOAD, type DirectTlb, WATCHED_TABLE } from "../../memory/direct-tlb.ts";
import type { Memory } from "../../memory/memory.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "../../memory/page.ts";
import type { Region } from "../../memory/region.ts";
import type { Tlb } from "../../memory/tlb.ts";
import type { WriteSource } from "../../memory/write-source.ts";
import { assert } from "../../sim/assert.ts";
import { DecodedCode } from "./decoded-code.ts";
import type { AccessBytes } from "./devices/mmio-device.ts";
import { type Hart, UNRESERVED } from "./hart.ts";
import { WATCHED_CODE, WATCHED_RESERVATION, WATCHED_WORD } from "./watch-reason.ts";

/** Options of {@link Ram}. */
export interface RamOptions {
  readonly memory: Memory;
  /** Its backing is a `ContiguousBacking`, and it lies within the upper 2 GiB of 4. */
  readonly region: Region;
  /** A defect for tests to notice: writes of the host leave decoded instructions as they are. */
  readonly staleDecoded: boolean;
}

/**
 * The memory that the harts of a machine execute from, as all of them see it: its bytes, the
 * translations cached of it, the instructions decoded from it, and the reservations in it.
 *
 * Addresses are 0 to 2^32 - 1.
 */
export class Ram {
  /** Address of the first byte as a signed word. */
  readonly base: number;
  readonly sizeBytes: number;
  /** All of it, in the guest's byte order: little endian, as every host that runs this. */
  readonly words: Int32Array;
  readonly halves: Int16Array;
  readonly bytes: Int8Array;
  readonly code: DecodedCode;
  /** The harts that hold reservations in it. */
  readonly harts: Hart[] = [];
  readonly direct: DirectTlb;
  /** Where the pages of inner machines lie in it. */
  readonly composed: ComposedTable;
  readonly #view: DataView;
  readonly #tlb: Tlb;
  readonly #watchedWords = new Set<number>();
  readonly #staleDecoded: boolean;

  constructor({ memory, region, staleDecoded }: RamOptions) {
    const { backing, basePage } = region;
    assert(backing instanceof ContiguousBacking, "a processor's memory lies in one buffer");
    assert(new Uint8Array(new Uint16Array([1]).buffer)[0] === 1, "the host is little endian");
    this.base = basePage << PAGE_SHIFT;
    this.sizeBytes = backing.buffer.byteLength;
    assert(this.base < 0, "memory lies in the upper half of the address space");
    this.words = new Int32Array(backing.buffer);
    this.halves = new Int16Array(backing.buffer);
    this.bytes = new Int8Array(backing.buffer);
    this.#view = new DataView(backing.buffer);
    this.#tlb = memory.tlb;
    this.composed = memory.composed;
    this.#staleDecoded = staleDecoded;
    this.direct = memory.direct(region);
    assert(this.direct.onWrite === undefined, "harts of the same memory share one Ram");
    this.direct.onWrite = (address, length, source) => {
      this.#noteForeignWrite(address, length, source);
    };
    this.code = new DecodedCode(memory.tlb, this.direct, this.words);
  }

  /** Whether a range lies within it. */
  contains(address: number, lengthBytes: number): boolean {
    const offset = address - (this.base >>> 0);
    return offset >= 0 && offset + lengthBytes <= this.sizeBytes;
  }

  /** The instruction at an address within it that is a multiple of 4, as a signed word. */
  fetch(pc: number): number {
    return this.words[(pc - this.base) >>> 2]!;
  }

  /**
   * Loads a range within it, at any alignment.
   *
   * @returns 0 to 2^32 - 1.
   */
  load(address: number, sizeBytes: AccessBytes): number {
    const lastPage = pageOf(address + sizeBytes - 1);
    for (let page = pageOf(address); page <= lastPage; page += 1) {
      if ((this.direct.flags[page]! & DIRECT_LOAD) === 0) this.direct.walkToLoad(page);
    }
    return this.peek(address, sizeBytes);
  }

  /** As {@link Ram.load}, of a range to which the way was found otherwise. */
  peek(address: number, sizeBytes: AccessBytes): number {
    const offset = (address - this.base) >>> 0;
    if (sizeBytes === 1) return this.#view.getUint8(offset);
    return sizeBytes === 2
      ? this.#view.getUint16(offset, true)
      : this.#view.getUint32(offset, true);
  }

  /**
   * Stores to a range within it, at any alignment.
   *
   * @returns Whether it was a store to a watched word.
   * @throws `StandinRangeError` `WRITE_NOT_PERMITTED`; then nothing was stored.
   */
  store(hart: Hart, address: number, sizeBytes: AccessBytes, value: number): boolean {
    const lastPage = pageOf(address + sizeBytes - 1);
    for (let page = pageOf(address); page <= lastPage; page += 1) {
      if (!this.direct.isStoreCached(page)) this.direct.walkToStore(page);
    }
    return this.put(hart, address, sizeBytes, value);
  }

  /**
   * As {@link Ram.store}, to a range to which the way was found otherwise and its dirty flags are set.
   *
   * @returns Whether it was a store to a watched word.
   */
  put(hart: Hart, address: number, sizeBytes: AccessBytes, value: number): boolean {
    const lastPage = pageOf(address + sizeBytes - 1);
    this.#put(address, sizeBytes, value);
    let isWatched = false;
    for (let page = pageOf(address); page <= lastPage; page += 1) {
      const watches = this.direct.watchesOf(page);
      if (watches === 0) continue;
      const from = Math.max(address, page * PAGE_SIZE);
      const to = Math.min(address + sizeBytes, (page + 1) * PAGE_SIZE);
      if ((watches & WATCHED_TABLE) !== 0) this.#tlb.onTableWrite?.(from, to - from);
      if ((watches & WATCHED_CODE) !== 0) this.code.forget(from, to - from);
      if ((watches & WATCHED_RESERVATION) !== 0) this.#breakReservations(from, to, page, hart);
      if ((watches & WATCHED_WORD) !== 0) isWatched ||= this.#isWatchedWord(from, to);
    }
    return isWatched;
  }

  /**
   * Stores to a page that has decoded instructions and needs nothing else: the way for a program
   * whose data lie beside its instructions.
   *
   * @returns Whether it was stored; if not, nothing has happened.
   */
  storeBesideCode(address: number, sizeBytes: AccessBytes, value: number): boolean {
    const page = pageOf(address);
    if ((address & (sizeBytes - 1)) !== 0 || !this.direct.region.contains(page)) return false;
    if (!this.direct.isStoreCached(page)) return false;
    if (this.direct.watchesOf(page) !== WATCHED_CODE) return false;
    this.#put(address, sizeBytes, value);
    this.code.forget(address, sizeBytes);
    return true;
  }

  /** Gives a hart the reservation of a word within it. */
  reserve(hart: Hart, address: number): void {
    assert(this.harts.includes(hart), "a hart of this memory makes reservations");
    hart.reservation = address;
    this.#tlb.watch(this.direct, pageOf(address), WATCHED_RESERVATION);
  }

  /** Takes a hart's reservation away. */
  release(hart: Hart): void {
    const { reservation } = hart;
    hart.reservation = UNRESERVED;
    if (reservation !== UNRESERVED) this.#unwatchReservations(pageOf(reservation));
  }

  /** Notices reservations that harts have got otherwise, from a checkpoint. */
  watchReservations(): void {
    for (const { reservation } of this.harts) {
      if (reservation === UNRESERVED || !this.contains(reservation, 4)) continue;
      this.#tlb.watch(this.direct, pageOf(reservation), WATCHED_RESERVATION);
    }
  }

  /** From now on {@link Ram.store} tells of stores to the word at an aligned address within it. */
  watchWord(address: number): void {
    assert(this.contains(address, 4) && address % 4 === 0, "a watched word lies in memory");
    this.#watchedWords.add(address);
    this.#tlb.watch(this.direct, pageOf(address), WATCHED_WORD);
  }

  #put(address: number, sizeBytes: AccessBytes, value: number): void {
    const offset = (address - this.base) >>> 0;
    if (sizeBytes === 1) this.#view.setUint8(offset, value);
    else if (sizeBytes === 2) this.#view.setUint16(offset, value, true);
    else this.#view.setUint32(offset, value, true);
  }

  /** A write to a watched page that none of the harts has made. */
  #noteForeignWrite(address: number, lengthBytes: number, source: WriteSource): void {
    const isHost = source === "host";
    if (!(isHost && this.#staleDecoded)) this.code.forget(address, lengthBytes);
    // what the host writes, such as a checkpoint, is no event in the machine's time
    if (isHost) return;
    this.#breakReservations(address, address + lengthBytes, pageOf(address), undefined);
  }

  #breakReservations(from: number, to: number, page: number, writer: Hart | undefined): void {
    for (const hart of this.harts) {
      if (hart === writer || hart.reservation === UNRESERVED) continue;
      if (hart.reservation < to && hart.reservation + 4 > from) hart.reservation = UNRESERVED;
    }
    this.#unwatchReservations(page);
  }

  #unwatchReservations(page: number): void {
    for (const { reservation } of this.harts) {
      if (reservation !== UNRESERVED && pageOf(reservation) === page) return;
    }
    if (this.direct.region.contains(page)) this.direct.unwatch(page, WATCHED_RESERVATION);
  }

  #isWatchedWord(from: number, to: number): boolean {
    for (const address of this.#watchedWords) if (address < to && address + 4 > from) return true;
    return false;
  }
}

function pageOf(address: number): number {
  return address >>> PAGE_SHIFT;
}
