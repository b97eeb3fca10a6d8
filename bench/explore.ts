// a crash at every step of the counter on all cores (1 s, 25 ms epochs), and seeds of the swarm per second
import { availableParallelism } from "node:os";
import { type ExploreResult, exploreInWorkers, type WorkerExploreOptions } from "standin/workers";

/** For a quick look: only so many steps, evenly drawn. */
const STEPS = process.argv[2] === undefined ? undefined : Number(process.argv[2]);
const SEEDS = STEPS ?? 1_000;
const SECONDS_WANTED = 60;

const cores = availableParallelism();
const row = (name: string, value: string): void => console.log(`  ${name.padEnd(26)}${value}`);

async function timed(
  title: string,
  options: WorkerExploreOptions,
  workers: number,
): Promise<{ readonly result: ExploreResult; readonly seconds: number }> {
  console.log(`${title}, ${workers === 1 ? "1 thread" : `${workers} workers`}`);
  const startedAt = performance.now();
  const onNote = (text: string): void => row("note", text);
  const result = await exploreInWorkers("counter", options, { workers, onNote });
  const seconds = (performance.now() - startedAt) / 1_000;
  row("went through", `${result.runs} runs: ${result.sweep}`);
  row("verdict", result.status);
  row("took", `${seconds.toFixed(1)} s`);
  return { result, seconds };
}

const everyStep = await timed(
  "crash of a or b before every event of the counter",
  { mode: "every-step", hosts: ["a", "b"], ...(STEPS === undefined ? {} : { steps: STEPS }) },
  cores,
);
row("steps × hosts per second", (everyStep.result.runs / everyStep.seconds).toFixed(0));
if (STEPS === undefined) {
  const isMet = everyStep.seconds < SECONDS_WANTED;
  row(`under ${SECONDS_WANTED} s`, isMet ? "yes" : "NO");
}

for (const workers of cores > 1 ? [1, cores] : [1]) {
  const swarm = await timed("\nswarm over the counter", { mode: "swarm", seeds: SEEDS }, workers);
  row("seeds per second", (swarm.result.runs / swarm.seconds).toFixed(0));
}
