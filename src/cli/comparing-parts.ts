import { comparisonMarkdown } from "../compare/comparison-markdown.ts";
import { comparisonTable } from "../compare/comparison-table.ts";
import { partBlocks } from "../compare/part-blocks.ts";
import { comparison, type PartComparison } from "../compare/part-comparison.ts";
import { partFigures } from "../compare/part-figure.ts";
import { type Comparing, runArguments } from "./comparing.ts";

/** `standin compare parts`. */
export const comparingParts: Comparing<PartComparison> = {
  steps(scenario, untilNs, { seed, profile, stages, scenario: common }) {
    return comparison(scenario, { seed, untilNs, profile, scenario: common }, stages);
  },
  table: (result, style) => comparisonTable(partBlocks(result), partFigures, style),
  markdown: (result) => comparisonMarkdown(partBlocks(result), partFigures),
  report({ scenario, baseline, parts }, untilNs) {
    const rows = parts.map(({ stage, part, run }) => ({ stage, part, ...run }));
    return { scenario, untilNs, baseline, parts: rows };
  },
  replays({ baseline, parts }, from, options) {
    const { interval, parts: common = {} } = options.scenario;
    const runs = [{ run: baseline, choice: common }].concat(
      parts.map(({ stage, part, run }) => ({ run, choice: { ...common, [stage]: part } })),
    );
    return runs.flatMap(({ run, choice }) => {
      if (!("measures" in run) || run.violations.length === 0) return [];
      const chosen = Object.entries(choice).flatMap(([stage, part]) => [
        "--part",
        `${stage}=${part}`,
      ]);
      return [[...runArguments(from, options, interval), ...chosen]];
    });
  },
};
