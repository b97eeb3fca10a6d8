import { plain, type Style, type Tone } from "../report/style.ts";
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

/**
 * A comparison as a table for a person: the stages' parts below each other, under each row but the
 * baselines' how many times the baseline's figures its own are.
 */
export function partTable(compared: PartComparison, style: Style = plain): string[] {
  const figures = shownFigures(compared);
  const blocks = stagesOf(compared).map((stage) => ({
    stage,
    rows: rowsOf(compared, stage, figures),
  }));
  const rows = blocks.flatMap((block) => block.rows);
  const names = [...rows.map(({ label }) => label), ...blocks.map(({ stage }) => stage)];
  const labelWidth = Math.max(...names.map(({ length }) => length)) + INDENT.length;
  const widths = figures.map(({ title }, column) => {
    const cells = rows.flatMap((row) => row.cells[column] ?? []);
    return Math.max(...[...title, ...cells].map(({ length }) => length));
  });
  const line = (cells: readonly string[], tones: Row["tones"]): string =>
    cells
      .map((cell, column) => {
        const tone = tones[column];
        const text = cell.padStart(widths[column]!);
        return tone === undefined || cell === "" ? text : style(tone, text);
      })
      .join("  ")
      .trimEnd();
  const head = ([0, 1] as const).map((at) => {
    const text = line(
      figures.map(({ title }) => title[at]),
      [],
    );
    return style("quiet", `${" ".repeat(labelWidth)}  ${text}`);
  });
  return [
    ...head,
    ...blocks.flatMap((block) => [
      style("strong", block.stage),
      ...block.rows.map(({ label, cells, tones, remark }) => {
        const text = remark === undefined ? line(cells, tones) : style(remark.tone, remark.text);
        return `${(INDENT + label).padEnd(labelWidth)}  ${text}`;
      }),
    ]),
  ];
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
