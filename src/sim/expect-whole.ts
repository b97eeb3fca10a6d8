import { StandinRangeError } from "./errors.ts";

/**
 * Refuses a setting that is no whole number within its bounds.
 *
 * @param code Of the error: which kind of settings it is.
 * @param name Of the setting, for the message.
 * @param most Default: as large as whole numbers are exact.
 * @throws StandinRangeError `code`, with what was expected and what was given.
 */
export function expectWhole(
  code: string,
  name: string,
  value: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const bounds =
    most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new StandinRangeError(code, `${name}: expected a whole number ${bounds}, got ${value}`);
}
