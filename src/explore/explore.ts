import { fenceNamed } from "../cluster/fencing/fences.ts";
import type { Scenario, ScenarioOptions } from "../scenarios/scenario.ts";
import { SCHEME_DEFAULT, schemeNamed } from "../schemes/scheme-choice.ts";
import { StandinRangeError } from "../sim/errors.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { Property } from "../verify/properties/property.ts";
import { schemeOf } from "../verify/zoo.ts";
import type { BaseCase } from "./base-case.ts";
import { baselineOf } from "./baseline.ts";
import { everyCut } from "./every-cut.ts";
import { everyPoint } from "./every-point.ts";
import { everyStep } from "./every-step.ts";
import { faultPairs } from "./fault-pairs.ts";
import {
  type JudgeOptions,
  type RunCase,
  type RunFailure,
  type RunOutcome,
  runCase,
} from "./run-case.ts";
import { sometimesOf, standardProperties } from "./standard-properties.ts";
import { swarm } from "./swarm.ts";
import type { Sweep } from "./sweep.ts";

/** How a scenario is explored. */
export type ExploreMode = "every-step" | "points" | "cuts" | "pairs" | "swarm";

/** What to explore, and how far. Plain data but for what the caller adds to judge by. */
export interface ExploreOptions {
  readonly mode: ExploreMode;
  /** Swarm: how many seeds. Default 2,000. */
  readonly seeds?: number;
  /** Swarm: the first seed. Other modes: the only one. Default 1. */
  readonly fromSeed?: number;
  /** Every step: take only so many of them, evenly drawn. Default all. */
  readonly steps?: number;
  /** Hosts to crash, or to cut off. Default all that the scenario has, the witness's included. */
  readonly hosts?: readonly string[];
  /** Length of the first phase. Default the scenario's. */
  readonly untilNs?: Nanoseconds;
  /** Options of the scenario; a swarm draws all but scheme, parts and defects. */
  readonly scenario?: ScenarioOptions;
  /** Stop after so many findings. Default 1. */
  readonly findingsMax?: number;
  /** Properties beside the standard ones. */
  readonly properties?: readonly Property[];
  readonly oneCopy?: boolean;
  readonly convergenceNs?: Nanoseconds;
}

/** A run that failed, with its number in the sweep. */
export interface Finding {
  readonly index: number;
  readonly run: RunCase;
  readonly failure: RunFailure;
  /** The run's identity: who runs it again gets the same. */
  readonly hash: string;
}

/** What an exploration came to. */
export type ExploreResult = {
  readonly scenario: string;
  /** What was gone through, in a few words. */
  readonly sweep: string;
  /** Runs made: up to the last finding, or all. */
  readonly runs: number;
  /** Runs whose plan destroyed the last copy of a machine. */
  readonly unsurvivable: number;
} & (
  | { readonly status: "holds" }
  | { readonly status: "fails"; readonly findings: readonly Finding[] }
  /** Everything held, and something that a sweep has to bring about never happened. */
  | { readonly status: "missed"; readonly missing: readonly string[] }
  | { readonly status: "aborted" }
);

/** Somebody who wants to know how far it is, and may stop it. */
export interface ExploreObserver {
  /** Called after each run, with how many of how many are done and how many of them failed. */
  progress?(done: number, total: number, findings: number): void;
  /** Looked at before each run: an `AbortSignal` fits. */
  readonly signal?: { readonly aborted: boolean };
}

const SEEDS_DEFAULT = 2_000;

/** What every sweep with so many runs must have brought about at least once. */
const SEEN_BY_MANY = 500;

/** An exploration, ready to be gone through, whole or in parts. */
export interface Exploration {
  readonly sweep: Sweep;
  readonly judge: JudgeOptions;
  /** Names of what must happen at least once. */
  readonly wanted: readonly string[];
  readonly findingsMax: number;
}

/**
 * Prepares an exploration.
 *
 * @throws StandinRangeError for a count that is not whole or too small, or a host that is not there.
 */
export function exploration(scenario: Scenario, options: ExploreOptions): Exploration {
  const { mode, fromSeed = 1, seeds = SEEDS_DEFAULT, steps, findingsMax = 1 } = options;
  const untilNs = options.untilNs ?? scenario.until;
  whole("seeds", seeds, 1);
  whole("fromSeed", fromSeed, 0);
  whole("findingsMax", findingsMax, 1);
  if (steps !== undefined) whole("steps", steps, 1);
  const base = { seed: fromSeed, untilNs, options: options.scenario ?? {} };
  const all = baselineOf(scenario, { ...base, untilNs: 0 }).hosts;
  const hosts = options.hosts ?? all;
  for (const host of hosts) {
    if (all.includes(host)) continue;
    throw new StandinRangeError(
      "NO_SUCH_HOST",
      `hosts: expected some of ${all.join(", ")}, got "${host}"`,
    );
  }
  const sweep = sweepOf(scenario, mode, base, hosts, seeds, steps);
  // Who leaves hosts out knows what cannot happen without them.
  const isWhole = sweep.size >= SEEN_BY_MANY && options.hosts === undefined;
  const wanted = isWhole ? (scenario.wanted ?? wantedOf(mode, base.options)) : [];
  const properties = [...standardProperties, ...sometimesOf(wanted), ...(options.properties ?? [])];
  const named = properties.filter(({ type }) => type === "sometimes").map(({ name }) => name);
  const { oneCopy, convergenceNs } = options;
  const judge = {
    properties,
    ...(oneCopy === undefined ? {} : { oneCopy }),
    ...(convergenceNs === undefined ? {} : { convergenceNs }),
  };
  return { sweep, judge, wanted: named, findingsMax };
}

/**
 * Looks for a failure: runs a scenario under one fault plan after the other and judges each run.
 *
 * @throws StandinRangeError when an option is out of range.
 */
export function explore(
  scenario: Scenario,
  options: ExploreOptions,
  observer: ExploreObserver = {},
): ExploreResult {
  const { sweep, judge, wanted, findingsMax } = exploration(scenario, options);
  const tally = new Tally(scenario.name, sweep, wanted, findingsMax);
  for (let index = 0; index < sweep.size && !tally.isFull; index += 1) {
    if (observer.signal?.aborted === true) return tally.aborted();
    const run = sweep.caseAt(index);
    tally.add(index, run, runCase(scenario, run, judge));
    observer.progress?.(index + 1, sweep.size, tally.findings);
  }
  return tally.result();
}

/** Adds up outcomes, which come in the order of their numbers. */
export class Tally {
  readonly #scenario: string;
  readonly #sweep: Sweep;
  readonly #wanted: readonly string[];
  readonly #findingsMax: number;
  readonly #findings: Finding[] = [];
  readonly #happened = new Set<string>();
  #runs = 0;
  #unsurvivable = 0;

  constructor(scenario: string, sweep: Sweep, wanted: readonly string[], findingsMax: number) {
    this.#scenario = scenario;
    this.#sweep = sweep;
    this.#wanted = wanted;
    this.#findingsMax = findingsMax;
  }

  /** How many runs have failed so far. */
  get findings(): number {
    return this.#findings.length;
  }

  /** True when there are as many findings as were asked for. */
  get isFull(): boolean {
    return this.#findings.length >= this.#findingsMax;
  }

  /** Takes the outcome of the next run. */
  add(
    index: number,
    run: RunCase,
    outcome: Pick<RunOutcome, "verdict" | "failure" | "hash" | "happened">,
  ): void {
    this.#runs += 1;
    for (const name of outcome.happened) this.#happened.add(name);
    if (outcome.verdict === "unsurvivable") this.#unsurvivable += 1;
    const { failure, hash } = outcome;
    if (failure !== undefined) this.#findings.push({ index, run, failure, hash });
  }

  /** What it came to. */
  result(): ExploreResult {
    const missing = this.#wanted.filter((name) => !this.#happened.has(name));
    if (this.#findings.length > 0) {
      return { ...this.#common(), status: "fails", findings: this.#findings };
    }
    if (missing.length > 0) return { ...this.#common(), status: "missed", missing };
    return { ...this.#common(), status: "holds" };
  }

  /** What it came to when it was stopped on the way: what was found remains found. */
  aborted(): ExploreResult {
    if (this.#findings.length > 0) return this.result();
    return { ...this.#common(), status: "aborted" };
  }

  #common() {
    return {
      scenario: this.#scenario,
      sweep: this.#sweep.name,
      runs: this.#runs,
      unsurvivable: this.#unsurvivable,
    };
  }
}

function sweepOf(
  scenario: Scenario,
  mode: ExploreMode,
  base: BaseCase,
  hosts: readonly string[],
  seeds: number,
  steps: number | undefined,
): Sweep {
  switch (mode) {
    case "every-step":
      return everyStep(scenario, base, hosts, steps);
    case "points":
      return everyPoint(scenario, base, hosts);
    case "cuts":
      return everyCut(scenario, base, hosts);
    case "pairs":
      return faultPairs(scenario, base, hosts);
    case "swarm":
      return swarm(scenario, base, seeds);
  }
}

/** Kinds of records without which a sweep of that kind has looked in the wrong places. */
function wantedOf(
  mode: ExploreMode,
  { fence, scheme = SCHEME_DEFAULT, broken = [] }: ScenarioOptions,
) {
  const { intervalLeastNs } = schemeNamed(schemeOf(broken) ?? scheme);
  // With a single checkpoint there is hardly ever an unfinished one.
  const unfinished = intervalLeastNs === undefined ? [] : ["checkpoint.discarded"];
  // Where nobody decides, the loser of a dispute has no power to say so.
  const isDecided = fence === undefined || fenceNamed(fence).decider !== "nobody";
  const granted = isDecided ? "witness.granted" : "power.confirmed";
  const always = ["failover.serving", granted, ...unfinished, "protection.lost"];
  const disputed = isDecided ? ["witness.refused", "machine.fenced"] : [];
  const kinds = {
    ...{ "every-step": always, points: always },
    // Nothing dies, so that a checkpoint is hardly ever left unfinished.
    cuts: [granted, "protection.lost"],
    ...{ pairs: [...always, ...disputed], swarm: [...always, ...disputed] },
  }[mode];
  return kinds as Parameters<typeof sometimesOf>[0];
}

function whole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new StandinRangeError(
    "EXPLORE_OPTION",
    `${name}: expected a whole number of at least ${least}, got ${value}`,
  );
}
