import { PAGE_SIZE } from "../memory/page.ts";
import { assert } from "../sim/assert.ts";
import type { ByteReader } from "../sim/byte-reader.ts";
import type { ByteWriter } from "../sim/byte-writer.ts";
import { type EncodedPage, readEncodedPage } from "./encode/encoded-page.ts";
import type { PageEncoder } from "./encode/page-encoder.ts";

/** Most pages in one group: with their headers they stay under 64 KiB, one segment of the stream. */
export const GROUP_PAGES_MAX = 15;

/** One page as it was when the checkpoint was taken. */
export interface PageCopy {
  /** Guest-physical page number. */
  readonly page: number;
  /** `PAGE_SIZE` bytes that nobody changes any more; possibly a view of something longer. */
  readonly bytes: Uint8Array;
}

/** Writes a page count and the pages, each as `encoder` makes it. */
export function writePages(
  writer: ByteWriter,
  pages: readonly PageCopy[],
  encoder: PageEncoder,
): void {
  assert(pages.length <= GROUP_PAGES_MAX, "a group keeps its bound");
  writer.u16(pages.length);
  for (const { page, bytes } of pages) {
    assert(bytes.length === PAGE_SIZE, "a page copy is one page long");
    encoder.encode(page, bytes, writer);
  }
}

/**
 * Reads what {@link writePages} wrote.
 *
 * @returns The pages, their payloads views of what is read, or `undefined` when the bytes are no such
 *   group.
 */
export function readPages(reader: ByteReader): EncodedPage[] | undefined {
  const count = reader.u16();
  if (count > GROUP_PAGES_MAX) return undefined;
  const pages: EncodedPage[] = [];
  for (let index = 0; index < count; index += 1) {
    const page = readEncodedPage(reader);
    if (page === undefined) return undefined;
    pages.push(page);
  }
  return pages;
}
