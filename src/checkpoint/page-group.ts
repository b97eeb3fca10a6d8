import { PAGE_SIZE } from "../memory/page.ts";
import { pageIsZero } from "../memory/page-is-zero.ts";
import { assert } from "../sim/assert.ts";
import type { ByteReader } from "../sim/byte-reader.ts";
import type { ByteWriter } from "../sim/byte-writer.ts";

/** Most pages in one group: with their headers they stay under 64 KiB, one segment of the stream. */
export const GROUP_PAGES_MAX = 15;

/** What every zero page that arrives shows: nobody writes to a page copy. */
const ZERO_PAGE: Uint8Array = new Uint8Array(PAGE_SIZE);

/** How a page's contents travel. */
const ZERO = 0;
const RAW = 1;

/** One page as it was when the checkpoint was taken. */
export interface PageCopy {
  /** Guest-physical page number. */
  readonly page: number;
  /** `PAGE_SIZE` bytes that nobody changes any more; possibly a view of something longer. */
  readonly bytes: Uint8Array;
}

/** Writes a page count and the pages: number, form, and the contents unless they are all zero. */
export function writePages(writer: ByteWriter, pages: readonly PageCopy[]): void {
  assert(pages.length <= GROUP_PAGES_MAX, "a group keeps its bound");
  writer.u16(pages.length);
  for (const { page, bytes } of pages) {
    assert(bytes.length === PAGE_SIZE, "a page copy is one page long");
    writer.u32(page);
    if (pageIsZero(bytes)) writer.u8(ZERO);
    else writer.u8(RAW).bytes(bytes);
  }
}

/**
 * Reads what {@link writePages} wrote.
 *
 * @returns The pages, their contents views of what is read, or `undefined` when the bytes are no such
 *   group.
 */
export function readPages(reader: ByteReader): PageCopy[] | undefined {
  const count = reader.u16();
  if (count > GROUP_PAGES_MAX) return undefined;
  const pages: PageCopy[] = [];
  for (let index = 0; index < count; index += 1) {
    const page = reader.u32();
    const form = reader.u8();
    if (form !== ZERO && form !== RAW) return undefined;
    const bytes = form === RAW ? reader.bytes(PAGE_SIZE) : ZERO_PAGE;
    if (reader.failed) return undefined;
    pages.push({ page, bytes });
  }
  return pages;
}
