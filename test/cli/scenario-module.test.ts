// covers src/cli/scenario-module.ts, src/cli/scenario-shape.ts, src/cli/usage-error.ts
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isModulePath, loadScenarioModule, scenarioOf } from "../../src/cli/scenario-module.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "standin-scenario-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const scenario = { name: "mine", description: "of my own", until: 5, build: () => undefined };
const source = '{ name: "mine", description: "of my own", until: 5, build() {} }';

function module(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return `./${name}`;
}

test("scenario module: what is a path, and what a name", () => {
  const paths = ["./a", "../a.js", "/a", "a/b", "a.js", "a.mjs", "a.ts", "file:///a.js", "."];
  expect(paths.filter((path) => !isModulePath(path))).toEqual([]);
  expect(["counter", "kv", "my-scenario", ""].filter(isModulePath)).toEqual([]);
});

test("scenario module: relative, absolute and as a URL", async () => {
  const given = module("plain.mjs", `export default ${source};`);
  for (const path of [
    given,
    join(folder, "plain.mjs"),
    pathToFileURL(join(folder, "plain.mjs")).href,
  ]) {
    expect(await loadScenarioModule(path, folder)).toMatchObject({ name: "mine", until: 5 });
  }
});

test.each<[string, Record<string, unknown>]>([
  ["an object", { default: scenario }],
  ["a promise", { default: Promise.resolve(scenario) }],
  ["a function", { default: () => scenario }],
  ["a function of a promise", { default: () => Promise.resolve(scenario) }],
  ["a named export", { scenario }],
])("scenario module: %s", async (_what, exports) => {
  expect(await scenarioOf("./a.js", exports)).toBe(scenario);
});

test.each<[unknown, string]>([
  [undefined, 'expected a default export, or one named "scenario", got neither'],
  [null, 'expected a default export, or one named "scenario", got neither'],
  [3, "expected it to export a scenario, got 3"],
  [{ ...scenario, name: "" }, 'expected a scenario whose name is a text, got ""'],
  [{ ...scenario, description: 1 }, "expected a scenario whose description is a text, got 1"],
  [
    { ...scenario, until: 1.5 },
    "expected a scenario whose until is a virtual time in whole nanoseconds, got 1.5",
  ],
  [
    { ...scenario, until: 0 },
    "expected a scenario whose until is a virtual time in whole nanoseconds, got 0",
  ],
  [{ ...scenario, build: undefined }, "expected a scenario whose build is a function, got nothing"],
  [{ ...scenario, build: {} }, "expected a scenario whose build is a function, got an object"],
  [() => () => scenario, "expected it to export a scenario, got a function"],
  [
    () => Promise.reject(new Error("no database\nat all")),
    "expected a scenario, its making failed: no database",
  ],
])("scenario module: %j is none", async (exported, message) => {
  const loading = scenarioOf("./a.js", { default: exported });
  await expect(loading).rejects.toThrow(new UsageError(`./a.js: ${message}`));
});

test("scenario module: a file that is not there, and one that cannot be loaded", async () => {
  await expect(loadScenarioModule("./none.js", folder)).rejects.toThrow(
    new UsageError("./none.js: expected a module, there is no such file"),
  );
  await expect(loadScenarioModule("file:%", folder)).rejects.toThrow(
    new UsageError("file:%: expected the file: URL of a module"),
  );
  const broken = module("broken.mjs", "throw new Error('too early');");
  await expect(loadScenarioModule(broken, folder)).rejects.toThrow(
    new UsageError("./broken.mjs: expected a module that can be loaded: too early"),
  );
});
