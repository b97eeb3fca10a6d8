import { INNER_FETCH, INNER_LOAD, INNER_STORE } from "../../memory/composed-entry.ts";
import type { Ram } from "./ram.ts";

/** Pages of the root table, which begins at a multiple of as many. */
const ROOT_PAGES_MASK = 0x3f_fffc;

// Bits of an entry.
const VALID = 0x01;
const READ = 0x02;
const WRITE = 0x04;
const EXECUTE = 0x08;
const USER = 0x10;
const ACCESSED = 0x40;
const DIRTY = 0x80;

/** Bits that stand for nothing yet in an entry that leads to another table. */
const RESERVED_IN_POINTER: number = USER | ACCESSED | DIRTY;

/** Where an entry's page number begins. */
const PAGE_NUMBER_SHIFT = 10;

/** Page numbers within a megapage. */
const MEGAPAGE_MASK = 0x3ff;

/** Why a walk came to no page: the tables do not have one, or a table or the page lies in no memory. */
export type WalkFault = "guest page" | "access";

/** What a walk has found. */
export interface GuestStagePage {
  /** Machine page. */
  readonly page: number;
  /** `INNER_LOAD`, `INNER_STORE` and `INNER_FETCH`, added. */
  readonly permissions: number;
  /** Addresses of the table entries that were read. */
  readonly sources: readonly number[];
}

/** The number of the root table's first page. */
export function rootPageOf(hgatp: number): number {
  return hgatp & ROOT_PAGES_MASK;
}

/**
 * Walks a hypervisor's Sv32x4 tables for an address of its inner machine. It changes nothing in them:
 * an entry without the accessed flag is no page, one without the dirty flag permits no stores, and
 * setting them is up to the hypervisor.
 *
 * Source: The RISC-V Instruction Set Manual, volume II, "Two-Stage Address Translation" and "Sv32x4",
 * with the extension Svade. Megapages are there; addresses have 32 of the 34 bits.
 *
 * @param hgatp With the mode Sv32x4.
 * @param address 0 to 2^32 - 1.
 */
export function walkGuestStage(
  ram: Ram,
  hgatp: number,
  address: number,
): GuestStagePage | WalkFault {
  const top = pageAddress(rootPageOf(hgatp)) + 4 * (address >>> 22);
  if (!ram.contains(top, 4)) return "access";
  const first = ram.load(top, 4);
  if (isLeaf(first)) {
    const isAligned = ((first >>> PAGE_NUMBER_SHIFT) & MEGAPAGE_MASK) === 0;
    if (!isAligned) return "guest page";
    return found(ram, first, (address >>> 12) & MEGAPAGE_MASK, [top]);
  }
  if ((first & VALID) === 0 || (first & (WRITE | RESERVED_IN_POINTER)) !== 0) return "guest page";
  const bottom = pageAddress(first >>> PAGE_NUMBER_SHIFT) + 4 * ((address >>> 12) & MEGAPAGE_MASK);
  if (!ram.contains(bottom, 4)) return "access";
  const second = ram.load(bottom, 4);
  return isLeaf(second) ? found(ram, second, 0, [top, bottom]) : "guest page";
}

function isLeaf(entry: number): boolean {
  return (entry & VALID) !== 0 && (entry & (READ | EXECUTE)) !== 0;
}

/** @param index The page's place in a megapage. */
function found(
  ram: Ram,
  leaf: number,
  index: number,
  sources: readonly number[],
): GuestStagePage | WalkFault {
  const isReserved = (leaf & (READ | WRITE)) === WRITE;
  if (isReserved || (leaf & USER) === 0 || (leaf & ACCESSED) === 0) return "guest page";
  const page = (leaf >>> PAGE_NUMBER_SHIFT) + index;
  if (!ram.contains(pageAddress(page), 1)) return "access";
  const mayStore = (leaf & WRITE) !== 0 && (leaf & DIRTY) !== 0;
  const permissions =
    ((leaf & READ) === 0 ? 0 : INNER_LOAD) |
    (mayStore ? INNER_STORE : 0) |
    ((leaf & EXECUTE) === 0 ? 0 : INNER_FETCH);
  return { page, permissions, sources };
}

/** Machine addresses have 34 bits. */
function pageAddress(page: number): number {
  return page * 4_096;
}
