import { formatTime } from "../sim/time.ts";
import type { ExploreResult, Finding } from "./explore.ts";
import type { RunCase } from "./run-case.ts";
import { formatRun } from "./run-literal.ts";
import type { Shrunk } from "./shrink.ts";

/**
 * What an exploration came to, for people: what broke in the first line, then when, how it was found
 * and how to see it again. No wall time and no path, so that snapshots hold.
 *
 * @param shrunk For each finding the run it was shrunk to, as far as it was.
 * @param source What finds the scenario again, where its name does not: the path of its module.
 */
export function describeExploration(
  result: ExploreResult,
  shrunk: readonly Shrunk[] = [],
  source: string = result.scenario,
): string {
  const { scenario, sweep, runs, unsurvivable } = result;
  const spared = unsurvivable === 0 ? "" : `, ${unsurvivable} of them beyond every promise`;
  const searched = `${runs} ${runs === 1 ? "run" : "runs"} of ${sweep}${spared}`;
  switch (result.status) {
    case "holds":
      return `${scenario} holds: ${searched}`;
    case "aborted":
      return `${scenario}: stopped after ${searched}; nothing was found so far`;
    case "missed":
      return [
        `${scenario}: nothing broke, but these never happened in ${searched}:`,
        ...result.missing.map((name) => `  ${name}`),
        "a sweep without them has shown nothing about them",
      ].join("\n");
    case "fails":
      return result.findings
        .map((finding, index) => describeFinding(result, finding, shrunk[index], source))
        .join("\n\n");
  }
}

function describeFinding(
  { scenario, runs, sweep }: ExploreResult,
  { index, run, failure }: Finding,
  shrunk: Shrunk | undefined,
  source: string,
): string {
  const last = shrunk ?? { run, failure, runs: 0 };
  const lines = [
    `${scenario} does not hold: ${last.failure.name} at ${formatTime(last.failure.atNs)}`,
    `  ${last.failure.detail}`,
    `found by run ${index + 1} (${runs} runs of ${sweep} made), seed ${run.seed}`,
  ];
  if (shrunk !== undefined) {
    const [before, after] = [run.plan.faults.length, shrunk.run.plan.faults.length];
    lines.push(`shrunk from ${count(before)} to ${count(after)} in ${shrunk.runs} runs`);
  }
  lines.push(`replay: ${replayCommand(source, last.run)}`);
  return lines.join("\n");
}

/** The command that replays a run, to paste into a shell. */
export function replayCommand(scenario: string, run: RunCase): string {
  return `npx standin replay '${formatRun({ scenario, run })}'`;
}

function count(faults: number): string {
  return faults === 1 ? "1 fault" : `${faults} faults`;
}
