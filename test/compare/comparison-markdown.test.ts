import { expect, test } from "vitest";
import { comparisonMarkdown, figureLegend } from "../../src/compare/comparison-markdown.ts";
import { partBlocks } from "../../src/compare/part-blocks.ts";
import { comparison, type PartComparison } from "../../src/compare/part-comparison.ts";
import { partFigures } from "../../src/compare/part-figure.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { counterScenario } from "../../src/scenarios/counter.ts";
import { partCatalogue } from "../../src/schemes/part-catalogue.ts";
import { ms } from "../../src/sim/time.ts";

const partMarkdown = (of: PartComparison) => comparisonMarkdown(partBlocks(of), partFigures);

function compared(): PartComparison {
  const options = { seed: 1, untilNs: ms(80), profile: modern, scenario: {} };
  const steps = comparison(counterScenario, options, ["capture", "encode"]);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

test("comparison markdown: a table of as many cells in each line, with ratios behind the figures", () => {
  const result = compared();
  const lines = partMarkdown(result);
  expect(lines[0]).toMatch(/^\| \| stopped p50 \| .* \| latency p50 \| .* \|$/);
  expect(lines[2]).toMatch(/^\| \*\*capture\*\*: stop-and-copy \| \d[^×]*\|$/);
  expect(lines[3]).toMatch(/^\| brownout \| \d[\d.]* us ×\d\.\d\d \| /);
  const captures = Object.keys(partCatalogue.capture).length;
  expect(lines[2 + captures]).toMatch(/^\| \*\*encode\*\*: whole \|/);
  const refused = partMarkdown({
    ...result,
    parts: result.parts.map((each) => ({ ...each, run: { refusal: "expected a disk" } })),
  });
  expect(refused[3]).toMatch(/^\| brownout \| expected a disk \|/);
  for (const line of [...lines, ...refused]) {
    expect(line.split("|")).toHaveLength(partFigures.length + 3);
  }
});

test("comparison markdown: a violation stands beside the part's name", () => {
  const { baseline, ...result } = compared();
  const violated = { ...baseline, violations: ["one-server"] };
  const [, , first] = partMarkdown({ ...result, baseline: violated });
  expect(first).toMatch(/^\| \*\*capture\*\*: stop-and-copy \(violated: one-server\) \|/);
});

test("comparison markdown: what the columns are", () => {
  expect(figureLegend(partFigures)).toHaveLength(partFigures.length);
  expect(figureLegend(partFigures)[0]).toMatch(/^- \*\*stopped p50\*\*: how long/);
});
