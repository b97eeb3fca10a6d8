import { StandinRangeError } from "../sim/errors.ts";
import { ADDRESS_PAGES_MAX, PAGE_SIZE } from "./page.ts";

/** A number as a reader of an error wants it: an address in hexadecimal, anything else as it is. */
function shown(value: number): string {
  return Number.isSafeInteger(value) && value > 9 ? `0x${value.toString(16)}` : String(value);
}

/**
 * Refuses what is not an address.
 *
 * @throws {@link StandinRangeError} `ADDRESS_OUT_OF_RANGE`.
 */
export function expectAddress(address: number): void {
  if (Number.isSafeInteger(address) && address >= 0 && address < ADDRESS_PAGES_MAX * PAGE_SIZE) {
    return;
  }
  throw new StandinRangeError(
    "ADDRESS_OUT_OF_RANGE",
    `expected an address from 0 to ${shown(ADDRESS_PAGES_MAX * PAGE_SIZE - 1)}, got ${shown(address)}`,
  );
}

/**
 * Refuses what is not a length in bytes.
 *
 * @throws {@link StandinRangeError} `LENGTH_OUT_OF_RANGE`.
 */
export function expectLength(length: number): void {
  if (Number.isSafeInteger(length) && length >= 0) return;
  throw new StandinRangeError(
    "LENGTH_OUT_OF_RANGE",
    `expected a length in whole bytes of at least 0, got ${length}`,
  );
}

/**
 * Refuses what is not a page number below `pageCount`: negative, too large, or misaligned (an
 * address divided by the page size that leaves a rest).
 *
 * @throws {@link StandinRangeError} `PAGE_OUT_OF_RANGE`.
 */
export function expectPage(page: number, pageCount: number): void {
  if (Number.isSafeInteger(page) && page >= 0 && page < pageCount) return;
  throw new StandinRangeError(
    "PAGE_OUT_OF_RANGE",
    `expected a whole page number from 0 to ${pageCount - 1}, got ${page}`,
  );
}

/**
 * Refuses what is not a count of pages of at most `maxPages`.
 *
 * @throws {@link StandinRangeError} `PAGE_COUNT_OUT_OF_RANGE`.
 */
export function expectPageCount(pageCount: number, maxPages: number): void {
  if (Number.isSafeInteger(pageCount) && pageCount >= 0 && pageCount <= maxPages) return;
  throw new StandinRangeError(
    "PAGE_COUNT_OUT_OF_RANGE",
    `expected a whole number of pages from 0 to ${maxPages}, got ${pageCount}`,
  );
}

/**
 * Refuses a growth that is none or goes past `maxPages`.
 *
 * @throws {@link StandinRangeError} `GROWTH_OUT_OF_RANGE`.
 */
export function expectGrowth(from: number, to: number, maxPages: number): void {
  if (Number.isSafeInteger(to) && to >= from && to <= maxPages) return;
  throw new StandinRangeError(
    "GROWTH_OUT_OF_RANGE",
    `expected to grow from ${from} pages to at most ${maxPages} pages, got ${to}`,
  );
}

/**
 * Refuses bytes that are not one page.
 *
 * @throws {@link StandinRangeError} `PAGE_LENGTH`.
 */
export function expectPageBytes(bytes: Uint8Array): void {
  if (bytes.length === PAGE_SIZE) return;
  throw new StandinRangeError(
    "PAGE_LENGTH",
    `expected a page of ${PAGE_SIZE} bytes, got ${bytes.length} bytes`,
  );
}
