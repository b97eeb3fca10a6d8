// covers src/compare/sweep-table.ts, src/compare/sweep-chart.ts
import { expect, test } from "vitest";
import { chanceText, sweepChart } from "../../src/compare/sweep-chart.ts";
import type { SweepMeasures } from "../../src/compare/sweep-measures.ts";
import type { SweepResult } from "../../src/compare/sweep-run.ts";
import { sweepMarkdown, sweepTable } from "../../src/compare/sweep-table.ts";
import { plain } from "../../src/report/style.ts";
import { ms, us } from "../../src/sim/time.ts";

const measures: SweepMeasures = {
  checkpointsPerSecond: 12.5,
  latencyNs: { p50: us(416), p99: ms(75), max: ms(80) },
  answeredPerSecond: 3_192,
};
const nothing: SweepMeasures = {
  checkpointsPerSecond: null,
  latencyNs: { p50: null, p99: null, max: null },
  answeredPerSecond: null,
};
const result: SweepResult = {
  sweep: "minimum-interval",
  scheme: "colo",
  lines: [
    {
      chance: 1 / 16,
      points: [
        { value: ms(2), measures, violations: [] },
        { value: ms(5), measures: nothing, violations: ["output-commit"] },
      ],
    },
    { chance: 1, points: [{ value: ms(2), measures, violations: [] }] },
  ],
};

test("sweep table: a block for each part of replies that differ, and what was violated", () => {
  const lines = sweepTable(result, plain);
  expect(lines.map((line) => line.trim().replace(/ {2,}/g, " | "))).toEqual([
    "checkpoints | latency | latency | answers",
    "per s | p50 | p99 | per s",
    "1 of 16 differs",
    "2 ms | 12.5 | 416 us | 75.0 ms | 3,192",
    "5 ms | – | – | – | –",
    "violated: output-commit",
    "all replies differ",
    "2 ms | 12.5 | 416 us | 75.0 ms | 3,192",
  ]);
});

test("sweep table: as Markdown, as many cells in each line", () => {
  const lines = sweepMarkdown(result);
  expect(lines).toHaveLength(5);
  expect(new Set(lines.map((line) => line.match(/\|/g)!.length)).size).toBe(1);
  expect(lines[3]).toBe("| violated: output-commit | 5 ms | – | – | – | – |");
});

test("sweep chart: in the units of its axes, without what was not measured", () => {
  const { x, panels, title } = sweepChart(result);
  expect(title).toBe("colo: minimum interval swept");
  expect(x).toEqual({ title: "minimum interval, ms", scale: "log" });
  expect(panels.map(({ lines }) => lines.map(({ points }) => points))).toEqual([
    [[{ x: 2, y: 12.5 }], [{ x: 2, y: 12.5 }]],
    [[{ x: 2, y: 0.416 }], [{ x: 2, y: 0.416 }]],
    [[{ x: 2, y: 75 }], [{ x: 2, y: 75 }]],
  ]);
  expect(panels.map(({ y }) => y.scale)).toEqual(["log", "log", "log"]);
});

test("sweep chart: a machine without checkpoints is shown at 0, as ratios cannot", () => {
  const none = { ...measures, checkpointsPerSecond: 0 };
  const [line] = result.lines;
  const points = [{ value: ms(2), measures: none, violations: [] }];
  const { panels } = sweepChart({ ...result, lines: [{ ...line!, points }] });
  expect(panels.map(({ y }) => y.scale)).toEqual(["linear", "log", "log"]);
});

test("sweep chart: chances are called what they are", () => {
  expect([1 / 64, 1 / 4, 1].map(chanceText)).toEqual([
    "1 of 64 differs",
    "1 of 4 differs",
    "all replies differ",
  ]);
});
