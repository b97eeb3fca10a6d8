import { expect, test } from "vitest";
import { PAGE_SIZE } from "../../src/memory/page.ts";
import { pageIsZero } from "../../src/memory/page-is-zero.ts";

test.each([0, 1, 2, 3, 4, 8])("page is zero: a page at byte %d of its buffer", (offset) => {
  const page = new Uint8Array(new ArrayBuffer(PAGE_SIZE + 16), offset, PAGE_SIZE);
  expect(pageIsZero(page)).toBe(true);
  for (const at of [0, 1, 7, 2_047, PAGE_SIZE - 1]) {
    page[at] = 0x80;
    expect(pageIsZero(page)).toBe(false);
    page[at] = 0;
  }
  new Uint8Array(page.buffer).fill(1);
  page.fill(0);
  expect(pageIsZero(page)).toBe(true);
});

test("page is zero: what is not one page is refused", () => {
  expect(() => pageIsZero(new Uint8Array(PAGE_SIZE - 1))).toThrow(
    "expected a page of 4096 bytes, got 4095 bytes",
  );
});
