import { expect, test } from "vitest";
import { findUndocumented } from "./rules/documentation.ts";
import { projectFilesUnder } from "./rules/source-text.ts";

const check = (text: string): string[] => findUndocumented([{ path: "src/a.ts", text }]);

test("documentation: every exported declaration says what it is", () => {
  expect(findUndocumented(projectFilesUnder(["src/"], ".ts"))).toEqual([]);
});

test.each([
  "export function f(): void {}",
  "export class A {}",
  "export interface A {}",
  "export type A = 1;",
  "export const a = 1;",
  "// not a doc comment\nexport const a = 1;",
  "/* nor this */\nexport const a = 1;",
  "/** */\nexport const a = 1;",
  "/** Of another one. */\nconst b = 2;\nexport const a = 1;",
  "const a = 1;\nexport { a };",
  "const a = 1;\nexport { a as b };",
])("documentation: missing in %j", (text) => {
  expect(check(text)).toHaveLength(1);
});

test.each([
  "/** What it is. */\nexport function f(): void {}",
  "/**\n * What it is.\n */\nexport const a = 1;",
  "/** A list of `items`. */\n// and why\nexport const a = 1;",
  "/** What it is. */\nexport function f(a: 1): void;\nexport function f(a: 2): void;",
  "/** What it is. */\nconst a = 1;\nexport { a };",
  "const a = 1;",
  'export * from "./b.ts";\nexport { c } from "./c.ts";',
])("documentation: complete in %j", (text) => {
  expect(check(text)).toEqual([]);
});
