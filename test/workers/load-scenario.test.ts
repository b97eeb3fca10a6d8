import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { counterScenario } from "../../src/scenarios/counter.ts";
import { keyValueScenario } from "../../src/scenarios/key-value.ts";
import { loadScenario } from "../../src/workers/load-scenario.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "standin-scenarios-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function module(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return pathToFileURL(join(folder, name)).href;
}

const SCENARIO = `{ name: "mine", description: "", until: 5, build() {} }`;

test("load scenario: those that are built in have names", async () => {
  expect(await loadScenario("counter")).toBe(counterScenario);
  expect(await loadScenario("kv")).toBe(keyValueScenario);
});

test.each([
  ["default.mjs", `export default ${SCENARIO};`],
  ["named.mjs", `export const scenario = ${SCENARIO};`],
  ["function.mjs", `export default () => (${SCENARIO});`],
  ["promise.mjs", `export default async () => (${SCENARIO});`],
])("load scenario: from %s", async (name, text) => {
  expect(await loadScenario(module(name, text))).toMatchObject({ name: "mine", until: 5 });
});

test.each([
  ["empty.mjs", "", "expected a module that exports a scenario"],
  ["nothing.mjs", "export default null;", "expected a module that exports a scenario"],
  ["nameless.mjs", "export default { until: 5, build() {} };", "expected a module that exports"],
  ["broken.mjs", "throw new Error('not today');", "that can be loaded, got: not today"],
  ["making.mjs", "export default () => { throw new Error('tired'); };", "got: tired"],
])("load scenario: %s is refused", async (name, text, message) => {
  const loading = loadScenario(module(name, text));
  await expect(loading).rejects.toMatchObject({ code: "SCENARIO_MODULE" });
  await expect(loading).rejects.toThrow(message);
});

test("load scenario: neither a name nor a URL", async () => {
  for (const ref of ["conuter", "./here.js", ""]) {
    await expect(loadScenario(ref)).rejects.toMatchObject({
      code: "SCENARIO_REF",
      message: expect.stringMatching(
        /^scenario: expected counter, kv, .* or the URL of a module, got "/,
      ) as string,
    });
  }
});
