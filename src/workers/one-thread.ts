import type { Exploration, Tally } from "../explore/explore.ts";
import { runCase } from "../explore/run-case.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import type { CrewWork } from "./crew.ts";

/** How long runs are made before others may have a turn: signals, output. */
const SLICE_MS = 50;

/** Goes through a sweep in this thread, with pauses in which it can be stopped. */
export async function exploreOnOneThread(
  scenario: Scenario,
  { sweep, judge }: Pick<Exploration, "sweep" | "judge">,
  tally: Tally,
  { progress, signal }: Pick<CrewWork, "progress" | "signal">,
): Promise<"done" | "aborted"> {
  let pausedAtMs = performance.now();
  for (let index = 0; index < sweep.size && !tally.isFull; index += 1) {
    if (performance.now() - pausedAtMs > SLICE_MS) {
      await pause();
      pausedAtMs = performance.now();
    }
    if (signal?.aborted === true) return "aborted";
    const run = sweep.caseAt(index);
    tally.add(index, run, runCase(scenario, run, judge));
    progress?.(index + 1, sweep.size, tally.findings);
  }
  return "done";
}

function pause(): Promise<void> {
  // Not every engine has the first one; the second waits for longer than is needed.
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
