import type { Scenario } from "../scenarios/scenario.ts";
import { schemeNames } from "../schemes/scheme-choice.ts";
import type { ComparedBlock } from "./comparison-table.ts";
import type { ComparisonStep } from "./part-comparison.ts";
import type { PartRunOptions } from "./part-run.ts";
import { runScheme, type SchemeFigures, type SchemeRun } from "./scheme-run.ts";

/** One scheme in a scenario. */
export interface ComparedScheme {
  readonly scheme: string;
  readonly run: SchemeRun;
}

/** All schemes in one scenario. */
export interface SchemeComparison {
  readonly scenario: string;
  /** In the order of the catalogue: the first is what the others are compared with. */
  readonly schemes: readonly ComparedScheme[];
}

/**
 * Measures each scheme on the same workload, seed and crash; gives way before each, so that whoever compares can
 * show how far it is, and stop.
 */
export function* schemeComparison(
  scenario: Scenario,
  options: PartRunOptions,
): Generator<ComparisonStep, SchemeComparison> {
  const schemes: ComparedScheme[] = [];
  for (const scheme of schemeNames) {
    yield { number: schemes.length + 1, count: schemeNames.length, name: scheme };
    const run = runScheme(scenario, { ...options, scenario: { ...options.scenario, scheme } });
    schemes.push({ scheme, run });
  }
  return { scenario: scenario.name, schemes };
}

/** A comparison of schemes as the only block of a table. */
export function schemeBlocks(
  { schemes }: SchemeComparison,
  heading: string,
): ComparedBlock<SchemeFigures>[] {
  return [{ heading, rows: schemes.map(({ scheme, run }) => ({ label: scheme, run })) }];
}
