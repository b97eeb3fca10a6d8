import { LINE_WIDTH_MAX, plain, type Style, type Tone } from "../report/style.ts";
import { wrappedText } from "../report/wrapped-text.ts";
import type { Stage } from "../schemes/part-catalogue.ts";
import { baselineOf } from "../schemes/part-choice.ts";
import type { PartComparison } from "./part-comparison.ts";
import { type PartFigure, partFigures } from "./part-figure.ts";
import type { PartMeasures } from "./part-measures.ts";
import type { PartRun } from "./part-run.ts";

/** A ratio to the baseline from which on it counts as better or worse. */
const NOTABLE = 1.1;

const INDENT = "  ";

/** One row: a part's name and its cells, or what is said instead of them. */
interface Row {
  readonly label: string;
  readonly cells: readonly string[];
  readonly tones: readonly (Tone | undefined)[];
  readonly remark?: { readonly tone: Tone; readonly text: string };
}

/** Widths of a table's columns, and its tones. */
interface Layout {
  readonly labelWidth: number;
  readonly widths: readonly number[];
  readonly style: Style;
}

/**
 * A comparison as a table for a person: the stages' parts below each other, under each row but the
 * baselines' how many times the baseline's figures its own are.
 */
export function partTable(compared: PartComparison, style: Style = plain): string[] {
  const figures = shownFigures(compared);
  const blocks = stagesOf(compared).map((stage) => {
    return { stage, rows: rowsOf(compared, stage, figures) };
  });
  const rows = blocks.flatMap((block) => block.rows);
  const labels = rows.map(({ label }) => label.length);
  const layout: Layout = {
    labelWidth: Math.max(...labels) + INDENT.length,
    widths: figures.map(({ title }, column) => {
      const cells = rows.flatMap((row) => row.cells[column] ?? []);
      return Math.max(...[...title, ...cells].map(({ length }) => length));
    }),
    style,
  };
  const head = ([0, 1] as const).map((at) => {
    const cells = figures.map(({ title }) => title[at]);
    return style("quiet", `${" ".repeat(layout.labelWidth)}  ${cellsLine(cells, [], layout)}`);
  });
  const body = blocks.flatMap(({ stage, rows: own }) => [
    style("strong", stage),
    ...own.flatMap((row) => rowLines(row, layout)),
  ]);
  return [...head, ...body];
}

function rowLines({ label, cells, tones, remark }: Row, layout: Layout): string[] {
  const { labelWidth, style } = layout;
  const texts =
    remark === undefined
      ? [cellsLine(cells, tones, layout)]
      : wrappedText(remark.text, LINE_WIDTH_MAX - labelWidth - 2).map((text) =>
          style(remark.tone, text),
        );
  return texts.map((text, index) => {
    return `${(INDENT + (index === 0 ? label : "")).padEnd(labelWidth)}  ${text}`;
  });
}

function cellsLine(
  cells: readonly string[],
  tones: Row["tones"],
  { widths, style }: Layout,
): string {
  const padded = cells.map((cell, column) => {
    const tone = tones[column];
    const text = cell.padStart(widths[column]!);
    return tone === undefined || cell === "" ? text : style(tone, text);
  });
  return padded.join("  ").trimEnd();
}

/** The stages of which a comparison has parts, in its order. */
export function stagesOf({ parts }: PartComparison): Stage[] {
  return [...new Set(parts.map(({ stage }) => stage))];
}

/** Figures that at least one run has. */
export function shownFigures({ baseline, parts }: PartComparison): PartFigure[] {
  const all = [baseline, ...parts.map(({ run }) => run)].flatMap((run) =>
    "measures" in run ? run.measures : [],
  );
  return partFigures.filter((figure) => all.some((measures) => figure.of(measures) !== null));
}

/** How many times the baseline's figure a part's is; `null` if either was not measured or the baseline's is 0. */
export function ratioOf(
  figure: PartFigure,
  measures: PartMeasures,
  baseline: PartRun,
): number | null {
  const value = figure.of(measures);
  const base = "measures" in baseline ? figure.of(baseline.measures) : null;
  return value === null || base === null || base === 0 ? null : value / base;
}

function rowsOf(
  { baseline, parts }: PartComparison,
  stage: Stage,
  figures: readonly PartFigure[],
): Row[] {
  const first = runRows(baselineOf(stage), baseline, figures);
  const others = parts.filter((each) => each.stage === stage);
  return [
    ...first,
    ...others.flatMap(({ part, run }) => {
      const [row, ...remarks] = runRows(part, run, figures);
      const ratios = "measures" in run ? [ratioRow(run.measures, baseline, figures)] : [];
      return [row!, ...ratios, ...remarks];
    }),
  ];
}

function runRows(label: string, run: PartRun, figures: readonly PartFigure[]): Row[] {
  if ("refusal" in run) {
    return [{ label, cells: [], tones: [], remark: { tone: "warning", text: run.refusal } }];
  }
  const { measures, violations } = run;
  const cells = figures.map((figure) => {
    const value = figure.of(measures);
    return value === null ? "–" : figure.format(value);
  });
  const row = { label, cells, tones: [] };
  if (violations.length === 0) return [row];
  const text = `violated: ${violations.join(", ")}`;
  return [row, { label: "", cells: [], tones: [], remark: { tone: "bad", text } }];
}

function ratioRow(measures: PartMeasures, baseline: PartRun, figures: readonly PartFigure[]): Row {
  const ratios = figures.map((figure) => ratioOf(figure, measures, baseline));
  return {
    label: "",
    cells: ratios.map((ratio) => (ratio === null ? "" : `×${ratioText(ratio)}`)),
    tones: ratios.map((ratio, column) => toneOf(ratio, figures[column]!)),
  };
}

/** A ratio to three digits or less: `0.98`, `12.3`, `140`. */
export function ratioText(ratio: number): string {
  return ratio.toFixed(ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0);
}

function toneOf(ratio: number | null, { isBetterHigh }: PartFigure): Tone {
  if (ratio === null || (ratio < NOTABLE && ratio > 1 / NOTABLE)) return "quiet";
  return ratio > 1 === isBetterHigh ? "good" : "bad";
}
