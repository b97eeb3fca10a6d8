import { comparisonMarkdown } from "../compare/comparison-markdown.ts";
import { comparisonTable } from "../compare/comparison-table.ts";
import {
  type SchemeComparison,
  schemeBlocks,
  schemeComparison,
} from "../compare/scheme-comparison.ts";
import { costFigures, schemeFigures, serviceFigures } from "../compare/scheme-figure.ts";
import { crashTimeOf } from "../compare/scheme-run.ts";
import { schemeNamed } from "../schemes/scheme-choice.ts";
import { type Comparing, runArguments } from "./comparing.ts";

/** `standin compare schemes`. */
export const comparingSchemes: Comparing<SchemeComparison> = {
  steps(scenario, untilNs, { seed, profile, scenario: common }) {
    return schemeComparison(scenario, { seed, untilNs, profile, scenario: common });
  },
  // Side by side they are wider than a report.
  table: (result, style) => [
    ...comparisonTable(schemeBlocks(result, "what clients see"), serviceFigures, style),
    "",
    ...comparisonTable(schemeBlocks(result, "what it costs"), costFigures, style),
  ],
  markdown: (result) => comparisonMarkdown(schemeBlocks(result, "scheme"), schemeFigures),
  report({ scenario, schemes }, untilNs) {
    const rows = schemes.map(({ scheme, run }) => ({ scheme, ...run }));
    return { scenario, untilNs, crashAtNs: crashTimeOf(untilNs), schemes: rows };
  },
  replays({ schemes }, from, options) {
    return schemes.flatMap(({ scheme, run }) => {
      if (!("measures" in run) || run.violations.length === 0) return [];
      const { interval } = options.scenario;
      const least = schemeNamed(scheme).intervalLeastNs;
      const taken =
        interval === undefined || least === undefined ? undefined : Math.max(interval, least);
      const plain = [...runArguments(from, options, taken), "--scheme", scheme];
      // Which of the runs it was they tell themselves; clients in a hurry are no option of a run.
      const crash = `${run.measures.primary}@${crashTimeOf(from.untilNs)}ns`;
      return run.measures.primary === null ? [plain] : [plain, [...plain, "--crash", crash]];
    });
  },
};
