import { UsageError } from "./usage-error.ts";

/**
 * Reads a whole number.
 *
 * @throws UsageError when it is malformed or out of bounds, which belong to it.
 */
export function parseCount(option: string, text: string, least: number, most: number): number {
  const count = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least && count <= most) return count;
  throw new UsageError(
    `${option}: expected a whole number from ${least} to ${most}, got "${text}"`,
  );
}
