import type { Scenario } from "../scenarios/scenario.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Makes sure that what a module exports is a scenario.
 *
 * @param source What the user gave, for the message.
 * @throws UsageError naming the first member that is not what it must be.
 */
export function checkScenario(source: string, value: unknown): Scenario {
  if (typeof value !== "object" || value === null) {
    throw new UsageError(`${source}: expected it to export a scenario, got ${kindOf(value)}`);
  }
  const { name, description, until, build } = value as Partial<Record<keyof Scenario, unknown>>;
  const expect = (holds: boolean, member: string, wanted: string, got: unknown): void => {
    if (holds) return;
    throw new UsageError(
      `${source}: expected a scenario whose ${member} is ${wanted}, got ${kindOf(got)}`,
    );
  };
  expect(typeof name === "string" && name !== "", "name", "a text", name);
  expect(typeof description === "string", "description", "a text", description);
  const isTime = Number.isSafeInteger(until) && (until as number) > 0;
  expect(isTime, "until", "a virtual time in whole nanoseconds", until);
  expect(typeof build === "function", "build", "a function", build);
  return value as Scenario;
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
