import { expect, test } from "vitest";
import {
  ADDRESS_PAGES_MAX,
  PAGE_MASK,
  PAGE_SHIFT,
  PAGE_SIZE,
  PAGE_WORDS,
} from "../../src/memory/page.ts";

test("page: the constants describe one page size", () => {
  expect(PAGE_SIZE).toBe(4096);
  expect(1 << PAGE_SHIFT).toBe(PAGE_SIZE);
  expect(PAGE_MASK).toBe(PAGE_SIZE - 1);
  expect(PAGE_WORDS * 4).toBe(PAGE_SIZE);
  expect(ADDRESS_PAGES_MAX * PAGE_SIZE).toBe(64 * 1024 * 1024 * 1024);
});
