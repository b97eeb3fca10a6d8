import type { HardwareProfile } from "../host/hardware-profile.ts";
import type { PartChoice } from "../schemes/part-choice.ts";
import { type Nanoseconds, seconds, us } from "../sim/time.ts";
import { parseArguments } from "./arguments.ts";
import { parseDuration } from "./duration.ts";
import { type FaultOption, parseCrash, parsePartition, parsePause } from "./fault-options.ts";
import { parseFence } from "./fence-option.ts";
import { parseParts } from "./part-option.ts";
import { profileNamed } from "./profile-catalogue.ts";
import { parseScheme } from "./scheme-option.ts";
import { parseSeed } from "./seed.ts";
import { checkTraceName } from "./trace-export.ts";
import { UsageError } from "./usage-error.ts";

/** Seed of a run for which none is given. */
export const SEED_DEFAULT = 1;

/** What `standin run` was asked for. */
export interface RunOptions {
  /** As it was given: a name, or the path of a module. */
  readonly scenario: string;
  readonly seed: number;
  /** `undefined`: as long as the scenario says. */
  readonly untilNs: Nanoseconds | undefined;
  /** `undefined`: the scheme's own. */
  readonly intervalNs: Nanoseconds | undefined;
  readonly profile: HardwareProfile;
  /** `undefined`: the scenario's own. */
  readonly fence: string | undefined;
  /** `undefined`: checkpoints. */
  readonly scheme: string | undefined;
  /** Empty: the baseline of each stage. */
  readonly parts: PartChoice;
  readonly faults: readonly FaultOption[];
  /** Where the trace goes, if anywhere. */
  readonly trace: string | undefined;
  readonly json: boolean;
}

/**
 * Reads the arguments of `standin run`. Whatever can be said without running anything is checked here.
 *
 * @throws UsageError for the first thing that is wrong.
 */
export function parseRunOptions(args: readonly string[]): RunOptions {
  const { values, positionals } = parseArguments(args, {
    seed: { type: "string" },
    until: { type: "string" },
    interval: { type: "string" },
    crash: { type: "string", multiple: true },
    partition: { type: "string", multiple: true },
    pause: { type: "string", multiple: true },
    profile: { type: "string" },
    scheme: { type: "string" },
    fence: { type: "string" },
    part: { type: "string", multiple: true },
    trace: { type: "string" },
    json: { type: "boolean" },
  });
  const [scenario, extra] = positionals;
  if (scenario === undefined) throw new UsageError("SCENARIO: expected one, got none");
  if (extra !== undefined) throw new UsageError(`SCENARIO: expected one, got also "${extra}"`);
  const { seed, until, interval, crash = [], partition = [], pause = [], trace } = values;
  if (trace !== undefined) checkTraceName(trace);
  const intervalNs =
    interval === undefined
      ? undefined
      : parseDuration("--interval", interval, { leastNs: us(10), mostNs: seconds(60) });
  const parts = parseParts(values.part ?? []);
  const scheme = parseScheme(values.scheme, { intervalNs, parts });
  return {
    scenario,
    seed: seed === undefined ? SEED_DEFAULT : parseSeed("--seed", seed),
    untilNs: until === undefined ? undefined : parseDuration("--until", until, { leastNs: us(1) }),
    intervalNs,
    profile: profileNamed("--profile", values.profile ?? "modern"),
    fence: parseFence(values.fence),
    scheme,
    parts,
    faults: [...crash.map(parseCrash), ...partition.map(parsePartition), ...pause.map(parsePause)],
    trace,
    json: values.json === true,
  };
}
