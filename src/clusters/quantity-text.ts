import { StandinRangeError, StandinTypeError } from "../sim/errors.ts";
import { formatTime, type Nanoseconds } from "../sim/time.ts";

/** Units by name, each as a whole multiple of the smallest one. */
type Units = ReadonlyMap<string, bigint>;

const TIMES_NS: Units = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
  ["d", 86_400_000_000_000n],
]);

/** Long times, in milliseconds: nanoseconds of more than a hundred days leave the exact integers. */
const LONG_TIMES_MS: Units = new Map([
  ["ms", 1n],
  ["s", 1_000n],
  ["m", 60_000n],
  ["h", 3_600_000n],
  ["d", 86_400_000n],
  ["y", 31_536_000_000n],
]);

const SIZES_BYTES: Units = new Map([
  ["B", 1n],
  ["KiB", 1_024n],
  ["MiB", 1_048_576n],
  ["GiB", 1_073_741_824n],
  ["TiB", 1_099_511_627_776n],
]);

const RATES_BITS: Units = new Map([
  ["kbit/s", 1_000n],
  ["Mbit/s", 1_000_000n],
  ["Gbit/s", 1_000_000_000n],
]);

const QUANTITY = /^(\d{1,15})(?:\.(\d{1,9}))? ?([A-Za-z/]{1,6})$/;

/** What a time may be. */
export interface TimeBounds {
  readonly leastNs: Nanoseconds;
  readonly mostNs: Nanoseconds;
}

/**
 * Reads a time such as `250us`, `25ms`, `1.5s`, `10m`, `1h` or `90d`. Exact: no floating point is involved.
 *
 * @param path Where it stands, for the message.
 * @throws StandinTypeError `CLUSTER_FIELD` for what is no time, StandinRangeError `CLUSTER_VALUE` for one that is
 *   out of bounds.
 */
export function timeOf(path: string, given: unknown, { leastNs, mostNs }: TimeBounds): Nanoseconds {
  const ns = parsed(path, given, TIMES_NS, "a time such as 250us, 25ms, 1.5s, 10m or 1h");
  if (ns >= BigInt(leastNs) && ns <= BigInt(mostNs)) return Number(ns);
  const bounds = `from ${formatTime(leastNs)} to ${formatTime(mostNs)}`;
  throw new StandinRangeError("CLUSTER_VALUE", `${path}: expected ${bounds}, got ${show(given)}`);
}

/** What a long time may be, in milliseconds, and how messages call that. */
export interface LongTimeBounds {
  readonly leastMs: number;
  readonly mostMs: number;
  readonly words: string;
}

/** Reads a long time such as `4h`, `90d` or `3y` (of 365 days), in milliseconds; throws as {@link timeOf}. */
export function longTimeOf(path: string, given: unknown, bounds: LongTimeBounds): number {
  const read = parsed(path, given, LONG_TIMES_MS, "a time such as 30s, 4h, 90d or 3y");
  if (read >= BigInt(bounds.leastMs) && read <= BigInt(bounds.mostMs)) return Number(read);
  throw new StandinRangeError(
    "CLUSTER_VALUE",
    `${path}: expected ${bounds.words}, got ${show(given)}`,
  );
}

/** Reads a size such as `512KiB`, `64MiB` or `1TiB`, in bytes; throws as {@link timeOf}. */
export function sizeOf(path: string, given: unknown): number {
  return bounded(path, given, parsed(path, given, SIZES_BYTES, "a size such as 64MiB or 1TiB"));
}

/** Reads a rate such as `10Gbit/s`, in bits a second; throws as {@link timeOf}. */
export function rateOf(path: string, given: unknown): number {
  return bounded(path, given, parsed(path, given, RATES_BITS, "a rate such as 10Gbit/s"));
}

/** A value as messages show it, cut if it is long; of what holds other values only what it is. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  // A number of JSON may be too large for a number here, and is Infinity then.
  const text = typeof value === "number" ? value.toString() : JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

function parsed(path: string, given: unknown, units: Units, wanted: string): bigint {
  const [, whole = "", fraction = "", unit = ""] =
    (typeof given === "string" ? QUANTITY.exec(given) : null) ?? [];
  const factor = units.get(unit);
  if (factor === undefined) {
    throw new StandinTypeError("CLUSTER_FIELD", `${path}: expected ${wanted}, got ${show(given)}`);
  }
  const scaled = BigInt(whole + fraction) * factor;
  const divisor = BigInt(`1${"0".repeat(fraction.length)}`);
  if (scaled % divisor === 0n) return scaled / divisor;
  throw new StandinRangeError(
    "CLUSTER_VALUE",
    `${path}: expected a whole number of ${[...units.keys()][0]}, got ${show(given)}`,
  );
}

function bounded(path: string, given: unknown, value: bigint): number {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw new StandinRangeError(
    "CLUSTER_VALUE",
    `${path}: expected less than 2^53, got ${show(given)}`,
  );
}
