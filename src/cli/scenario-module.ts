import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Scenario } from "../scenarios/scenario.ts";
import { checkScenario } from "./scenario-shape.ts";
import { UsageError } from "./usage-error.ts";

/** Whether what the user gave names a module, and not one of the scenarios that are built in. */
export function isModulePath(given: string): boolean {
  return (
    /^(\.|file:)/.test(given) ||
    /[/\\]/.test(given) ||
    /\.[cm]?[jt]s$/.test(given) ||
    isAbsolute(given)
  );
}

/**
 * Loads a scenario from a module: its default export, or the one named `scenario`, or what that gives
 * when it is a function or a promise.
 *
 * @param given A path, absolute or from `cwd`, or a `file:` URL.
 * @throws UsageError when there is no such file, it cannot be loaded, or it exports something else.
 */
export async function loadScenarioModule(given: string, cwd: string): Promise<Scenario> {
  const path = pathOf(given, cwd);
  if (!existsSync(path)) throw new UsageError(`${given}: expected a module, there is no such file`);
  return scenarioOf(given, await load(given, path));
}

/** The URL of a module that {@link loadScenarioModule} loads. */
export function moduleUrl(given: string, cwd: string): string {
  return pathToFileURL(pathOf(given, cwd)).href;
}

/**
 * What a loaded module exports as its scenario.
 *
 * @throws UsageError when it exports something else.
 */
export async function scenarioOf(
  given: string,
  exports: Readonly<Record<string, unknown>>,
): Promise<Scenario> {
  let value: unknown = exports["default"] ?? exports["scenario"];
  if (value === undefined) {
    throw new UsageError(
      `${given}: expected a default export, or one named "scenario", got neither`,
    );
  }
  try {
    if (typeof value === "function") value = (value as () => unknown)();
    return checkScenario(given, await value);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${given}: expected a scenario, its making failed: ${messageOf(error)}`);
  }
}

function pathOf(given: string, cwd: string): string {
  try {
    return given.startsWith("file:") ? fileURLToPath(given) : resolve(cwd, given);
  } catch {
    throw new UsageError(`${given}: expected the file: URL of a module`);
  }
}

async function load(given: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new UsageError(`${given}: expected a module that can be loaded: ${messageOf(error)}`);
  }
}

/** The first line of what an error says. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? "";
}
