import type { Scenario } from "../scenarios/scenario.ts";
import { ms, type Nanoseconds, us } from "../sim/time.ts";
import { durationOf, type Fault } from "../verify/plan/fault.ts";
import { type JudgeOptions, type RunCase, type RunFailure, runCase } from "./run-case.ts";

/** Most runs that a shrinking makes unless told otherwise. */
const RUNS_MAX = 400;

/** What a shrinking came to. */
export interface Shrunk {
  /** The smallest run found that fails in the same way. */
  readonly run: RunCase;
  readonly failure: RunFailure;
  /** Runs it took. */
  readonly runs: number;
}

/**
 * Makes a failing run smaller as long as it fails in the same way: drops faults, puts options back
 * to their defaults, shortens the workload, weakens what is left (later, shorter, rounder). After
 * each step that helped it begins again with the coarsest (delta debugging, Zeller and Hildebrandt,
 * 2002, in its greedy form: plans are short).
 */
export function shrink(
  scenario: Scenario,
  run: RunCase,
  failure: RunFailure,
  judge: JudgeOptions,
  runsMax: number = RUNS_MAX,
): Shrunk {
  let shrunk: Shrunk = { run, failure, runs: 0 };
  for (shrunk of shrinking(scenario, run, failure, judge, runsMax));
  return shrunk;
}

/**
 * The same, run by run: gives the smallest so far after each, so that whoever shrinks can show how far
 * it is, and stop.
 */
export function* shrinking(
  scenario: Scenario,
  run: RunCase,
  failure: RunFailure,
  judge: JudgeOptions,
  runsMax: number = RUNS_MAX,
): Generator<Shrunk, void> {
  let best = { run, failure };
  let runs = 0;
  const tried = new Set([JSON.stringify(run)]);
  for (let helped = true; helped; ) {
    helped = false;
    for (const candidate of candidates(best.run, best.failure)) {
      const key = JSON.stringify(candidate);
      if (tried.has(key)) continue;
      if (runs >= runsMax) return;
      tried.add(key);
      runs += 1;
      const { failure: found } = runCase(scenario, candidate, judge);
      helped = found !== undefined && sameFailure(found, failure);
      if (found !== undefined && helped) best = { run: candidate, failure: found };
      yield { ...best, runs };
      if (helped) break;
    }
  }
}

/** Two failures are the same when the same check failed. */
export function sameFailure(one: RunFailure, other: RunFailure): boolean {
  return one.kind === other.kind && one.name === other.name;
}

/** Smaller runs, the boldest first. */
function candidates(run: RunCase, { atNs }: RunFailure): RunCase[] {
  return [
    ...withFewerFaults(run),
    ...withFewerOptions(run),
    ...withLessWork(run, atNs),
    ...withWeakerFaults(run),
  ];
}

function withFewerFaults(run: RunCase): RunCase[] {
  const { faults } = run.plan;
  const halves =
    faults.length < 4
      ? []
      : [faults.slice(0, faults.length >> 1), faults.slice(faults.length >> 1)];
  const without = faults.map((_, index) => faults.filter((__, at) => at !== index));
  return [...halves, ...without].map((left) => ({ ...run, plan: { ...run.plan, faults: left } }));
}

function withFewerOptions(run: RunCase): RunCase[] {
  const { options } = run;
  const smaller: RunCase["options"][] = [];
  for (const key of [
    "link",
    "detection",
    "client",
    "interval",
    "fence",
    "scheme",
    "parts",
  ] as const) {
    if (options[key] === undefined) continue;
    const { [key]: _dropped, ...rest } = options;
    smaller.push(rest);
  }
  for (const key of ["link", "detection", "client", "parts"] as const) {
    const fields = Object.entries(options[key] ?? {});
    for (const dropped of fields) {
      const rest = Object.fromEntries(fields.filter((field) => field !== dropped));
      smaller.push({ ...options, [key]: rest });
    }
  }
  return smaller.map((fewer) => ({ ...run, options: fewer }));
}

function withLessWork(run: RunCase, failedAtNs: Nanoseconds): RunCase[] {
  const { options, untilNs } = run;
  const shorter = [ms(100), ms(200), ms(400)]
    .filter((length) => length < untilNs)
    .concat(failedAtNs > 0 && failedAtNs < untilNs ? [roundedUp(failedAtNs, ms(10))] : [])
    .map((length) => ({ ...run, untilNs: length }));
  const requests = [1, 10, 40].map((count) => ({
    ...run,
    options: { ...options, client: { ...options.client, requests: count } },
  }));
  const present = options.client?.requests;
  return [
    ...shorter.filter((each) => each.untilNs < untilNs),
    ...requests.filter((each) => present === undefined || each.options.client.requests < present),
  ];
}

function withWeakerFaults(run: RunCase): RunCase[] {
  const { faults } = run.plan;
  return faults.flatMap((fault, index) =>
    weaker(fault).map((each) => {
      const changed = faults.map((other, at) => (at === index ? each : other));
      return { ...run, plan: { ...run.plan, faults: changed } };
    }),
  );
}

/** The same fault, a little less of it. */
function weaker(fault: Fault): Fault[] {
  const result: Fault[] = [];
  const forNsNow = durationOf(fault);
  if (forNsNow !== undefined && "forNs" in fault) {
    for (const forNs of [ms(5), ms(30), ms(120), ms(300)]) {
      if (forNs < forNsNow) result.push({ ...fault, forNs });
    }
  }
  if ("probability" in fault && fault.probability < 1) {
    // Certain is simpler than likely: nothing is drawn any more.
    result.push({ ...fault, probability: 1 });
  }
  if ("oneWay" in fault && fault.oneWay) {
    const { oneWay: _dropped, ...both } = fault;
    result.push(both);
  }
  if ("atNs" in fault.at) {
    for (const grain of [ms(100), ms(10), ms(1), us(100), us(10)]) {
      const atNs = roundedUp(fault.at.atNs, grain);
      // Rounder, never twice at the same grain: the first that fits is kept.
      if (fault.at.atNs % grain !== 0) result.push({ ...fault, at: { atNs } });
    }
  } else if ("point" in fault.at && fault.at.occurrence > 1) {
    result.push({ ...fault, at: { ...fault.at, occurrence: 1 } });
    result.push({ ...fault, at: { ...fault.at, occurrence: fault.at.occurrence >> 1 } });
  }
  return result;
}

function roundedUp(timeNs: Nanoseconds, grainNs: Nanoseconds): Nanoseconds {
  return Math.ceil(timeNs / grainNs) * grainNs;
}
