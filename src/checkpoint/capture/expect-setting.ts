import { StandinRangeError } from "../../sim/errors.ts";

/**
 * Refuses a setting of a capture that is no whole number in its bounds.
 *
 * @throws StandinRangeError `CAPTURE_OPTION`.
 */
export function expectSetting(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new StandinRangeError(
    "CAPTURE_OPTION",
    `${name}: expected a whole number from ${least} to ${most}, got ${value}`,
  );
}
