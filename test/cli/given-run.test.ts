import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { givenRun } from "../../src/cli/given-run.ts";
import { formatRun, type NamedRun } from "../../src/explore/run-literal.ts";

const named: NamedRun = {
  scenario: "counter",
  run: {
    seed: 7,
    untilNs: 1_000,
    options: {},
    plan: { version: 1, faults: [{ kind: "crash", at: { atNs: 5 }, host: "a" }] },
  },
};

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "standin-given-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("given run: on the command line", () => {
  expect(givenRun([formatRun(named)], folder)).toEqual(named);
  expect(givenRun([`\n  ${formatRun(named)}\n`], folder)).toEqual(named);
});

test("given run: in a file, as it is printed or by hand", () => {
  writeFileSync(join(folder, "line.json"), `${formatRun(named)}\n`);
  expect(givenRun(["line.json"], folder)).toEqual(named);
  const pretty = JSON.stringify(JSON.parse(formatRun(named)), undefined, 2);
  writeFileSync(join(folder, "pretty.json"), `\uFEFF${pretty}`);
  expect(givenRun(["pretty.json"], folder)).toEqual(named);
});

test.each([
  [[], "FILE|LITERAL: expected one, got none"],
  [["{}", "again"], 'FILE|LITERAL: expected one, got also "again"'],
  [["{}"], "scenario: expected a name, got nothing"],
  [["none.json"], 'FILE: expected a file that can be read, got "none.json" (ENOENT)'],
  [['{"scenario":"counter","seed":'], 'run: expected whole JSON, got "{"scenario":"counter'],
])("given run: %j is refused", (positionals, message) => {
  expect(() => givenRun(positionals, folder)).toThrow(message);
});

test("given run: a file that ends too early is told in one line", () => {
  writeFileSync(join(folder, "half.json"), '{\n  "scenario": "counter",\n  "seed": 1\n');
  expect(() => givenRun(["half.json"], folder)).toThrow(
    /^run: expected whole JSON, got "\{ "scenario": "counter", "seed": 1"$/,
  );
});
