import type { PartMeasures } from "./part-measures.ts";

/** One figure of a part's measures, as a column of tables. */
export interface PartFigure {
  /** Heading, in two parts: of what, and which of it. */
  readonly title: readonly [of: string, which: string];
  /** What it is, in one sentence. */
  readonly about: string;
  /** Its value; `null` where nothing was measured. */
  readonly of: (measures: PartMeasures) => number | null;
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

/** All figures, in the order of the columns. */
export const partFigures: readonly PartFigure[] = [
  figure(
    "stopped",
    "p50",
    "how long the machine stands still for a checkpoint, median",
    time,
    (m) => m.pauseNs.p50,
  ),
  figure("stopped", "p99", "the same, 99th percentile", time, (m) => m.pauseNs.p99),
  figure(
    "sent",
    "each",
    "bytes of a checkpoint's messages, mean",
    size,
    (m) => m.bytesPerCheckpoint,
  ),
  figure("sent", "per s", "bytes of messages in a second", size, (m) => m.bytesPerSecond),
  {
    ...figure(
      "done",
      "per s",
      "checkpoints committed in a second",
      rate,
      (m) => m.checkpointsPerSecond,
    ),
    isBetterHigh: true,
  },
  figure("latency", "p50", "from a request to its reply, median", time, (m) => m.latencyNs.p50),
  figure("latency", "p99", "the same, 99th percentile", time, (m) => m.latencyNs.p99),
  figure(
    "bring-up",
    "",
    "from the first copy's beginning to the first commit",
    time,
    (m) => m.bringUpNs,
  ),
  figure(
    "commit",
    "p50",
    "from the machine going on to the last page applied, median",
    time,
    (m) => m.commitNs.p50,
  ),
];

function figure(
  of: string,
  which: string,
  about: string,
  format: PartFigure["format"],
  value: PartFigure["of"],
): PartFigure {
  return { title: [of, which], about, of: value, format, isBetterHigh: false };
}

function time(valueNs: number): string {
  return scaled(valueNs, TIMES);
}

function size(bytes: number): string {
  return scaled(bytes, SIZES);
}

function rate(value: number): string {
  return value.toFixed(1);
}

/** Three digits in the largest unit of which it has one. */
function scaled(value: number, units: readonly (readonly [unit: string, size: number])[]): string {
  const [unit, of] = units.find(([, each]) => value >= each) ?? units.at(-1)!;
  const amount = value / of;
  const decimals = of === 1 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
  return `${amount.toFixed(decimals)} ${unit}`;
}
