import { UsageError } from "./usage-error.ts";

const UNITS: ReadonlyMap<string, number> = new Map([
  ["KiB", 1_024],
  ["MiB", 1_048_576],
  ["GiB", 1_073_741_824],
]);

/**
 * Reads a size such as `32MiB`.
 *
 * @returns Bytes; whether a machine can have so many is for the machine to say.
 * @throws UsageError when it is malformed.
 */
export function parseMemorySize(option: string, text: string): number {
  const [, digits, unit] = /^(\d{1,7})(KiB|MiB|GiB)$/.exec(text) ?? [];
  const factor = UNITS.get(unit ?? "");
  if (digits !== undefined && factor !== undefined) return Number(digits) * factor;
  throw new UsageError(
    `${option}: expected a number and KiB, MiB or GiB, such as 32MiB, got "${text}"`,
  );
}
