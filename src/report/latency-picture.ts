import { formatTime, type Nanoseconds } from "../sim/time.ts";
import { formatCount, formatShort } from "./quantity.ts";
import type { Style } from "./style.ts";

const COLUMNS_MAX = 80;
const LABEL_WIDTH = 20;
const BARS = "▁▂▃▄▅▆▇█";

/** Fewer columns than this, each a whole number of epochs, would show less than too many do. */
const COLUMNS_WHOLE_MIN = 16;

/** A reply that a client got. */
export interface Reply {
  readonly atNs: Nanoseconds;
  readonly latencyNs: Nanoseconds;
}

/** Something to point at below the picture. */
export interface PictureMark {
  readonly atNs: Nanoseconds;
  readonly mark: "✗" | "▲";
}

/** What is drawn. */
export interface LatencyPicture {
  readonly replies: readonly Reply[];
  /** Where a host failed (✗) and another one served (▲). */
  readonly marks: readonly PictureMark[];
  /** The picture shows the time from 0 to here. */
  readonly endNs: Nanoseconds;
  /**
   * Time between checkpoints, 0 if there are none. Replies leave once per epoch, so that columns of
   * anything but whole epochs would show gaps where there are none.
   */
  readonly intervalNs: Nanoseconds;
}

/**
 * Four lines that show a failover at a glance: how many replies came in each part of the run, the
 * slowest of them, what happened when, and the time.
 */
export function latencyPicture(picture: LatencyPicture, style: Style): string[] {
  const { replies, marks, endNs } = picture;
  if (replies.length === 0 || endNs === 0) return [];
  const { columns, columnNs } = columnsOf(picture);
  const columnOf = (atNs: Nanoseconds): number => {
    return Math.min(columns - 1, Math.floor(atNs / columnNs));
  };
  const counts = new Array<number>(columns).fill(0);
  const slowest = new Array<number>(columns).fill(0);
  for (const { atNs, latencyNs } of replies) {
    const column = columnOf(atNs);
    counts[column] = (counts[column] ?? 0) + 1;
    slowest[column] = Math.max(slowest[column] ?? 0, latencyNs);
  }
  const [most, longest] = [Math.max(...counts), Math.max(...slowest)];
  const pointers = new Array<string>(columns).fill(" ");
  // What failed matters more than who served, where both fall into one column.
  for (const { atNs, mark } of marks) if (mark === "▲") pointers[columnOf(atNs)] = mark;
  for (const { atNs, mark } of marks) if (mark === "✗") pointers[columnOf(atNs)] = mark;
  const pointed = pointers
    .map((mark) => (mark === " " ? mark : style(mark === "✗" ? "bad" : "good", mark)))
    .join("")
    .trimEnd();
  const label = (text: string): string => style("quiet", text.padEnd(LABEL_WIDTH));
  const end = formatTime(endNs).padStart(columns - 1);
  return [
    `${label(`replies ≤ ${formatCount(most)}`)}${bars(counts, most)}`.trimEnd(),
    `${label(`slowest ≤ ${formatShort(longest)}`)}${bars(slowest, longest)}`.trimEnd(),
    ...(pointed === "" ? [] : [`${label("")}${pointed}`]),
    style("quiet", `${" ".repeat(LABEL_WIDTH)}0${end}`),
  ];
}

function columnsOf({ endNs, intervalNs }: LatencyPicture): { columns: number; columnNs: number } {
  if (intervalNs > 0) {
    const columnNs = Math.ceil(endNs / (COLUMNS_MAX * intervalNs)) * intervalNs;
    const columns = Math.ceil(endNs / columnNs);
    if (columns >= COLUMNS_WHOLE_MIN) return { columns, columnNs };
  }
  return { columns: COLUMNS_MAX, columnNs: endNs / COLUMNS_MAX };
}

/** One bar for each value; nothing for 0, so that a gap looks like one. */
function bars(values: readonly number[], most: number): string {
  return values
    .map((value) => {
      if (value === 0) return " ";
      const level = Math.ceil((value / most) * BARS.length);
      return BARS[Math.max(0, level - 1)] ?? " ";
    })
    .join("");
}
