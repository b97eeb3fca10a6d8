import type { Scenario } from "../scenarios/scenario.ts";
import { partCatalogue, type Stage } from "../schemes/part-catalogue.ts";
import { baselineOf, type PartChoice, stages } from "../schemes/part-choice.ts";
import { type PartRun, type PartRunOptions, runParts } from "./part-run.ts";

/** One part of a stage in a scenario, all other stages with their baselines. */
export interface ComparedPart {
  readonly stage: Stage;
  readonly part: string;
  readonly run: PartRun;
}

/** All parts of some stages in one scenario. */
export interface PartComparison {
  readonly scenario: string;
  /** All baselines together: the first row of every stage. */
  readonly baseline: PartRun;
  /** All others, stage by stage, in the order of the catalogue. */
  readonly parts: readonly ComparedPart[];
}

/** A run that a comparison is about to make. */
export interface ComparisonStep {
  /** From 1. */
  readonly number: number;
  readonly count: number;
  /** Such as `encode=feedback`; `baseline` for the first. */
  readonly name: string;
}

/**
 * Measures each part of some stages, one run for each and one for all baselines; gives way before each
 * run, so that whoever compares can show how far it is, and stop.
 *
 * @param wanted Stages to go through, all by default; those with a single part have nothing to compare, and
 *   those whose part the options choose are left as they are.
 */
export function* comparison(
  scenario: Scenario,
  options: PartRunOptions,
  wanted: readonly Stage[] = stages,
): Generator<ComparisonStep, PartComparison> {
  const { parts: common = {} } = options.scenario;
  const compared = wanted.filter((stage) => common[stage] === undefined);
  const others = compared.flatMap((stage) =>
    Object.keys(partCatalogue[stage])
      .filter((part) => part !== baselineOf(stage))
      .map((part) => ({ stage, part })),
  );
  const count = others.length + 1;
  const measured = (choice: PartChoice): PartRun => {
    const parts = { ...common, ...choice };
    return runParts(scenario, { ...options, scenario: { ...options.scenario, parts } });
  };
  yield { number: 1, count, name: "baseline" };
  const baseline = measured({});
  const parts: ComparedPart[] = [];
  for (const { stage, part } of others) {
    yield { number: parts.length + 2, count, name: `${stage}=${part}` };
    parts.push({ stage, part, run: measured({ [stage]: part }) });
  }
  return { scenario: scenario.name, baseline, parts };
}
