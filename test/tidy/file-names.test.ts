import { expect, test } from "vitest";
import { findBadNames } from "./rules/file-names.ts";
import { projectFiles } from "./rules/source-text.ts";

const CODE = /^(src|test|examples|bench|scripts|smoke|types)\/.*\.(ts|mjs|js|json)$/;

test("file names: kebab-case, and each says what the file holds", () => {
  const paths = projectFiles().map(({ path }) => path);
  expect(findBadNames(paths.filter((path) => CODE.test(path)))).toEqual([]);
});

test.each([
  "src/sim/runningHash.ts",
  "src/sim/running_hash.ts",
  "src/Sim/hash.ts",
  "src/sim/utils.ts",
  "src/helpers/hash.ts",
  "src/sim/page-manager.ts",
  "test/common.test.ts",
])("file names: found in %s", (path) => {
  expect(findBadNames([path])).toHaveLength(1);
});

test.each([
  "src/sim/running-hash.ts",
  "test/sim/xxh32.test.ts",
  "src/host/profiles/remus2008.ts",
  "types/webassembly.d.ts",
])("file names: not found in %s", (path) => {
  expect(findBadNames([path])).toEqual([]);
});
