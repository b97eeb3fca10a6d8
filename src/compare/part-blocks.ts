import { baselineOf } from "../schemes/part-choice.ts";
import type { ComparedBlock } from "./comparison-table.ts";
import type { PartComparison } from "./part-comparison.ts";
import type { PartMeasures } from "./part-measures.ts";

/** A comparison of parts as the blocks of a table: one for each stage, its baseline first. */
export function partBlocks({ baseline, parts }: PartComparison): ComparedBlock<PartMeasures>[] {
  const stages = [...new Set(parts.map(({ stage }) => stage))];
  return stages.map((stage) => ({
    heading: stage,
    rows: [
      { label: baselineOf(stage), run: baseline },
      ...parts
        .filter((each) => each.stage === stage)
        .map(({ part, run }) => ({ label: part, run })),
    ],
  }));
}
