import { formatTime, minutes, type Nanoseconds } from "../sim/time.ts";
import { UsageError } from "./usage-error.ts";

const UNITS_NS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
]);

const DURATION = /^(\d{1,15})(?:\.(\d{1,15}))?(ns|us|µs|ms|s|m)$/;

/** Longest duration that any option takes: an hour of virtual time. */
export const DURATION_MAX_NS: Nanoseconds = minutes(60);

/** What a duration may be. */
export interface DurationBounds {
  /** Default 0. */
  readonly leastNs?: Nanoseconds;
  /** Default {@link DURATION_MAX_NS}. */
  readonly mostNs?: Nanoseconds;
}

/**
 * Reads a duration: `250us`, `25ms`, `1.5s`, `300ns`, `1m`. Exact: no floating point is involved.
 *
 * @param option What the duration was given for, for the message.
 * @throws UsageError when it is malformed, finer than a nanosecond, or out of bounds.
 */
export function parseDuration(
  option: string,
  text: string,
  { leastNs = 0, mostNs = DURATION_MAX_NS }: DurationBounds = {},
): Nanoseconds {
  const [, whole = "", fraction = "", unit = ""] = DURATION.exec(text) ?? [];
  const unitNs = UNITS_NS.get(unit);
  if (unitNs === undefined) {
    const wanted = "a duration such as 250us, 25ms, 1.5s or 1m";
    throw new UsageError(`${option}: expected ${wanted}, got "${text}"`);
  }
  const scaled = BigInt(whole + fraction) * unitNs;
  const divisor = BigInt(`1${"0".repeat(fraction.length)}`);
  if (scaled % divisor !== 0n) {
    throw new UsageError(`${option}: expected a whole number of nanoseconds, got "${text}"`);
  }
  const exactNs = scaled / divisor;
  if (exactNs < BigInt(leastNs) || exactNs > BigInt(mostNs)) {
    const bounds = `from ${formatTime(leastNs)} to ${formatTime(mostNs)}`;
    throw new UsageError(`${option}: expected a duration ${bounds}, got "${text}"`);
  }
  return Number(exactNs);
}
