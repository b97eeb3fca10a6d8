// covers src/compare/comparison-table.ts, src/compare/part-blocks.ts
import { expect, test } from "vitest";
import { comparisonTable } from "../../src/compare/comparison-table.ts";
import { partBlocks } from "../../src/compare/part-blocks.ts";
import type { PartComparison } from "../../src/compare/part-comparison.ts";
import { partFigures } from "../../src/compare/part-figure.ts";
import type { PartMeasures } from "../../src/compare/part-measures.ts";
import type { Style } from "../../src/report/style.ts";
import { ms, us } from "../../src/sim/time.ts";

const partTable = (compared: PartComparison, style?: Style) =>
  comparisonTable(partBlocks(compared), partFigures, style);

const NOTHING = { p50: null, p99: null, max: null };

/** Measures of a machine that nobody asks. */
function measured(changes: Partial<PartMeasures> = {}): PartMeasures {
  return {
    pauseNs: { p50: us(200), p99: us(800), max: us(900) },
    bytesPerSecond: 4_096_000,
    bytesPerCheckpoint: 102_400,
    checkpointsPerSecond: 40,
    issued: 0,
    acknowledged: 0,
    latencyNs: NOTHING,
    bringUpNs: ms(5),
    commitNs: { p50: us(150), p99: us(150), max: us(150) },
    ...changes,
  };
}

const run = (changes?: Partial<PartMeasures>, violations: readonly string[] = []) => {
  return { measures: measured(changes), violations };
};

const COMPARED: PartComparison = {
  scenario: "some",
  baseline: run(),
  parts: [
    { stage: "track", part: "shadow", run: { refusal: "expected seen stores" } },
    {
      stage: "encode",
      part: "feedback",
      run: run({ bytesPerCheckpoint: 5_120, checkpointsPerSecond: 80, bringUpNs: ms(6) }),
    },
    {
      stage: "encode",
      part: "word-difference",
      run: run({ commitNs: NOTHING, bytesPerSecond: 0 }, ["one-server"]),
    },
  ],
};

test("comparison table: stage by stage, with how many times the baseline's figures they are", () => {
  expect(partTable(COMPARED)).toEqual([
    "                   stopped  stopped      sent      sent   done  bring-up  commit",
    "                       p50      p99      each     per s  per s               p50",
    "track",
    "  slat              200 us   800 us   100 KiB  3.91 MiB   40.0   5.00 ms  150 us",
    "  shadow           expected seen stores",
    "encode",
    "  whole             200 us   800 us   100 KiB  3.91 MiB   40.0   5.00 ms  150 us",
    "  feedback          200 us   800 us  5.00 KiB  3.91 MiB   80.0   6.00 ms  150 us",
    "                     ×1.00    ×1.00     ×0.05     ×1.00  ×2.00     ×1.20   ×1.00",
    "  word-difference   200 us   800 us   100 KiB       0 B   40.0   5.00 ms       –",
    "                     ×1.00    ×1.00     ×1.00     ×0.00  ×1.00     ×1.00",
    "                   violated: one-server",
  ]);
});

test("comparison table: tones for a terminal, at the same places", () => {
  const toned = partTable(COMPARED, (tone, text) => `<${tone}>${text}</>`);
  const feedback = toned.find((line) => line.includes("×2.00"))!;
  expect([...feedback.matchAll(/<(\w+)>/g)].map(([, tone]) => tone)).toEqual([
    "quiet",
    "quiet",
    "good",
    "quiet",
    "good",
    "bad",
    "quiet",
  ]);
  expect(toned.join("\n")).toContain("<bad>violated: one-server</>");
  expect(toned.join("\n")).toContain("<warning>expected seen stores</>");
  expect(toned.map((line) => line.replace(/<\/?\w*>/g, "").trimEnd())).toEqual(partTable(COMPARED));
});

test("comparison table: without a baseline there are no ratios", () => {
  const lines = partTable({ ...COMPARED, baseline: { refusal: "expected a disk" } });
  expect(lines.join("\n")).not.toContain("×");
  expect(lines.filter((line) => line.includes("expected a disk"))).toHaveLength(2);
});

test("comparison table: a long reason is broken into lines of a report", () => {
  const refusal = `expected ${"a tracker that follows them ".repeat(8)}, got none`;
  const parts = [{ stage: "track", part: "shadow", run: { refusal } }] as const;
  const lines = partTable({ ...COMPARED, parts });
  expect(lines.length).toBeGreaterThan(6);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  const told = lines.slice(4).map((line) => line.replace(/^ {2}shadow|^ */, "").trim());
  expect(told.join(" ")).toBe(refusal);
});
