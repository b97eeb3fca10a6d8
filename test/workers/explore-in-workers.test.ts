// covers src/workers/explore-in-workers.ts, src/workers/one-thread.ts, src/workers/run-chunk.ts, src/workers/thread.ts, src/workers/worker.ts
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, type TestContext, test } from "vitest";
import { explore } from "../../src/explore/explore.ts";
import { counterScenario } from "../../src/scenarios/counter.ts";
import { ms } from "../../src/sim/time.ts";
import { exploreInWorkers } from "../../src/workers/explore-in-workers.ts";
import type { WorkerExploreOptions } from "../../src/workers/message.ts";

/** Threads run what is built; only this thread runs the sources. */
const WORKER = new URL("../../dist/workers/worker.js", import.meta.url);
const BUILT = new URL("../../dist/index.js", import.meta.url);

function needsBuild(context: TestContext): void {
  if (!existsSync(WORKER)) context.skip("dist/ is not built: npm run build");
}

const HOLDS: WorkerExploreOptions = {
  mode: "every-step",
  steps: 8,
  hosts: ["a", "b"],
  untilNs: ms(120),
  scenario: { client: { requests: 20 } },
};
const FAILS: WorkerExploreOptions = {
  mode: "swarm",
  seeds: 60,
  findingsMax: 3,
  scenario: { broken: ["no-witness"] },
};
const notes: string[] = [];
const onNote = (text: string): void => void notes.push(text);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "standin-workers-"));
  notes.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A counter that does something of its own when it is built. */
function scenarioThat(statement: string): string {
  const path = join(folder, "scenario.mjs");
  writeFileSync(
    path,
    `import { counterScenario } from "${BUILT.href}";
    export default { ...counterScenario, build(simulation, options) {
      const { seed } = simulation.engine;
      ${statement}
      counterScenario.build(simulation, options);
    } };`,
  );
  return pathToFileURL(path).href;
}

test("workers: a sweep that holds, the same as on one thread", async (context) => {
  needsBuild(context);
  const result = await exploreInWorkers("counter", HOLDS, { workers: 2, onNote });
  expect(result).toEqual(explore(counterScenario, HOLDS));
  expect(notes).toEqual([]);
});

test("workers: several findings, in the same order with the same hashes", async (context) => {
  needsBuild(context);
  const alone = explore(counterScenario, FAILS);
  expect(alone).toMatchObject({ status: "fails", findings: { length: 3 } });
  const seen: number[][] = [];
  const onProgress = (...told: number[]): void => void seen.push(told);
  const result = await exploreInWorkers("counter", FAILS, { workers: 3, onNote, onProgress });
  expect(result).toEqual(alone);
  expect(notes).toEqual([]);
  expect(seen.at(-1)).toEqual([alone.runs, 60, 3]);
});

test("workers: one of them is this thread, with the same result", async () => {
  const seen: number[] = [];
  const onProgress = (done: number): void => void seen.push(done);
  const result = await exploreInWorkers("counter", FAILS, { workers: 1, onNote, onProgress });
  const alone = explore(counterScenario, FAILS);
  expect(result).toEqual(alone);
  expect(seen).toEqual(Array.from({ length: alone.runs }, (_, index) => index + 1));
  expect(notes).toEqual([]);
});

test("workers: where none can start, this thread does it and says why", async (context) => {
  needsBuild(context);
  const url = scenarioThat("");
  writeFileSync(
    join(folder, "fussy.mjs"),
    `import { workerData } from "node:worker_threads";
    import scenario from "${url}";
    if (workerData?.scenario !== undefined) throw new Error("not on a thread");
    export default scenario;`,
  );
  const fussy = pathToFileURL(join(folder, "fussy.mjs")).href;
  const result = await exploreInWorkers(fussy, HOLDS, { workers: 2, onNote });
  expect(result).toEqual(explore(counterScenario, HOLDS));
  expect(notes).toHaveLength(1);
  expect(notes[0]).toContain("runs are made on one thread");
  expect(notes[0]).toContain("not on a thread");
});

test("workers: one that dies is told with the number of its run", async (context) => {
  needsBuild(context);
  const url = scenarioThat("if (seed === 5) process.exit(3);");
  const exploring = exploreInWorkers(url, { mode: "swarm", seeds: 20 }, { workers: 2 });
  await expect(exploring).rejects.toMatchObject({
    code: "WORKER_DIED",
    index: 4,
    message: expect.stringMatching(/^worker [12]: .* in run 5: exit code 3$/) as string,
  });
});

test("workers: a run that throws throws here, too", async (context) => {
  needsBuild(context);
  const url = scenarioThat("if (seed === 5) throw new RangeError('no fives');");
  for (const workers of [1, 2]) {
    const exploring = exploreInWorkers(url, { mode: "swarm", seeds: 20 }, { workers });
    await expect(exploring).rejects.toMatchObject({ name: "RangeError", message: "no fives" });
  }
});

test("workers: they are stopped in the middle of a run", async (context) => {
  needsBuild(context);
  const url = scenarioThat("if (seed > 2) for (;;);");
  const stop = new AbortController();
  const onProgress = (done: number): void => {
    if (done === 2) stop.abort();
  };
  const options = { workers: 2, onProgress, signal: stop.signal };
  const result = await exploreInWorkers(url, { mode: "swarm", seeds: 20 }, options);
  expect(result).toMatchObject({ status: "aborted", runs: 2 });
});

test("workers: this thread can be stopped between two runs", async () => {
  const stop = new AbortController();
  const onProgress = (done: number): void => {
    if (done === 3) stop.abort();
  };
  const options = { workers: 1, onProgress, signal: stop.signal };
  const result = await exploreInWorkers("counter", { mode: "swarm", seeds: 20 }, options);
  expect(result).toMatchObject({ status: "aborted", runs: 3 });
});

test.each([
  [{ workers: 0 }, "workers: expected a whole number from 1 to 256, got 0"],
  [{ workers: 1.5 }, "workers: expected a whole number from 1 to 256, got 1.5"],
  [{ workers: 257 }, "workers: expected a whole number from 1 to 256, got 257"],
])("workers: %j is refused", async (options, message) => {
  await expect(exploreInWorkers("counter", HOLDS, options)).rejects.toMatchObject({
    code: "WORKERS",
    message,
  });
});

test("workers: own properties and bad options are refused before anything starts", async () => {
  const own = { ...HOLDS, properties: [] };
  await expect(exploreInWorkers("counter", own)).rejects.toMatchObject({
    code: "WORKER_PROPERTIES",
  });
  const elsewhere = { ...HOLDS, hosts: ["z"] };
  await expect(exploreInWorkers("counter", elsewhere)).rejects.toMatchObject({
    code: "NO_SUCH_HOST",
  });
});
