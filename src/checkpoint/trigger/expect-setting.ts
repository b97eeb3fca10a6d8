import { StandinRangeError } from "../../sim/errors.ts";

/**
 * Refuses a setting of a trigger that is no whole number in its bounds.
 *
 * @throws StandinRangeError `TRIGGER_OPTION`.
 */
export function expectSetting(
  name: string,
  value: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const bound = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `${least} to ${most}`;
  throw new StandinRangeError(
    "TRIGGER_OPTION",
    `${name}: expected a whole number of ${bound}, got ${value}`,
  );
}
