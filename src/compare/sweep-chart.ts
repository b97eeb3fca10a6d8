import type { ChartAxis, ChartPanel, LineChart } from "../report/line-chart.ts";
import { ms } from "../sim/time.ts";
import type { SweepName } from "./sweep.ts";
import type { SweepMeasures } from "./sweep-measures.ts";
import type { SweepResult } from "./sweep-run.ts";

/** What is swept, as an axis; a value in its unit. */
const AXES: Readonly<Record<SweepName, ChartAxis & { readonly unit: number }>> = {
  similarity: { title: "similarity threshold", scale: "linear", unit: 1 },
  "minimum-interval": { title: "minimum interval, ms", scale: "log", unit: ms(1) },
};

/** What is measured, a panel each. */
const PANELS: readonly {
  readonly title: string;
  readonly of: (measures: SweepMeasures) => number | null;
}[] = [
  { title: "checkpoints per second", of: (m) => m.checkpointsPerSecond },
  { title: "latency, median, ms", of: ({ latencyNs: { p50 } }) => inMs(p50) },
  { title: "latency, 99th percentile, ms", of: ({ latencyNs: { p99 } }) => inMs(p99) },
];

/** A sweep as a chart: what was measured against what was swept, a line for each part of replies that differ. */
export function sweepChart({ sweep, scheme, lines }: SweepResult): LineChart {
  const { unit, ...x } = AXES[sweep];
  const panels = PANELS.map(({ title, of }): ChartPanel => {
    const drawn = lines.map(({ chance, points }) => ({
      label: chanceText(chance),
      // What a run was too short to measure is not drawn.
      points: points.flatMap(({ value, measures }) => {
        const y = of(measures);
        return y === null ? [] : [{ x: value / unit, y }];
      }),
    }));
    const hasZero = drawn.some(({ points }) => points.some(({ y }) => y === 0));
    return { y: { title, scale: hasZero ? "linear" : "log" }, lines: drawn };
  });
  return { title: `${scheme}: ${x.title.split(",", 1)[0]} swept`, x, panels };
}

/** Which replies differ: `1 of 64 differs`. */
export function chanceText(chance: number): string {
  return chance === 1 ? "all replies differ" : `1 of ${Math.round(1 / chance)} differs`;
}

function inMs(valueNs: number | null): number | null {
  return valueNs === null ? null : valueNs / ms(1);
}
