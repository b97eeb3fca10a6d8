import { expect, test } from "vitest";
import { findSkipped } from "./rules/skipped-tests.ts";
import { projectFilesUnder } from "./rules/source-text.ts";

const check = (text: string): string[] => findSkipped([{ path: "test/a.test.ts", text }]);

test("skipped tests: none is left out in silence", () => {
  expect(findSkipped(projectFilesUnder(["test/", "examples/"], ".test.ts"))).toEqual([]);
});

test.each([
  'test.skip("a", () => {});',
  'test.only("a", () => {});',
  'describe.skip("a", () => {});',
  'it.todo("a");',
  'test.skipIf(slow)("a", () => {});',
  'test.each([1]).only("a", () => {});',
  'test.concurrent.skip("a", () => {});',
  'xit("a", () => {});',
  'test("a", (context) => { context.skip(); });',
  'test("a", (context) => { context.skip(""); });',
])("skipped tests: found in %s", (text) => {
  expect(check(text)).toHaveLength(1);
});

test.each([
  'test("a", (context) => { context.skip("python3-simpy3 is not installed"); });',
  'test("a", () => { reader.skip(4); });',
  '// test.skip("a")',
  'const text = "test.only()";',
])("skipped tests: not found in %s", (text) => {
  expect(check(text)).toEqual([]);
});
