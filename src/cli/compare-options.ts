import type { HardwareProfile } from "../host/hardware-profile.ts";
import type { ScenarioOptions } from "../scenarios/scenario.ts";
import type { Stage } from "../schemes/part-catalogue.ts";
import { stageNamed } from "../schemes/part-choice.ts";
import { type Nanoseconds, seconds, us } from "../sim/time.ts";
import type { CompareArguments } from "./compare-arguments.ts";
import { parseDuration } from "./duration.ts";
import { parseParts } from "./part-option.ts";
import { profileNamed } from "./profile-catalogue.ts";
import { SEED_DEFAULT } from "./run-options.ts";
import { parseSeed } from "./seed.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Scenarios that are compared if none is given: small and large, sparse and dense, with clients and without, and for
 * schemes machines two of which do not say the same.
 */
export const COMPARED_DEFAULT: Readonly<Record<"parts" | "schemes", readonly string[]>> = {
  parts: ["sqlite", "riscv-kv", "riscv-journal", "muncher", "linux-compile"],
  schemes: ["kv", "sqlite", "riscv-kv", "dice", "two-harts"],
};

/** What `standin compare parts`, or `schemes`, was asked for. */
export interface CompareOptions extends CommonOptions {
  readonly what: "parts" | "schemes";
  /** As they were given: names, or paths of modules. */
  readonly scenarios: readonly string[];
  /** Whether they are those of {@link COMPARED_DEFAULT}: then one that cannot be had is left out. */
  readonly isDefault: boolean;
  /** `undefined`: all. */
  readonly stages: readonly Stage[] | undefined;
  /** What all runs have in common. */
  readonly scenario: ScenarioOptions;
}

/** What everything that `standin compare` does can be asked for. */
export interface CommonOptions {
  readonly seed: number;
  /** `undefined`: as long as each scenario, or sweep, says. */
  readonly untilNs: Nanoseconds | undefined;
  readonly profile: HardwareProfile;
  readonly format: "text" | "json" | "markdown";
}

/**
 * Reads the options of `standin compare parts` and `schemes`. Whatever can be said without running anything is
 * checked here.
 *
 * @throws UsageError for the first thing that is wrong.
 * @throws StandinRangeError `PART_NAME` for a stage or a part that there is not.
 */
export function compareOptions(
  what: CompareOptions["what"],
  { names, values }: CompareArguments,
): CompareOptions {
  const { stage, part, interval, scenario: more = [] } = values;
  const common = commonOptions(values);
  if (what === "schemes" && (stage ?? part) !== undefined) {
    const option = stage === undefined ? "--part" : "--stage";
    throw new UsageError(`${option}: expected with compare parts, got it with compare schemes`);
  }
  for (const option of ["scheme", "svg"] as const) {
    if (values[option] === undefined) continue;
    throw new UsageError(`--${option}: expected with compare sweep, got it with compare ${what}`);
  }
  const stages = stage?.map(stageNamed);
  const parts = parseParts(part ?? []);
  const fixed = stages?.find((each) => parts[each] !== undefined);
  if (fixed !== undefined) {
    throw new UsageError(
      `--stage ${fixed}: expected a stage without --part, got ${fixed}=${parts[fixed]}`,
    );
  }
  const scenarios = [...names, ...more];
  const isDefault = scenarios.length === 0;
  return {
    ...common,
    what,
    scenarios: isDefault ? COMPARED_DEFAULT[what] : scenarios,
    isDefault,
    stages,
    scenario: {
      ...(interval !== undefined && {
        interval: parseDuration("--interval", interval, { leastNs: us(10), mostNs: seconds(60) }),
      }),
      parts,
    },
  };
}

/**
 * Reads what all of `standin compare` has in common.
 *
 * @throws UsageError for the first thing that is wrong.
 */
export function commonOptions(values: CompareArguments["values"]): CommonOptions {
  const { seed, until, profile, json = false, markdown = false } = values;
  if (json && markdown) throw new UsageError("expected --json or --markdown, got both");
  return {
    seed: seed === undefined ? SEED_DEFAULT : parseSeed("--seed", seed),
    untilNs: until === undefined ? undefined : parseDuration("--until", until, { leastNs: us(1) }),
    profile: profileNamed("--profile", profile ?? "modern"),
    format: json ? "json" : markdown ? "markdown" : "text",
  };
}
