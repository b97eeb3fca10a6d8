import { ADDRESS_PAGES_MAX } from "../../memory/page.ts";
import { assert } from "../../sim/assert.ts";
import type { ByteReader } from "../../sim/byte-reader.ts";
import type { ByteWriter } from "../../sim/byte-writer.ts";

/** Most pages of one message: what is left goes with the next one. */
export const FEEDBACK_PAGES_MAX = 4096;

/**
 * What the secondary has found out since it last said so. It only bears on which pages are sent as
 * differences, never on what these are from: a list that is lost or late does no harm.
 *
 * As bytes: u16 count and u32 pages of the first list, the same of the second.
 */
export interface FeedbackList {
  /** Pages to put on the list, ascending. */
  readonly listed: readonly number[];
  /** Pages to take off, ascending. */
  readonly unlisted: readonly number[];
}

/** Writes a list, to be put into a message from the secondary to the primary. */
export function writeFeedback(writer: ByteWriter, { listed, unlisted }: FeedbackList): void {
  assert(listed.length + unlisted.length <= FEEDBACK_PAGES_MAX, "a list keeps its bound");
  for (const pages of [listed, unlisted]) {
    writer.u16(pages.length);
    for (const page of pages) writer.u32(page);
  }
}

/**
 * Reads what {@link writeFeedback} wrote.
 *
 * @returns `undefined` for bytes that are no such list: too long, not ascending, no page numbers.
 */
export function readFeedback(reader: ByteReader): FeedbackList | undefined {
  const listed = readAscending(reader, FEEDBACK_PAGES_MAX);
  if (listed === undefined) return undefined;
  const unlisted = readAscending(reader, FEEDBACK_PAGES_MAX - listed.length);
  return unlisted && { listed, unlisted };
}

function readAscending(reader: ByteReader, countMax: number): number[] | undefined {
  const count = reader.u16();
  if (count > countMax) return undefined;
  const pages: number[] = [];
  let last = -1;
  for (let index = 0; index < count; index += 1) {
    const page = reader.u32();
    if (reader.failed || page <= last || page >= ADDRESS_PAGES_MAX) return undefined;
    pages.push(page);
    last = page;
  }
  return reader.failed ? undefined : pages;
}
