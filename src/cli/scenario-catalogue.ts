import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { builtInScenarios } from "../scenarios/built-in.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { isModulePath, loadScenarioModule, moduleUrl } from "./scenario-module.ts";
import { UsageError } from "./usage-error.ts";

/** A scenario that the command line knows by name. */
export interface CatalogueEntry {
  readonly name: string;
  readonly description: string;
  /** What a worker thread loads it by, see `loadScenario`. */
  readonly ref: string;
  /** @throws UsageError when it cannot be had here. */
  load(): Promise<Scenario>;
}

// From dist/cli/ the built example, from src/cli/ its source: the same folder, one level apart.
const IS_BUILT = import.meta.url.endsWith(".js");
const exampleUrl = (name: string): URL =>
  IS_BUILT
    ? new URL(`../../build/examples/${name}/scenario.js`, import.meta.url)
    : new URL(`../../examples/${name}/scenario.ts`, import.meta.url);
const SQLITE_URL = exampleUrl("sqlite");
const LINUX_URL = exampleUrl("linux");
const LINUX_COMPILE_URL = exampleUrl("linux-compile");

/** All scenarios that the command line knows by name. */
export const scenarios: readonly CatalogueEntry[] = [
  ...builtInScenarios.map(builtIn),
  {
    name: "sqlite",
    description: "a bank in SQLite (sql.js), 600 deposits and transfers by one client",
    ref: SQLITE_URL.href,
    load: loadSqlite,
  },
  {
    name: "linux",
    description: "Linux on a RISC-V machine, booted to its prompt (npm run build:linux makes it)",
    ref: LINUX_URL.href,
    load: () => loadLinux(LINUX_URL),
  },
  {
    name: "linux-compile",
    description: "the same, with a load like that of a build: processes, files, sorting",
    ref: LINUX_COMPILE_URL.href,
    load: () => loadLinux(LINUX_COMPILE_URL),
  },
];

/**
 * The scenario of that name, or the one that a module exports.
 *
 * @param given A name, or the path or `file:` URL of a module.
 * @throws UsageError when there is none; the message names those that there are.
 */
export async function scenarioNamed(given: string, cwd: string): Promise<Scenario> {
  const entry = scenarios.find(({ name }) => name === given);
  if (entry !== undefined) return await entry.load();
  if (isModulePath(given)) return await loadScenarioModule(given, cwd);
  const names = scenarios.map(({ name }) => name).join(", ");
  throw new UsageError(
    `SCENARIO: expected ${names}, or the path of a module such as ./scenario.js, got "${given}"`,
  );
}

/** What a worker thread loads a scenario by that {@link scenarioNamed} found. */
export function scenarioRef(given: string, cwd: string): string {
  return scenarios.find(({ name }) => name === given)?.ref ?? moduleUrl(given, cwd);
}

function builtIn(scenario: Scenario): CatalogueEntry {
  const { name, description } = scenario;
  return { name, description, ref: name, load: () => Promise.resolve(scenario) };
}

async function loadSqlite(): Promise<Scenario> {
  const path = expectExample("sqlite", SQLITE_URL);
  try {
    createRequire(path).resolve("sql.js");
  } catch {
    throw new UsageError("sqlite: expected the package sql.js, it is not installed (npm ci)");
  }
  return await loadScenarioModule(SQLITE_URL.href, "");
}

async function loadLinux(url: URL): Promise<Scenario> {
  expectExample("linux", url);
  return await loadScenarioModule(url.href, "");
}

function expectExample(name: string, url: URL): string {
  const path = fileURLToPath(url);
  if (existsSync(path)) return path;
  throw new UsageError(
    `${name}: expected the project's own folder after npm ci: this scenario is an example and not ` +
      "part of the installed package",
  );
}
