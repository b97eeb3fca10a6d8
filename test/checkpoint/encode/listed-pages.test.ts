import { expect, test } from "vitest";
import { ListedPages } from "../../../src/checkpoint/encode/listed-pages.ts";

test("listed pages: lists are merged, the pages to take off first", () => {
  const list = new ListedPages(10);
  list.merge({ listed: [1, 2, 3], unlisted: [] });
  list.merge({ listed: [4], unlisted: [2, 9] });
  expect([1, 2, 3, 4, 9].map((page) => list.has(page))).toEqual([true, false, true, true, false]);
  expect(list.size).toBe(3);
});

test("listed pages: the list keeps its bound", () => {
  const list = new ListedPages(2);
  list.merge({ listed: [1, 2, 3], unlisted: [] });
  expect([1, 2, 3].map((page) => list.has(page))).toEqual([true, true, false]);
  list.merge({ listed: [3], unlisted: [1] });
  expect([1, 2, 3].map((page) => list.has(page))).toEqual([false, true, true]);
});

test("listed pages: emptied, no page is on it", () => {
  const list = new ListedPages(2);
  list.merge({ listed: [1], unlisted: [] });
  list.clear();
  expect([list.size, list.has(1)]).toEqual([0, false]);
});
