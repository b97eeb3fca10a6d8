import { type ExploreResult, exploration, Tally } from "../explore/explore.ts";
import { StandinRangeError, StandinTypeError } from "../sim/errors.ts";
import { Crew, type CrewEnd, type CrewWork } from "./crew.ts";
import { loadScenario } from "./load-scenario.ts";
import type { WorkerExploreOptions } from "./message.ts";
import { exploreOnOneThread } from "./one-thread.ts";
import { startThread } from "./thread.ts";

/** Most workers of one exploration. */
export const WORKERS_MAX = 256;

/** How an exploration is spread over threads, and who wants to know about it. */
export interface WorkerOptions {
  /** Threads that make runs, 1 to 256. Default as many as there are cores. 1: no other than this one. */
  readonly workers?: number;
  /** Called now and then: runs done, runs in all, runs that failed. */
  readonly onProgress?: (done: number, total: number, findings: number) => void;
  /** Told why the runs are made on one thread, if more were asked for and cannot be had. */
  readonly onNote?: (text: string) => void;
  /** Stops the exploration; workers are stopped in the middle of a run. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Explores a scenario on several threads: `explore` with the same verdict, the same findings in the
 * same order and the same counts, only sooner. Every thread loads the scenario for itself.
 *
 * Where there are no threads, or none can be started, the runs are made on this one.
 *
 * @param scenarioRef The name of a scenario of the library, or the URL of a module, see {@link loadScenario}.
 * @throws As `explore` and `loadScenario` do; StandinRangeError `WORKERS` for a count that is out of
 *   range; StandinTypeError `WORKER_PROPERTIES` for own properties, which are functions and cannot be
 *   sent; WorkerError when a worker dies.
 */
export async function exploreInWorkers(
  scenarioRef: string,
  options: WorkerExploreOptions,
  { workers, onProgress, onNote, signal }: WorkerOptions = {},
): Promise<ExploreResult> {
  if (workers !== undefined) checkCount(workers);
  if ("properties" in options) {
    throw new StandinTypeError(
      "WORKER_PROPERTIES",
      "properties: expected none, because functions cannot be sent to workers, got some",
    );
  }
  const scenario = await loadScenario(scenarioRef);
  const prepared = exploration(scenario, options);
  const { sweep, wanted, findingsMax } = prepared;
  const tally = new Tally(scenario.name, sweep, wanted, findingsMax);
  const work: CrewWork = { sweep, tally, signal, ...(onProgress && { progress: onProgress }) };
  const count = Math.min(workers ?? (await coreCount()), sweep.size);
  const crew = await inCrew(work, count, { scenario: scenarioRef, options });
  if (crew.reason !== undefined) {
    onNote?.(`runs are made on one thread, because no other could be started: ${crew.reason}`);
  }
  const ended =
    crew.ended === "not-started"
      ? await exploreOnOneThread(scenario, prepared, tally, work)
      : crew.ended;
  return ended === "aborted" ? tally.aborted() : tally.result();
}

async function inCrew(
  work: CrewWork,
  count: number,
  task: { readonly scenario: string; readonly options: WorkerExploreOptions },
): Promise<{ readonly ended: CrewEnd["ended"]; readonly reason?: string }> {
  // One worker has nothing over this thread.
  if (count <= 1) return { ended: "not-started" };
  let threads: typeof import("node:worker_threads");
  try {
    threads = await import("node:worker_threads");
  } catch {
    return { ended: "not-started", reason: "this engine has no node:worker_threads" };
  }
  return await new Crew(work, count).run((listener) => startThread(threads, task, listener));
}

async function coreCount(): Promise<number> {
  try {
    return Math.min((await import("node:os")).availableParallelism(), WORKERS_MAX);
  } catch {
    return 1;
  }
}

function checkCount(workers: number): void {
  if (Number.isSafeInteger(workers) && workers >= 1 && workers <= WORKERS_MAX) return;
  throw new StandinRangeError(
    "WORKERS",
    `workers: expected a whole number from 1 to ${WORKERS_MAX}, got ${workers}`,
  );
}
