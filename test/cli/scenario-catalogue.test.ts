import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { scenarioNamed, scenarioRef, scenarios } from "../../src/cli/scenario-catalogue.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

test("scenario catalogue: every entry loads what it says", async () => {
  expect(scenarios.map(({ name }) => name)).toEqual([
    "counter",
    "kv",
    "riscv-kv",
    "riscv-journal",
    "sqlite",
  ]);
  for (const { name, description } of scenarios) {
    const scenario = await scenarioNamed(name, tmpdir());
    expect(scenario).toMatchObject({ name, description });
  }
});

test("scenario catalogue: an unknown name lists the known ones", async () => {
  await expect(scenarioNamed("conuter", tmpdir())).rejects.toThrow(
    new UsageError(
      'SCENARIO: expected counter, kv, riscv-kv, riscv-journal, sqlite, linux, or the path of a module such as ./scenario.js, got "conuter"',
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
