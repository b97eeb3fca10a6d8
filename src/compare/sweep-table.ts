import type { Style } from "../report/style.ts";
import { ms } from "../sim/time.ts";
import { count, rate, time } from "./figure.ts";
import type { SweepName } from "./sweep.ts";
import { chanceText } from "./sweep-chart.ts";
import type { SweepPoint, SweepResult } from "./sweep-run.ts";

/** Columns: heading in two parts, and what stands below it. */
const COLUMNS: readonly {
  readonly title: readonly [of: string, which: string];
  readonly text: (point: SweepPoint) => string;
}[] = [
  {
    title: ["checkpoints", "per s"],
    text: ({ measures }) => shown(measures.checkpointsPerSecond, rate),
  },
  { title: ["latency", "p50"], text: ({ measures }) => shown(measures.latencyNs.p50, time) },
  { title: ["latency", "p99"], text: ({ measures }) => shown(measures.latencyNs.p99, time) },
  { title: ["answers", "per s"], text: ({ measures }) => shown(measures.answeredPerSecond, count) },
];

const LABEL_WIDTH = 20;
const COLUMN_WIDTH = 12;

/** A sweep as a table for a person: a block for each part of replies that differ, a line for each value. */
export function sweepTable({ sweep, lines }: SweepResult, style: Style): string[] {
  const row = (label: string, cells: readonly string[]): string =>
    `${label.padEnd(LABEL_WIDTH)}${cells.map((cell) => cell.padStart(COLUMN_WIDTH)).join("")}`;
  const head = ([0, 1] as const).map((at) =>
    style(
      "quiet",
      row(
        "",
        COLUMNS.map(({ title }) => title[at]),
      ),
    ),
  );
  const body = lines.flatMap(({ chance, points }) => [
    style("strong", chanceText(chance)),
    ...points.flatMap((point) => [
      row(
        `  ${valueText(sweep, point.value)}`,
        COLUMNS.map(({ text }) => text(point)),
      ),
      ...violated(point).map((text) => `  ${style("bad", text)}`),
    ]),
  ]);
  return [...head, ...body];
}

/** The same as a Markdown table. */
export function sweepMarkdown({ sweep, lines }: SweepResult): string[] {
  const titles = COLUMNS.map(({ title }) => title.join(" "));
  return [
    `| | ${sweep} | ${titles.join(" | ")} |`,
    `|---|---:|${titles.map(() => "---:|").join("")}`,
    ...lines.flatMap(({ chance, points }) =>
      points.map((point, index) => {
        const label = [index === 0 ? chanceText(chance) : "", ...violated(point)].join(" ").trim();
        const cells = COLUMNS.map(({ text }) => text(point));
        return `| ${[label, valueText(sweep, point.value), ...cells].join(" | ")} |`;
      }),
    ),
  ];
}

function violated({ violations }: SweepPoint): string[] {
  return violations.length === 0 ? [] : [`violated: ${violations.join(", ")}`];
}

function valueText(sweep: SweepName, value: number): string {
  return sweep === "similarity" ? String(value) : `${value / ms(1)} ms`;
}

function shown(value: number | null, format: (value: number) => string): string {
  return value === null ? "–" : format(value);
}
