import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findStumblingBlocks } from "./rules/documents.ts";
import { projectFilesUnder } from "./rules/source-text.ts";

const root = new URL("../../", import.meta.url);
const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
  scripts: Record<string, string>;
};

const check = (text: string): string[] =>
  findStumblingBlocks(
    [
      { path: "docs/a.md", text },
      { path: "README.md", text: "# All of it\n## Of `two`: a list\n## Same\n## Same\n" },
    ],
    {
      exists: (path) => ["README.md", "docs/a.md", "docs/", "src/sim/engine.ts"].includes(path),
      scripts: ["bench", "explore:parts"],
    },
  );

test("documents: no link, file, command or table that a reader stumbles over", () => {
  const facts = {
    exists: (path: string) => existsSync(new URL(path, root)),
    scripts: Object.keys(scripts),
  };
  expect(findStumblingBlocks(projectFilesUnder([""], ".md"), facts)).toEqual([]);
});

test.each([
  ["[a](b.md)", "docs/a.md:1: a link to b.md, which there is not"],
  ["\n[a](../READ.md)", "docs/a.md:2: a link to ../READ.md, which there is not"],
  [
    "[a](../README.md#none)",
    "docs/a.md:1: a link to ../README.md#none, and no heading of that name",
  ],
  ["# A\n[a](#b)", "docs/a.md:2: a link to #b, and no heading of that name"],
  ["see `src/sim/gone.ts`", "docs/a.md:1: src/sim/gone.ts, which there is not"],
  ["see `test/gone/`", "docs/a.md:1: test/gone/, which there is not"],
  ["`npm run gone`", "docs/a.md:1: npm run gone, which there is not"],
  ["```sh\nnpm run gone -- now\n```", "docs/a.md:2: npm run gone, which there is not"],
  ["| a |\n| b |", "docs/a.md:1: a table without a head"],
  ["| a |\n|---|\n| b |\n\n| c |", "docs/a.md:5: a table without a head"],
  ["| a | b |\n|---|---|\n| c |", "docs/a.md:3: a row with other columns than its head"],
])("documents: found in %j", (text, finding) => {
  expect(check(text)).toEqual([finding]);
});

test.each([
  "[a](../README.md) [b](https://example.org/b.md) [c](../README.md#of-two-a-list)",
  "[a](../README.md#same) [b](../README.md#same-1)",
  "see `src/sim/engine.ts`, `src/sim/engine.ts:12` and `test`",
  "`npm run bench -- memory`, `npm run --silent explore:parts`",
  "| a | b |\n|---|---:|\n| c \\| d | e |",
  "```\n| a |\n[a](b.md)\n```",
])("documents: not found in %j", (text) => {
  expect(check(text)).toEqual([]);
});
