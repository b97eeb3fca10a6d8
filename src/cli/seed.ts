import { UsageError } from "./usage-error.ts";

/**
 * Reads a seed.
 *
 * @throws UsageError when it is not a whole number from 0 to 2^53 - 1.
 */
export function parseSeed(option: string, text: string): number {
  const seed = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(seed)) return seed;
  throw new UsageError(`${option}: expected a whole number from 0 to 2^53 - 1, got "${text}"`);
}
