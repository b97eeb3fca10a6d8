// covers src/workers/crew.ts, src/workers/worker-error.ts
import fc from "fast-check";
import { expect, test } from "vitest";
import { Tally } from "../../src/explore/explore.ts";
import type { RunCase } from "../../src/explore/run-case.ts";
import type { Sweep } from "../../src/explore/sweep.ts";
import { StandinRangeError } from "../../src/sim/errors.ts";
import { AHEAD_MAX } from "../../src/workers/chunk-dealer.ts";
import { Crew, type CrewListener, type StartMember } from "../../src/workers/crew.ts";
import type { Chunk, SentOutcome } from "../../src/workers/message.ts";
import { sentError } from "../../src/workers/sent-error.ts";

function sweepOf(size: number): Sweep {
  const caseAt = (seed: number): RunCase => {
    return { seed, untilNs: 1, options: {}, plan: { version: 1, faults: [] } };
  };
  return { name: `${size} runs`, size, caseAt };
}

function outcomeOf(index: number, failing: ReadonlySet<number>): SentOutcome {
  const failure = { kind: "property", name: "p", atNs: index, detail: `${index}` } as const;
  const common = { hash: `hash ${index}`, happened: [`${index % 7}`, `run ${index}`] };
  if (failing.has(index)) return { verdict: "fails", failure, ...common };
  return { verdict: index % 5 === 0 ? "unsurvivable" : "holds", ...common };
}

/** Workers without threads: what they say waits until the test lets one of them say it. */
class Stage {
  readonly waiting: (() => void)[] = [];
  /** Every chunk that was dealt, with the number of the worker that got it. */
  readonly made: (Chunk & { readonly worker: number })[] = [];
  readonly listeners: CrewListener[] = [];
  current = -1;
  stopped = 0;
  readonly #sweep: Sweep;
  readonly #failing: ReadonlySet<number>;
  readonly #throwing: number;

  constructor(sweep: Sweep, failing: readonly number[] = [], throwing = -1) {
    this.#sweep = sweep;
    this.#failing = new Set(failing);
    this.#throwing = throwing;
  }

  readonly start: StartMember = (listener) => {
    const { name, size } = this.#sweep;
    this.listeners.push(listener);
    this.waiting.push(() => listener.said({ type: "ready", sweep: name, size }));
    const stop = (): Promise<void> => {
      this.stopped += 1;
      return Promise.resolve();
    };
    const worker = this.listeners.length;
    const make = (chunk: Chunk): void => this.#make({ worker, ...chunk }, listener);
    const current = (): number => this.current;
    return Object.defineProperty({ current: -1, make, stop }, "current", { get: current });
  };

  /** Lets them speak, one after the other, in an order that `pick` decides. */
  play(pick: (count: number) => number = () => 0): void {
    while (this.waiting.length > 0) {
      const [say] = this.waiting.splice(pick(this.waiting.length), 1);
      say?.();
    }
  }

  #make(chunk: Chunk & { readonly worker: number }, listener: CrewListener): void {
    this.made.push(chunk);
    const { first, count } = chunk;
    const isBad = this.#throwing >= first && this.#throwing < first + count;
    const whole = isBad ? this.#throwing - first : count;
    const outcomes = Array.from({ length: whole }, (_, at) => outcomeOf(first + at, this.#failing));
    const error = isBad ? { error: sentError(new StandinRangeError("BAD", "bad run")) } : {};
    const said = { type: "outcomes", first, outcomes, ...error, elapsedMs: count * 10 } as const;
    this.waiting.push(() => listener.said(said));
  }
}

const wanted = ["3", "run 17", "never"];

function tallyOf(sweep: Sweep, findingsMax = 1): Tally {
  return new Tally("s", sweep, wanted, findingsMax);
}

function crewOn(size: number, failing: readonly number[] = [], throwing = -1, findingsMax = 1) {
  const sweep = sweepOf(size);
  const tally = tallyOf(sweep, findingsMax);
  return { sweep, tally, stage: new Stage(sweep, failing, throwing) };
}

test("crew: the tally is that of one thread, whoever overtakes whom", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 120 }),
      fc.uniqueArray(fc.nat(119), { maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 5 }),
      fc.infiniteStream(fc.nat()),
      async (size, failing, findingsMax, workers, picks) => {
        const { sweep, tally, stage } = crewOn(size, failing, -1, findingsMax);
        const end = new Crew({ sweep, tally }, workers).run(stage.start);
        stage.play((count) => (picks.next().value ?? 0) % count);
        expect(await end).toEqual({ ended: "done" });
        const alone = tallyOf(sweep, findingsMax);
        for (let index = 0; index < size && !alone.isFull; index += 1) {
          alone.add(index, sweep.caseAt(index), outcomeOf(index, new Set(failing)));
        }
        expect(tally.result()).toEqual(alone.result());
        expect(stage.stopped).toBe(workers);
      },
    ),
    { numRuns: 200 },
  );
});

test("crew: progress tells the runs that count, and the last one", async () => {
  const { sweep, tally, stage } = crewOn(30, [12]);
  const seen: number[][] = [];
  const progress = (...told: number[]): void => void seen.push(told);
  const end = new Crew({ sweep, tally, progress }, 2).run(stage.start);
  stage.play((count) => count - 1);
  await end;
  expect(seen.at(-1)).toEqual([13, 30, 1]);
  const done = seen.map(([count = 0]) => count);
  expect(done).toEqual([...done].sort((a, b) => a - b));
});

test("crew: nothing is dealt behind the last finding", async () => {
  const { sweep, tally, stage } = crewOn(100, [0]);
  const end = new Crew({ sweep, tally }, 1).run(stage.start);
  stage.play();
  await end;
  expect(stage.made).toEqual([
    { worker: 1, first: 0, count: 1 },
    { worker: 1, first: 1, count: 1 },
  ]);
});

test("crew: a worker that has to wait for a slow one goes on when that is back", async () => {
  const { sweep, tally, stage } = crewOn(10_000);
  const end = new Crew({ sweep, tally }, 2).run(stage.start);
  // The first one is dealt the first two runs and keeps the first of them back.
  stage.waiting.shift()?.();
  const [slow] = stage.waiting.splice(1, 1);
  stage.play();
  expect(stage.made.reduce((sum, { count }) => sum + count, 0)).toBe(AHEAD_MAX);
  const before = stage.made.length;
  slow?.();
  expect(new Set(stage.made.slice(before).map(({ worker }) => worker))).toEqual(new Set([1, 2]));
  stage.play();
  expect(await end).toEqual({ ended: "done" });
  expect(tally.result()).toMatchObject({ runs: 10_000 });
});

test("crew: a run that throws is told when its turn comes, with class and code", async () => {
  const { sweep, tally, stage } = crewOn(20, [], 9);
  const end = new Crew({ sweep, tally }, 3).run(stage.start);
  stage.play((count) => count - 1);
  await expect(end).rejects.toThrow(StandinRangeError);
  await expect(end).rejects.toMatchObject({ code: "BAD", message: "bad run" });
  expect(tally.aborted()).toMatchObject({ runs: 9 });
});

test("crew: a run that throws behind the last finding does not count", async () => {
  const { sweep, tally, stage } = crewOn(20, [4], 9);
  const end = new Crew({ sweep, tally }, 3).run(stage.start);
  stage.play((count) => count - 1);
  expect(await end).toEqual({ ended: "done" });
  expect(tally.result()).toMatchObject({ status: "fails", runs: 5 });
});

test("crew: a worker that dies is told with the run that it was making", async () => {
  const { sweep, tally, stage } = crewOn(50);
  const end = new Crew({ sweep, tally }, 2).run(stage.start);
  for (const say of stage.waiting.splice(0)) say();
  stage.current = 17;
  stage.listeners[1]?.ended("exit code 3");
  await expect(end).rejects.toMatchObject({
    name: "WorkerError",
    code: "WORKER_DIED",
    index: 17,
    message: "worker 2: expected it to finish its work, it ended in run 18: exit code 3",
  });
  expect(stage.stopped).toBe(2);
});

test("crew: a worker that dies without a run says so", async () => {
  const { sweep, tally, stage } = crewOn(50);
  const end = new Crew({ sweep, tally }, 1).run(stage.start);
  for (const say of stage.waiting.splice(0)) say();
  stage.listeners[0]?.ended("exit code 3");
  await expect(end).rejects.toMatchObject({ code: "WORKER_DIED", index: undefined });
});

test("crew: nobody can start, for one reason or the other", async () => {
  const { sweep, tally, stage } = crewOn(5);
  const broken = (): never => {
    throw new Error("no threads here");
  };
  expect(await new Crew({ sweep, tally }, 2).run(broken)).toEqual({
    ended: "not-started",
    reason: "no threads here",
  });
  const end = new Crew({ sweep, tally }, 2).run(stage.start);
  stage.listeners[0]?.ended("no such file");
  const error = { name: "Error", message: "not loaded" };
  stage.listeners[1]?.said({ type: "refused", error });
  expect(await end).toEqual({ ended: "not-started", reason: "not loaded" });
  expect(tally.aborted()).toMatchObject({ runs: 0 });
});

test("crew: those that start do the work of those that cannot", async () => {
  const { sweep, tally, stage } = crewOn(20);
  const end = new Crew({ sweep, tally }, 3).run(stage.start);
  stage.waiting.shift();
  stage.listeners[0]?.ended("no such file");
  stage.play();
  expect(await end).toEqual({ ended: "done" });
  expect(tally.result()).toMatchObject({ runs: 20 });
});

test("crew: a worker with another sweep is refused", async () => {
  const { sweep, tally, stage } = crewOn(20);
  const end = new Crew({ sweep, tally }, 2).run(stage.start);
  stage.listeners[0]?.said({ type: "ready", sweep: "21 runs", size: 21 });
  stage.play();
  await expect(end).rejects.toMatchObject({ code: "WORKER_DIFFERS" });
  await expect(end).rejects.toThrow("worker 1: expected 20 runs (20 runs), got 21 runs (21 runs)");
  expect(stage.made).toEqual([]);
});

test("crew: it can be stopped on the way, or before", async () => {
  const { sweep, tally, stage } = crewOn(200);
  const stop = new AbortController();
  const progress = (done: number): void => {
    if (done >= 5) stop.abort();
  };
  const end = new Crew({ sweep, tally, progress, signal: stop.signal }, 2).run(stage.start);
  stage.play();
  expect(await end).toEqual({ ended: "aborted" });
  const result = tally.aborted();
  expect(result.status).toBe("aborted");
  expect(result.runs).toBeLessThan(20);
  expect(stage.stopped).toBe(2);
  const late = new Crew({ sweep, tally, signal: stop.signal }, 2).run(() => {
    throw new Error("started");
  });
  expect(await late).toEqual({ ended: "aborted" });
});

test("crew: what the observer throws ends it", async () => {
  const { sweep, tally, stage } = crewOn(20);
  const progress = (): never => {
    throw new Error("no more paper");
  };
  const end = new Crew({ sweep, tally, progress }, 2).run(stage.start);
  stage.play();
  await expect(end).rejects.toThrow("no more paper");
  expect(stage.stopped).toBe(2);
});
