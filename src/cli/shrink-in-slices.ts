import { setImmediate } from "node:timers/promises";
import type { RunCase, RunFailure } from "../explore/run-case.ts";
import { type Shrunk, shrinking } from "../explore/shrink.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import type { CommandIo } from "./command-io.ts";
import { ProgressLine } from "./progress-line.ts";
import { standardJudge } from "./standard-judge.ts";

/** Shrinks a failing run; interrupted, it gives the smallest that it has found so far. */
export async function shrinkInSlices(
  scenario: Scenario,
  { run, failure }: { readonly run: RunCase; readonly failure: RunFailure },
  io: CommandIo,
  runsMax?: number,
): Promise<Shrunk> {
  const progress = new ProgressLine(io);
  let shrunk: Shrunk = { run, failure, runs: 0 };
  for (shrunk of shrinking(scenario, run, failure, standardJudge, runsMax)) {
    const { runs } = shrunk;
    const faults = shrunk.run.plan.faults.length;
    progress.show(
      () => `shrinking: ${runs} runs, from ${run.plan.faults.length} to ${faults} faults`,
    );
    await setImmediate();
    if (io.signal?.aborted === true) break;
  }
  progress.clear();
  return shrunk;
}
