import type { Exploration } from "../explore/explore.ts";
import { runCase } from "../explore/run-case.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import type { Chunk, ChunkOutcomes, SentOutcome } from "./message.ts";
import { sentError } from "./sent-error.ts";

/**
 * Makes consecutive runs of a sweep, up to one that throws.
 *
 * @param begins Told the number of each run before it is made.
 */
export function runChunk(
  scenario: Scenario,
  { sweep, judge }: Pick<Exploration, "sweep" | "judge">,
  { first, count }: Chunk,
  begins: (index: number) => void,
): ChunkOutcomes {
  const startedAtMs = performance.now();
  const outcomes: SentOutcome[] = [];
  const made = (): Omit<ChunkOutcomes, "error"> => {
    return { type: "outcomes", first, outcomes, elapsedMs: performance.now() - startedAtMs };
  };
  for (let index = first; index < first + count; index += 1) {
    begins(index);
    try {
      const { verdict, failure, hash, happened } = runCase(scenario, sweep.caseAt(index), judge);
      outcomes.push({ verdict, ...(failure && { failure }), hash, happened });
    } catch (error) {
      return { ...made(), error: sentError(error) };
    }
  }
  return made();
}
