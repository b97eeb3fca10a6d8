import { expect, test } from "vitest";
import { findUntested } from "./rules/mirror.ts";
import { projectFilesUnder, type SourceText } from "./rules/source-text.ts";

const file = (path: string, text = "export const a = 1;\n"): SourceText => ({ path, text });

test("mirror: every source file has its test", () => {
  const sources = projectFilesUnder(["src/"], ".ts");
  const tests = projectFilesUnder(["test/", "examples/"], ".test.ts");
  expect(findUntested(sources, tests)).toEqual([]);
});

test("mirror: a source without a test is found", () => {
  const other = file("test/host/a.test.ts");
  expect(findUntested([file("src/sim/a.ts")], [])).toHaveLength(1);
  expect(findUntested([file("src/sim/a.ts")], [other])).toHaveLength(1);
  expect(findUntested([file("src/sim/a.ts")], [file("test/sim/a.test.ts")])).toEqual([]);
});

test("mirror: a test names what it covers in its first line", () => {
  const sources = [file("src/sim/a.ts"), file("src/sim/b.ts")];
  const both = file("test/pair.test.ts", "// covers src/sim/a.ts, src/sim/b.ts\n");
  const late = file("test/pair.test.ts", "\n// covers src/sim/a.ts, src/sim/b.ts\n");
  expect(findUntested(sources, [both])).toEqual([]);
  expect(findUntested(sources, [late])).toHaveLength(2);
});

test("mirror: a covered path that does not exist is found", () => {
  const stale = file("test/pair.test.ts", "// covers src/sim/gone.ts\n");
  expect(findUntested([], [stale])).toEqual([
    "test/pair.test.ts:1: covers src/sim/gone.ts, which does not exist",
  ]);
});

test("mirror: types and re-exports alone need no test", () => {
  const types = 'import type { B } from "./b.ts";\nexport type A = B;\nexport interface C {}\n';
  expect(findUntested([file("src/sim/records.ts", types)], [])).toEqual([]);
  expect(findUntested([file("src/index.ts", 'export * from "./sim/a.ts";\n')], [])).toEqual([]);
});
