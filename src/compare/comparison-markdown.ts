import {
  type ComparedBlock,
  type ComparedRow,
  ratioOf,
  ratioText,
  shownFigures,
} from "./comparison-table.ts";
import type { Figure } from "./figure.ts";
import type { MeasuredRun } from "./measured-run.ts";

/** A comparison as a Markdown table: a line for each run, behind each figure how many times the baseline's it is. */
export function comparisonMarkdown<M>(
  compared: readonly ComparedBlock<M>[],
  all: readonly Figure<M>[],
): string[] {
  const figures = shownFigures(compared, all);
  const lines = compared.flatMap(({ heading, rows: [first, ...others] }) => {
    if (first === undefined) return [];
    const { run } = first;
    const label = `**${heading}**: ${first.label}`;
    return [row({ label, run }, run, figures), ...others.map((each) => row(each, run, figures))];
  });
  return [
    `| | ${figures.map(({ title }) => title.join(" ").trim()).join(" | ")} |`,
    `|---|${figures.map(() => "---:|").join("")}`,
    ...lines,
  ];
}

/** What the columns of all tables are, as a list. */
export function figureLegend<M>(figures: readonly Figure<M>[]): string[] {
  return figures.map(({ title, about }) => `- **${title.join(" ").trim()}**: ${about}`);
}

function row<M>(
  { label, run }: ComparedRow<M>,
  baseline: MeasuredRun<M>,
  figures: readonly Figure<M>[],
): string {
  if ("refusal" in run)
    return `| ${label} | ${run.refusal} ${"| ".repeat(figures.length)}`.trimEnd();
  const cells = figures.map((figure) => {
    const value = figure.of(run.measures);
    if (value === null) return "–";
    const ratio = run === baseline ? null : ratioOf(figure, run.measures, baseline);
    return ratio === null ? figure.format(value) : `${figure.format(value)} ×${ratioText(ratio)}`;
  });
  const { violations } = run;
  const remark = violations.length === 0 ? "" : ` (violated: ${violations.join(", ")})`;
  return `| ${label}${remark} | ${cells.join(" | ")} |`;
}
