import { builtInScenarios } from "../scenarios/built-in.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { StandinRangeError, StandinTypeError } from "../sim/errors.ts";

/**
 * Loads a scenario by what can be sent to another thread. A scenario itself cannot: it is functions.
 *
 * @param ref The name of a scenario of the library, or the URL of a module: its default export, or the one named
 *   `scenario`, is a scenario, a promise of one or a function that returns one.
 * @throws StandinRangeError `SCENARIO_REF` for a text that is neither.
 * @throws StandinTypeError `SCENARIO_MODULE` for a module that cannot be loaded or exports something else.
 */
export async function loadScenario(ref: string): Promise<Scenario> {
  const known = builtInScenarios.find(({ name }) => name === ref);
  if (known !== undefined) return known;
  if (!isUrl(ref)) {
    const names = builtInScenarios.map(({ name }) => name).join(", ");
    throw new StandinRangeError(
      "SCENARIO_REF",
      `scenario: expected ${names} or the URL of a module, got ${JSON.stringify(ref)}`,
    );
  }
  let value: unknown;
  try {
    const exports = (await import(ref)) as Readonly<Record<string, unknown>>;
    value = exports["default"] ?? exports["scenario"];
    value = await (typeof value === "function" ? (value as () => unknown)() : value);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refuse(ref, `a module that can be loaded, got: ${message}`);
  }
  return isScenario(value) ? value : refuse(ref, "a module that exports a scenario");
}

function isUrl(text: string): boolean {
  try {
    return new URL(text).href !== "";
  } catch {
    return false;
  }
}

function isScenario(value: unknown): value is Scenario {
  if (typeof value !== "object" || value === null) return false;
  const { name, until, build } = value as Partial<Record<keyof Scenario, unknown>>;
  return typeof name === "string" && Number.isSafeInteger(until) && typeof build === "function";
}

function refuse(ref: string, expected: string): never {
  throw new StandinTypeError("SCENARIO_MODULE", `scenario: expected ${expected} (${ref})`);
}
