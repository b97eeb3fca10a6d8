import { expect, test } from "vitest";
import { findMachineTraces } from "./rules/machine-traces.ts";
import { projectFiles } from "./rules/source-text.ts";

const check = (text: string): string[] => findMachineTraces([{ path: "a.md", text }]);

// spelled in parts, so that this file does not hold what the rule looks for
const below = (folder: string): string => `/${folder}/`;

test("machine traces: no file names a place on somebody's machine", () => {
  expect(findMachineTraces(projectFiles())).toEqual([]);
});

test.each([
  `see ${below("work")}notes.md`,
  `"${below("tmp")}out.json"`,
  `cd ${below("root")}`,
  `at file://${below("home")}ann/a.ts`,
  `${"<".repeat(7)} HEAD`,
])("machine traces: found in %s", (text) => {
  expect(check(`first\n${text}`)).toHaveLength(1);
});

test.each(["src/work/a.ts", "https://example.org/tmp/a", "a network of roots/", "1 <<<<<<< 2"])(
  "machine traces: not found in %s",
  (text) => {
    expect(check(text)).toEqual([]);
  },
);
