import { LINE_WIDTH_MAX, plain, type Style, type Tone } from "../report/style.ts";
import { wrappedText } from "../report/wrapped-text.ts";
import type { Figure } from "./figure.ts";
import type { MeasuredRun } from "./measured-run.ts";

/** A ratio to the baseline from which on it counts as better or worse. */
const NOTABLE = 1.1;

const INDENT = "  ";

/** Runs that are compared with the first of them. */
export interface ComparedBlock<M> {
  readonly heading: string;
  /** The baseline first. */
  readonly rows: readonly ComparedRow<M>[];
}

/** One run and what it is called. */
export interface ComparedRow<M> {
  readonly label: string;
  readonly run: MeasuredRun<M>;
}

/** One row: a name and its cells, or what is said instead of them. */
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
 * A comparison as a table for a person: the blocks below each other, under each row but the
 * baselines' how many times the baseline's figures its own are.
 */
export function comparisonTable<M>(
  compared: readonly ComparedBlock<M>[],
  all: readonly Figure<M>[],
  style: Style = plain,
): string[] {
  const figures = shownFigures(compared, all);
  const blocks = compared.map((block) => {
    return { heading: block.heading, rows: rowsOf(block, figures) };
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
  const body = blocks.flatMap(({ heading, rows: own }) => [
    style("strong", heading),
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

/** Figures that at least one run has. */
export function shownFigures<M>(
  compared: readonly ComparedBlock<M>[],
  all: readonly Figure<M>[],
): Figure<M>[] {
  const runs = compared.flatMap(({ rows }) => rows.map(({ run }) => run));
  return all.filter(({ of }) => runs.some((run) => "measures" in run && of(run.measures) !== null));
}

/** How many times the baseline's figure another run's is; `null` if either was not measured or the baseline's is 0. */
export function ratioOf<M>(
  figure: Figure<M>,
  measures: M,
  baseline: MeasuredRun<M>,
): number | null {
  const value = figure.of(measures);
  const base = "measures" in baseline ? figure.of(baseline.measures) : null;
  return value === null || base === null || base === 0 ? null : value / base;
}

function rowsOf<M>({ rows }: ComparedBlock<M>, figures: readonly Figure<M>[]): Row[] {
  const [first, ...others] = rows;
  if (first === undefined) return [];
  return [
    ...runRows(first, figures),
    ...others.flatMap((each) => {
      const { run } = each;
      const [row, ...remarks] = runRows(each, figures);
      const ratios = "measures" in run ? [ratioRow(run.measures, first.run, figures)] : [];
      return [row!, ...ratios, ...remarks];
    }),
  ];
}

function runRows<M>({ label, run }: ComparedRow<M>, figures: readonly Figure<M>[]): Row[] {
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

function ratioRow<M>(measures: M, baseline: MeasuredRun<M>, figures: readonly Figure<M>[]): Row {
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

function toneOf(ratio: number | null, { isBetterHigh }: Pick<Figure<never>, "isBetterHigh">): Tone {
  if (ratio === null || (ratio < NOTABLE && ratio > 1 / NOTABLE)) return "quiet";
  return ratio > 1 === isBetterHigh ? "good" : "bad";
}
