import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { LINUX_IMAGE_PATH } from "../../examples/linux/kernel.ts";
import { scenarioNamed, scenarioRef, scenarios } from "../../src/cli/scenario-catalogue.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { builtInScenarios } from "../../src/scenarios/built-in.ts";

/** Whether there is a kernel, of those that can build if the scenario wants that. */
function isKernelReady(name: string): boolean {
  if (!existsSync(LINUX_IMAGE_PATH)) return false;
  return name === "linux" || readFileSync(LINUX_IMAGE_PATH).includes("build: round ");
}

const builtIn = builtInScenarios.map(({ name }) => name);

test("scenario catalogue: every entry loads what it says", async () => {
  expect(scenarios.map(({ name }) => name)).toEqual([
    ...builtIn,
    "sqlite",
    "linux",
    "linux-compile",
  ]);
  for (const { name, description } of scenarios) {
    const loading = scenarioNamed(name, tmpdir());
    if (!name.startsWith("linux")) expect(await loading).toMatchObject({ name, description });
    else if (isKernelReady(name)) expect(await loading).toMatchObject({ name });
    // Its kernel is built, not committed.
    else await expect(loading).rejects.toThrow("npm run build:linux");
  }
});

test("scenario catalogue: an unknown name lists the known ones", async () => {
  await expect(scenarioNamed("conuter", tmpdir())).rejects.toThrow(
    new UsageError(
      `SCENARIO: expected ${builtIn.join(", ")}, sqlite, linux, linux-compile, or the path of a module such as ./scenario.js, got "conuter"`,
    ),
  );
});

test("scenario catalogue: a thread loads by name what is built in, everything else by its URL", () => {
  expect(scenarioRef("counter", tmpdir())).toBe("counter");
  expect(scenarioRef("kv", tmpdir())).toBe("kv");
  expect(scenarioRef("sqlite", tmpdir())).toMatch(/^file:.*\/sqlite\/scenario\.[jt]s$/);
  const own = pathToFileURL(join(tmpdir(), "own.js")).href;
  expect(scenarioRef("./own.js", tmpdir())).toBe(own);
  expect(scenarioRef(own, "")).toBe(own);
});
