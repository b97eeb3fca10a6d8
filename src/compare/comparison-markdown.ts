import { baselineOf } from "../schemes/part-choice.ts";
import type { PartComparison } from "./part-comparison.ts";
import { type PartFigure, partFigures } from "./part-figure.ts";
import type { PartRun } from "./part-run.ts";
import { ratioOf, ratioText, shownFigures, stagesOf } from "./part-table.ts";

/** A comparison as a Markdown table: a line for each part, behind each figure how many times the baseline's it is. */
export function partMarkdown(compared: PartComparison): string[] {
  const figures = shownFigures(compared);
  const { baseline, parts } = compared;
  const lines = stagesOf(compared).flatMap((stage) => [
    row(`**${stage}**: ${baselineOf(stage)}`, baseline, baseline, figures),
    ...parts
      .filter((each) => each.stage === stage)
      .map(({ part, run }) => row(part, run, baseline, figures)),
  ]);
  return [
    `| | ${figures.map(({ title }) => title.join(" ").trim()).join(" | ")} |`,
    `|---|${figures.map(() => "---:|").join("")}`,
    ...lines,
  ];
}

/** What the columns of all tables are, as a list. */
export function figureLegend(): string[] {
  return partFigures.map(({ title, about }) => `- **${title.join(" ").trim()}**: ${about}`);
}

function row(
  label: string,
  run: PartRun,
  baseline: PartRun,
  figures: readonly PartFigure[],
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
