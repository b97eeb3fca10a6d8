import fc from "fast-check";
import { expect, test } from "vitest";
import {
  FEEDBACK_PAGES_MAX,
  readFeedback,
  writeFeedback,
} from "../../../src/checkpoint/encode/feedback-list.ts";
import { ADDRESS_PAGES_MAX } from "../../../src/memory/page.ts";
import { ByteReader } from "../../../src/sim/byte-reader.ts";
import { ByteWriter } from "../../../src/sim/byte-writer.ts";
import { InvariantError } from "../../../src/sim/errors.ts";

const pages = fc
  .uniqueArray(fc.nat(ADDRESS_PAGES_MAX - 1), { maxLength: 50 })
  .map((list) => list.sort((a, b) => a - b));

const upTo = (count: number): number[] => Array.from({ length: count }, (_, page) => page);

function read(bytes: Uint8Array) {
  const reader = new ByteReader(bytes);
  const list = readFeedback(reader);
  return reader.complete ? list : undefined;
}

/** Two lists as bytes, whatever is in them. */
function bytesOf(listed: readonly number[], unlisted: readonly number[]): Uint8Array {
  const writer = new ByteWriter();
  for (const list of [listed, unlisted]) {
    writer.u16(list.length);
    for (const page of list) writer.u32(page);
  }
  return writer.finish();
}

test("feedback list: it comes out as it went in", () => {
  fc.assert(
    fc.property(pages, pages, (listed, unlisted) => {
      const writer = new ByteWriter();
      writeFeedback(writer, { listed, unlisted });
      expect(writer.written()).toEqual(bytesOf(listed, unlisted));
      expect(read(writer.finish())).toEqual({ listed, unlisted });
    }),
  );
});

test("feedback list: as long as its bound says, and no longer", () => {
  const half = FEEDBACK_PAGES_MAX / 2;
  expect(read(bytesOf(upTo(half), upTo(half)))).toBeDefined();
  expect(read(bytesOf(upTo(half + 1), upTo(half)))).toBeUndefined();
  expect(read(bytesOf([], upTo(FEEDBACK_PAGES_MAX)))).toBeDefined();
  expect(read(bytesOf(upTo(FEEDBACK_PAGES_MAX + 1), []))).toBeUndefined();
  const long = { listed: upTo(half + 1), unlisted: upTo(half) };
  expect(() => writeFeedback(new ByteWriter(), long)).toThrow(InvariantError);
});

test.each([
  ["pages out of order", bytesOf([2, 1], [])],
  ["a page twice", bytesOf([], [1, 1])],
  ["what is no page", bytesOf([ADDRESS_PAGES_MAX], [])],
  ["less than announced", bytesOf([1, 2], [3]).subarray(0, 13)],
  ["one list only", bytesOf([1], []).subarray(0, 6)],
  ["nothing", new Uint8Array(0)],
])("feedback list: refused with %s", (_, bytes) => {
  expect(read(bytes)).toBeUndefined();
});

test("feedback list: arbitrary bytes are refused, or give pages in order", () => {
  const counts = fc.tuple(fc.nat(6), fc.nat(6));
  fc.assert(
    fc.property(counts, fc.uint8Array({ maxLength: 64 }), ([first, second], rest) => {
      const bytes = new ByteWriter().u16(first).bytes(rest).u16(second).bytes(rest).finish();
      for (const list of Object.values(read(bytes) ?? {})) {
        expect(list).toEqual([...new Set(list as number[])].sort((a, b) => a - b));
      }
    }),
    { numRuns: 500 },
  );
});
