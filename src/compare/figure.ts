/** One figure of a run's measures, as a column of tables. */
export interface Figure<M> {
  /** Heading, in two parts: of what, and which of it. */
  readonly title: readonly [of: string, which: string];
  /** What it is, in one sentence. */
  readonly about: string;
  /** Its value; `null` where nothing was measured. */
  readonly of: (measures: M) => number | null;
  readonly format: (value: number) => string;
  /** Whether more of it is better than less. */
  readonly isBetterHigh: boolean;
}

const TIMES: readonly (readonly [unit: string, ns: number])[] = [
  ["s", 1e9],
  ["ms", 1e6],
  ["us", 1e3],
  ["ns", 1],
];

const SIZES: readonly (readonly [unit: string, bytes: number])[] = [
  ["GiB", 1_073_741_824],
  ["MiB", 1_048_576],
  ["KiB", 1_024],
  ["B", 1],
];

/** A figure of which less is better. */
export function figure<M>(
  of: string,
  which: string,
  about: string,
  format: Figure<M>["format"],
  value: Figure<M>["of"],
): Figure<M> {
  return { title: [of, which], about, of: value, format, isBetterHigh: false };
}

/** Nanoseconds, to three digits. */
export function time(valueNs: number): string {
  return scaled(valueNs, TIMES);
}

/** Bytes, to three digits. */
export function size(bytes: number): string {
  return scaled(bytes, SIZES);
}

/** Something in a second, to a tenth. */
export function rate(value: number): string {
  return value.toFixed(1);
}

/** A whole number, with commas. */
export function count(value: number): string {
  return value.toFixed(0).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Hundredths, to a hundredth of one. */
export function percent(value: number): string {
  return `${value.toFixed(2)} %`;
}

/** Three digits in the largest unit of which it has one. */
function scaled(value: number, units: readonly (readonly [unit: string, size: number])[]): string {
  const [unit, of] = units.find(([, each]) => value >= each) ?? units.at(-1)!;
  const amount = value / of;
  const decimals = of === 1 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
  return `${amount.toFixed(decimals)} ${unit}`;
}
