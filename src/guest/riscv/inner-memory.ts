import { INNER_LOAD, INNER_STORE, type InnerAccess } from "../../memory/composed-entry.ts";
import type { InnerTlb } from "../../memory/inner-tlb.ts";
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";
import type { AccessBytes } from "./devices/mmio-device.ts";
import { rootPageOf, walkGuestStage } from "./guest-stage.ts";
import type { Hart } from "./hart.ts";
import type { Ram } from "./ram.ts";

/** Stands for an address or a value: the hypervisor's tables do not permit the access. */
export const GUEST_PAGE_FAULT = -1;

/** Stands for an address or a value: a table, or what it leads to, lies in no memory. */
export const ACCESS_FAULT = -2;

/** Parts of {@link InnerMemory}. */
export interface InnerMemoryParts {
  readonly hart: Hart;
  readonly ram: Ram;
  /** The hart's own. */
  readonly tlb: InnerTlb;
}

/**
 * The memory of the inner machine that a hart runs: each page somewhere in the machine's memory, as
 * the hypervisor's tables say, found through composed translations. Devices are out of its reach.
 */
export class InnerMemory {
  /** The address, 0 to 2^32 - 1, at which the last access that failed did. */
  faultAddress = 0;
  readonly #hart: Hart;
  readonly #ram: Ram;
  readonly #tlb: InnerTlb;

  constructor({ hart, ram, tlb }: InnerMemoryParts) {
    this.#hart = hart;
    this.#ram = ram;
    this.#tlb = tlb;
  }

  /** Says that the hart begins to run an inner machine, or another one. */
  enter(): void {
    assert(this.#hart.isInner, "an inner machine's tables are walked");
    this.#tlb.select(rootPageOf(this.#hart.hgatp));
  }

  /**
   * The machine address of an inner one, for an access within its page, with all that precedes the
   * access done; or {@link GUEST_PAGE_FAULT} or {@link ACCESS_FAULT}.
   *
   * @throws `StandinRangeError` `WRITE_NOT_PERMITTED`.
   */
  place(address: number, access: InnerAccess): number {
    const page = this.#tlb.find(address >>> PAGE_SHIFT, access);
    return page < 0 ? this.#compose(address, access) : page * PAGE_SIZE + (address & PAGE_MASK);
  }

  /** Loads a range at any alignment: 0 to 2^32 - 1, or a fault. */
  load(address: number, sizeBytes: AccessBytes): number {
    const place = this.place(address, INNER_LOAD);
    const inFirst = PAGE_SIZE - (address & PAGE_MASK);
    if (place < 0 || sizeBytes <= inFirst) {
      return place < 0 ? place : this.#ram.peek(place, sizeBytes);
    }
    const next = this.place((address + inFirst) >>> 0, INNER_LOAD);
    if (next < 0) return next;
    let value = 0;
    for (let at = sizeBytes - 1; at >= 0; at -= 1) {
      value = value * 256 + this.#ram.peek(at < inFirst ? place + at : next + at - inFirst, 1);
    }
    return value;
  }

  /**
   * Stores to a range at any alignment: 0, or 1 if that was a store to a watched word, or a fault;
   * then nothing was stored.
   *
   * @throws `StandinRangeError` `WRITE_NOT_PERMITTED`; then nothing was stored either.
   */
  store(address: number, sizeBytes: AccessBytes, value: number): number {
    const place = this.place(address, INNER_STORE);
    const inFirst = PAGE_SIZE - (address & PAGE_MASK);
    if (place < 0) return place;
    if (sizeBytes <= inFirst) return Number(this.#ram.put(this.#hart, place, sizeBytes, value));
    const next = this.place((address + inFirst) >>> 0, INNER_STORE);
    if (next < 0) return next;
    let isWatched = false;
    for (let at = 0; at < sizeBytes; at += 1) {
      const byteAddress = at < inFirst ? place + at : next + at - inFirst;
      if (this.#ram.put(this.#hart, byteAddress, 1, value >>> (8 * at))) isWatched = true;
    }
    return Number(isWatched);
  }

  /** Makes the composed translation for an access, as far as the tables permit it. */
  #compose(address: number, access: InnerAccess): number {
    const { hgatp } = this.#hart;
    const walk = walkGuestStage(this.#ram, hgatp, address);
    this.faultAddress = address;
    if (walk === "access") return ACCESS_FAULT;
    if (walk === "guest page" || (walk.permissions & access) === 0) return GUEST_PAGE_FAULT;
    const [space, innerPage] = [rootPageOf(hgatp), address >>> PAGE_SHIFT];
    this.#ram.composed.add({ space, innerPage, ...walk });
    const page = this.#tlb.find(innerPage, access);
    assert(page === walk.page, "what was composed is found");
    return page * PAGE_SIZE + (address & PAGE_MASK);
  }
}
