import { assert } from "../sim/assert.ts";

/** How values lie along an axis: by their differences, or by their ratios. */
export type ScaleKind = "linear" | "log";

/** Where values lie along an axis. */
export interface ChartScale {
  /** Round values, in rising order. */
  readonly ticks: readonly number[];
  /** How far along the axis a value is, from 0 at its beginning to 1 at its end. */
  position(value: number): number;
}

/** Most ticks that are a round step apart; with more of them only decades are marked. */
const TICKS_MAX = 7;

/** Bits behind the point of a binary logarithm: more than a picture shows. */
const LOG_BITS = 24;

/** 1, 2 and 5 times every power of ten that a chart may show, in rising order. */
const ROUND: readonly number[] = roundValues(9, 15);

/** Least value, but for 0, that a chart can show. */
export const CHART_VALUE_MIN: number = ROUND[0]!;

/** Largest value that a chart can show. */
export const CHART_VALUE_MAX: number = ROUND.at(-1)!;

/**
 * A scale on which all values have room, from one round value to another; a linear one has its zero.
 *
 * @param values At least one, each 0 or from {@link CHART_VALUE_MIN} to {@link CHART_VALUE_MAX}; on `log` none is 0.
 */
export function chartScale(kind: ScaleKind, values: readonly number[]): ChartScale {
  assert(values.length > 0, "a scale has a value to show");
  return kind === "log" ? logScale(values) : linearScale(values);
}

function linearScale(values: readonly number[]): ChartScale {
  const high = Math.max(...values);
  const step = ROUND.find((each) => high <= each * (TICKS_MAX - 1));
  assert(step !== undefined, "a value keeps to what charts can show");
  const count = Math.max(1, Math.ceil(high / step));
  // As a quotient of whole numbers a tick is the number that is written: 0.6, not 0.6000000000000001.
  const ticks = Array.from({ length: count + 1 }, (_, index) =>
    step < 1 ? index / Math.round(1 / step) : index * step,
  );
  const end = ticks.at(-1)!;
  return { ticks, position: (value) => value / end };
}

function logScale(values: readonly number[]): ChartScale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  assert(
    low >= CHART_VALUE_MIN && high <= CHART_VALUE_MAX,
    "a value keeps to what charts can show",
  );
  const first = ROUND.findLastIndex((each) => each <= low);
  const last = Math.max(
    first + 1,
    ROUND.findIndex((each) => each >= high),
  );
  const within = ROUND.slice(first, last + 1);
  const [from, to] = [binaryLog(within[0]!), binaryLog(within.at(-1)!)];
  const decades = within.filter((each) => ROUND.indexOf(each) % 3 === 0);
  return {
    ticks: within.length <= TICKS_MAX + 1 ? within : decades,
    position: (value) => (binaryLog(value) - from) / (to - from),
  };
}

/** The binary logarithm, bit by bit: that of `Math` may differ in its last bits from engine to engine. */
function binaryLog(value: number): number {
  let [whole, rest] = [0, value];
  for (; rest >= 2; rest /= 2) whole += 1;
  for (; rest < 1; rest *= 2) whole -= 1;
  let [part, bit] = [0, 1];
  for (let index = 0; index < LOG_BITS; index += 1) {
    bit /= 2;
    rest *= rest;
    if (rest < 2) continue;
    rest /= 2;
    part += bit;
  }
  return whole + part;
}

function roundValues(negative: number, positive: number): number[] {
  const values: number[] = [];
  for (let power = -negative; power <= positive; power += 1) {
    let ten = 1;
    for (let count = 0; count < Math.abs(power); count += 1) ten *= 10;
    for (const times of [1, 2, 5]) values.push(power < 0 ? times / ten : times * ten);
  }
  return values;
}
