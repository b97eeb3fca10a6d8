import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findLayerBreaks } from "./rules/layers.ts";
import { projectFilesUnder } from "./rules/source-text.ts";

const { layers, outside, packages } = JSON.parse(
  readFileSync(new URL("./layers.json", import.meta.url), "utf8"),
) as { layers: string[]; outside: string[]; packages: Record<string, string[]> };

function check(path: string, text: string): string[] {
  return findLayerBreaks([{ path, text }], layers, outside, packages);
}

test("layers: no folder of src/ imports from one above it", () => {
  const sources = projectFilesUnder(["src/"], ".ts");
  expect(findLayerBreaks(sources, layers, outside, packages)).toEqual([]);
});

test("layers: an import that goes up is found, in every form", () => {
  const message = "sim imports memory, which lies above it";
  for (const text of [
    'import { PAGE_SIZE } from "../memory/page.ts";',
    'import type { Page } from "../memory/page.ts";',
    'export * from "../memory/page.ts";',
    'type Page = import("../memory/page.ts").Page;',
    'const page = import("../memory/page.ts");',
  ]) {
    expect(check("src/sim/a.ts", text)).toEqual([`src/sim/a.ts:1: ${message}`]);
  }
});

test("layers: the files of src/ itself stand above the folders and below the command line", () => {
  expect(check("src/sim/a.ts", 'import "../index.ts";')).toHaveLength(1);
  expect(check("src/index.ts", 'import "./cli/bin.ts";')).toHaveLength(1);
  expect(check("src/index.ts", 'import "./report/table.ts";')).toEqual([]);
  expect(check("src/cli/a.ts", 'import "../index.ts";')).toEqual([]);
});

test("layers: a folder may import from itself and from those below it", () => {
  const text = 'import "./b.ts";\nimport "../memory/page.ts";\n// import "../cluster/a.ts"';
  expect(check("src/host/a.ts", text)).toEqual([]);
});

test("layers: packages, node modules and unlisted folders are found", () => {
  expect(check("src/sim/a.ts", 'import "left-pad";')).toHaveLength(1);
  expect(check("src/sim/a.ts", 'import "node:fs";')).toHaveLength(1);
  expect(check("src/cli/a.ts", 'import "node:fs";')).toEqual([]);
  expect(check("src/cli/a.ts", 'import "left-pad";')).toHaveLength(1);
  expect(check("src/cli/a.ts", 'import "../../examples/demo.ts";')).toHaveLength(1);
  expect(check("src/attic/a.ts", "")).toHaveLength(1);
});

test("layers: a folder that speaks to an optional peer imports that package and no other", () => {
  expect(check("src/vitest/a.ts", 'import { expect } from "vitest";')).toEqual([]);
  expect(check("src/vitest/a.ts", 'import "fast-check";')).toHaveLength(1);
  expect(check("src/matchers/a.ts", 'import "vitest";')).toHaveLength(1);
  expect(check("src/index.ts", 'import "./vitest/register.ts";\nimport "vitest";')).toHaveLength(1);
});
