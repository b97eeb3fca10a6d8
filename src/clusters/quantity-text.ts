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

/** Reads a size such as `512KiB`, `64MiB` or `1TiB`, in bytes; throws as {@link timeOf}. */
export function sizeOf(path: string, given: unknown): number {
  return bounded(path, given, parsed(path, given, SIZES_BYTES, "a size such as 64MiB or 1TiB"));
}

/** Reads a rate such as `10Gbit/s`, in bits a second; throws as {@link timeOf}. */
export function rateOf(path: string, given: unknown): number {
  return bounded(path, given, parsed(path, given, RATES_BITS, "a rate such as 10Gbit/s"));
}

/** A value as messages show it, cut if it is long. */
export function show(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
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
    `${path}: expected no fractions of the smallest unit, got ${show(given)}`,
  );
}

function bounded(path: string, given: unknown, value: bigint): number {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw new StandinRangeError("CLUSTER_VALUE", `${path}: expected less, got ${show(given)}`);
}
