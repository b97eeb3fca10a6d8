import { REQUESTS_MAX } from "../client/client.ts";
import type { ExploreMode } from "../explore/explore.ts";
import type { ScenarioOptions } from "../scenarios/scenario.ts";
import { ms, seconds, us } from "../sim/time.ts";
import { type ZooName, zooNames } from "../verify/zoo.ts";
import { WORKERS_MAX } from "../workers/explore-in-workers.ts";
import type { WorkerExploreOptions } from "../workers/message.ts";
import { parseArguments } from "./arguments.ts";
import { parseCount } from "./count.ts";
import { parseDuration } from "./duration.ts";
import { parseFence } from "./fence-option.ts";
import { parseParts } from "./part-option.ts";
import { parseScheme } from "./scheme-option.ts";
import { parseSeed } from "./seed.ts";
import { UsageError } from "./usage-error.ts";

/** Most runs that may be asked for by number. */
const COUNT_MAX = 1_000_000_000;

const MODES: readonly ExploreMode[] = ["every-step", "points", "cuts", "pairs", "swarm"];

/** What `standin explore` was asked for. */
export interface ExploreArguments {
  /** As it was given: a name, or the path of a module. */
  readonly scenario: string;
  readonly explore: WorkerExploreOptions;
  /** `undefined`: as many as there are cores. */
  readonly workers: number | undefined;
  readonly shrinks: boolean;
  readonly json: boolean;
}

/**
 * Reads the arguments of `standin explore`. Whatever can be said without running anything is checked
 * here.
 *
 * @throws UsageError for the first thing that is wrong.
 */
export function parseExploreOptions(args: readonly string[]): ExploreArguments {
  const { values, positionals } = parseArguments(args, {
    "every-step": { type: "boolean" },
    points: { type: "boolean" },
    cuts: { type: "boolean" },
    pairs: { type: "boolean" },
    swarm: { type: "boolean" },
    seeds: { type: "string" },
    "from-seed": { type: "string" },
    steps: { type: "string" },
    host: { type: "string", multiple: true },
    until: { type: "string" },
    interval: { type: "string" },
    requests: { type: "string" },
    break: { type: "string", multiple: true },
    scheme: { type: "string" },
    fence: { type: "string" },
    part: { type: "string", multiple: true },
    workers: { type: "string" },
    json: { type: "boolean" },
    "no-shrink": { type: "boolean" },
  });
  const [scenario, extra] = positionals;
  if (scenario === undefined) throw new UsageError("SCENARIO: expected one, got none");
  if (extra !== undefined) throw new UsageError(`SCENARIO: expected one, got also "${extra}"`);
  const mode = onlyMode(MODES.filter((each) => values[each] === true));
  const { seeds, "from-seed": fromSeed, steps, host, until, interval, requests, workers } = values;
  if (mode !== "swarm" && seeds !== undefined) refuse("--seeds", "--swarm", mode);
  if (mode !== "every-step" && steps !== undefined) refuse("--steps", "--every-step", mode);
  const others = "--every-step, --points, --cuts or --pairs";
  if (mode === "swarm" && host !== undefined) refuse("--host", others, mode);
  if (mode === "swarm" && interval !== undefined) refuse("--interval", others, mode);
  if (mode === "swarm" && requests !== undefined) refuse("--requests", others, mode);
  const durations = { leastNs: us(10), mostNs: seconds(60) };
  const intervalNs =
    interval === undefined ? undefined : parseDuration("--interval", interval, durations);
  const parts = parseParts(values.part ?? []);
  const scheme = parseScheme(values.scheme, { intervalNs, parts });
  const fence = parseFence(values.fence);
  const options: ScenarioOptions = {
    ...(intervalNs !== undefined && { interval: intervalNs }),
    ...(requests !== undefined && {
      client: { requests: parseCount("--requests", requests, 1, REQUESTS_MAX) },
    }),
    ...(fence !== undefined && { fence }),
    ...(scheme !== undefined && { scheme }),
    ...(values.part !== undefined && { parts }),
    ...(values.break !== undefined && { broken: values.break.map(zooName) }),
  };
  return {
    scenario,
    explore: {
      mode,
      ...(seeds !== undefined && { seeds: parseCount("--seeds", seeds, 1, COUNT_MAX) }),
      ...(fromSeed !== undefined && { fromSeed: parseSeed("--from-seed", fromSeed) }),
      ...(steps !== undefined && { steps: parseCount("--steps", steps, 1, COUNT_MAX) }),
      ...(host !== undefined && { hosts: host }),
      // Shorter than that, nothing is protected yet.
      ...(until !== undefined && { untilNs: parseDuration("--until", until, { leastNs: ms(10) }) }),
      scenario: options,
    },
    workers: workers === undefined ? undefined : parseCount("--workers", workers, 1, WORKERS_MAX),
    shrinks: values["no-shrink"] !== true,
    json: values.json === true,
  };
}

function onlyMode(given: readonly ExploreMode[]): ExploreMode {
  const [mode = "swarm", other] = given;
  if (other === undefined) return mode;
  const known = MODES.map((each) => `--${each}`).join(", ");
  throw new UsageError(`expected one of ${known}, got --${mode} and --${other}`);
}

function refuse(option: string, wanted: string, mode: ExploreMode): never {
  throw new UsageError(`${option}: expected with ${wanted}, got it with --${mode}`);
}

function zooName(given: string): ZooName {
  const name = zooNames.find((each) => each === given);
  if (name !== undefined) return name;
  throw new UsageError(`--break: expected one of ${zooNames.join(", ")}, got "${given}"`);
}
