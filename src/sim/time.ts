import { StandinRangeError } from "./errors.ts";

/** A virtual time or duration: an integer count of nanoseconds, at most 2^53 - 1 (104 days). */
export type Nanoseconds = number;

function duration(count: number, unitNs: number, unit: string): Nanoseconds {
  const exact = count * unitNs;
  const whole = Math.round(exact);
  // 1.001 * 1e6 is 1000999.9999999999 in binary: what is nearer to a whole nanosecond than the
  // product's own rounding error is taken as whole.
  const isWhole = Math.abs(exact - whole) <= Math.abs(exact) * Number.EPSILON;
  if (count >= 0 && isWhole && Number.isSafeInteger(whole)) return whole;
  throw new StandinRangeError(
    "DURATION",
    `${unit}: expected a count that makes a whole number of nanoseconds from 0 to 2^53 - 1, got ${count}`,
  );
}

/**
 * Nanoseconds.
 *
 * @throws StandinRangeError if negative, not finite or not whole.
 */
export function ns(count: number): Nanoseconds {
  return duration(count, 1, "ns");
}

/**
 * Microseconds, as nanoseconds. Fractions are fine as long as whole nanoseconds come out.
 *
 * @throws StandinRangeError if negative, not finite or not a whole number of nanoseconds.
 */
export function us(count: number): Nanoseconds {
  return duration(count, 1_000, "us");
}

/**
 * Milliseconds, as nanoseconds. Fractions are fine as long as whole nanoseconds come out.
 *
 * @throws StandinRangeError if negative, not finite or not a whole number of nanoseconds.
 */
export function ms(count: number): Nanoseconds {
  return duration(count, 1_000_000, "ms");
}

/**
 * Seconds, as nanoseconds. Fractions are fine as long as whole nanoseconds come out.
 *
 * @throws StandinRangeError if negative, not finite or not a whole number of nanoseconds.
 */
export function seconds(count: number): Nanoseconds {
  return duration(count, 1_000_000_000, "seconds");
}

/**
 * Minutes, as nanoseconds. Fractions are fine as long as whole nanoseconds come out.
 *
 * @throws StandinRangeError if negative, not finite or not a whole number of nanoseconds.
 */
export function minutes(count: number): Nanoseconds {
  return duration(count, 60_000_000_000, "minutes");
}

/**
 * Writes a time for people, exactly: `12.345 ms`, `2 s`, `750 ns`. The unit is the largest one that
 * gives at least 1; nothing is rounded, so two different times never look the same.
 */
export function formatTime(timeNs: Nanoseconds): string {
  if (timeNs < 0) return `-${formatTime(-timeNs)}`;
  if (timeNs >= 1_000_000_000) return `${withFraction(timeNs, 1_000_000_000, 9)} s`;
  if (timeNs >= 1_000_000) return `${withFraction(timeNs, 1_000_000, 6)} ms`;
  if (timeNs >= 1_000) return `${withFraction(timeNs, 1_000, 3)} us`;
  return `${timeNs} ns`;
}

function withFraction(timeNs: Nanoseconds, unitNs: number, digits: number): string {
  const rest = timeNs % unitNs;
  const whole = (timeNs - rest) / unitNs;
  if (rest === 0) return String(whole);
  return `${whole}.${String(rest).padStart(digits, "0").replace(/0+$/, "")}`;
}
