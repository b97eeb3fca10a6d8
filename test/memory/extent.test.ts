import { expect, test } from "vitest";
import { EXTENT_BYTES_MAX, Extent, ZERO_EXTENT } from "../../src/memory/extent.ts";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { InvariantError } from "../../src/sim/errors.ts";

test("extent: all views show the same bytes, shared with the buffer", () => {
  const buffer = new ArrayBuffer(4 * PAGE_SIZE);
  const { bytes, words, longs, view } = new Extent(buffer, PAGE_SIZE, 2 * PAGE_SIZE);
  view.setUint32(8, 0x0102_0304, true);
  expect([...bytes.subarray(8, 12)]).toEqual([4, 3, 2, 1]);
  expect(words[2]).toBe(0x0102_0304);
  expect(longs[1]).toBe(0x0102_0304n);
  expect(new Uint8Array(buffer)[PAGE_SIZE + 8]).toBe(4);
  expect([bytes.byteLength, words.byteLength, longs.byteLength, view.byteLength]).toEqual(
    new Array(4).fill(2 * PAGE_SIZE),
  );
});

test("extent: only whole pages, and no more than small integers can address", () => {
  const buffer = new ArrayBuffer(2 * PAGE_SIZE);
  expect(() => new Extent(buffer, 8, PAGE_SIZE)).toThrow(InvariantError);
  expect(() => new Extent(buffer, 0, PAGE_SIZE + 8)).toThrow(InvariantError);
  expect(() => new Extent(buffer, 0, EXTENT_BYTES_MAX + PAGE_SIZE)).toThrow(InvariantError);
});

test("extent: the shared zero page is one page of zeros", () => {
  expect(ZERO_EXTENT.bytes).toEqual(new Uint8Array(PAGE_SIZE));
});
