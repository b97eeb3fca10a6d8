import { pathNames } from "../cluster/detection/detection-options.ts";
import { fenceNamed } from "../cluster/fencing/fences.ts";
import type { ScenarioOptions } from "../scenarios/scenario.ts";
import { checkpointOptions } from "../schemes/part-choice.ts";
import { schemeNamed } from "../schemes/scheme-choice.ts";
import { StandinRangeError, StandinTypeError } from "../sim/errors.ts";
import type { Nanoseconds } from "../sim/time.ts";
import { planLiteral } from "../verify/plan/format-plan.ts";
import { parsePlan } from "../verify/plan/parse-plan.ts";
import { zooNames } from "../verify/zoo.ts";
import type { RunCase } from "./run-case.ts";

/** Longest text that is read as a run. */
const TEXT_MAX = 1_048_576;

/** Longest first phase that a literal may ask for: a virtual day. */
const UNTIL_MAX_NS: Nanoseconds = 86_400_000_000_000;

/** A run and the scenario it belongs to, as one line can carry it. */
export interface NamedRun {
  /** Name of the scenario, or path of its module. */
  readonly scenario: string;
  readonly run: RunCase;
}

/** A run as one line of JSON without a single quote, so that it can stand between them in a shell. */
export function formatRun({ scenario, run }: NamedRun): string {
  const { seed, untilNs, options, plan } = run;
  const head = JSON.stringify({ scenario, seed, untilNs, options }).replaceAll("'", "\\u0027");
  return `${head.slice(0, -1)},"plan":${planLiteral(plan)}}`;
}

/**
 * Reads what {@link formatRun} wrote.
 *
 * @throws StandinRangeError `RUN_TEXT` or StandinTypeError `RUN_FIELD` for anything else, with what was
 *   expected and what was given; and whatever `parsePlan` throws.
 */
export function parseRun(text: string): NamedRun {
  if (text.length > TEXT_MAX) {
    throw new StandinRangeError(
      "RUN_TEXT",
      `run: expected at most ${TEXT_MAX} characters, got ${text.length}`,
    );
  }
  const value = parsedJson(text);
  const fields = record("run", value);
  only("run", fields, ["scenario", "seed", "untilNs", "options", "plan"]);
  const { scenario } = fields;
  if (typeof scenario !== "string" || scenario === "") refuse("scenario", "a name", scenario);
  const seed = whole("seed", fields["seed"], 0, Number.MAX_SAFE_INTEGER);
  const untilNs = whole("untilNs", fields["untilNs"], 1, UNTIL_MAX_NS);
  const options = readOptions(fields["options"] ?? {});
  return { scenario, run: { seed, untilNs, options, plan: parsePlan(fields["plan"]) } };
}

/** Shape only: what the numbers may be is checked where they are used. */
function readOptions(value: unknown): ScenarioOptions {
  const options = record("options", value);
  const known = [
    ...["interval", "link", "detection", "fence", "client", "scheme", "parts", "broken"],
  ];
  only("options", options, known);
  if (options["interval"] !== undefined) {
    whole("options.interval", options["interval"], 1, UNTIL_MAX_NS);
  }
  const groups = {
    link: [
      "latency",
      "bandwidth",
      "queueBytes",
      "jitter",
      "loss",
      "duplication",
      "reordering",
      "reorderingDelay",
      "corruption",
    ],
    detection: ["heartbeat", "timeout", "paths", "trafficCounts", "replicationTimeout"],
    client: ["requests", "think", "window", "timeout"],
  };
  for (const [group, names] of Object.entries(groups)) {
    if (options[group] === undefined) continue;
    const fields = record(`options.${group}`, options[group]);
    only(`options.${group}`, fields, names);
    for (const [name, number] of Object.entries(fields)) {
      if (group === "detection" && (name === "paths" || name === "trafficCounts")) continue;
      if (typeof number !== "number" || !Number.isFinite(number)) {
        refuse(`options.${group}.${name}`, "a number", number);
      }
    }
  }
  readDetection(options["detection"] ?? {});
  readFence(options["fence"]);
  readScheme(options["scheme"]);
  readParts(options["parts"] ?? {});
  const broken: unknown = options["broken"] ?? [];
  if (!Array.isArray(broken)) refuse("options.broken", "a list of names", broken);
  for (const name of broken as readonly unknown[]) {
    if (!(zooNames as readonly unknown[]).includes(name)) {
      refuse("options.broken", `some of ${zooNames.join(", ")}`, name);
    }
  }
  return options;
}

function readDetection(value: object): void {
  const { paths = [], trafficCounts = false } = value as Record<string, unknown>;
  const isPath = (path: unknown): boolean => (pathNames as readonly unknown[]).includes(path);
  if (!Array.isArray(paths) || !paths.every(isPath)) {
    refuse("options.detection.paths", `a list of ${pathNames.join(", ")}`, paths);
  }
  if (typeof trafficCounts !== "boolean") {
    refuse("options.detection.trafficCounts", "true or false", trafficCounts);
  }
}

function readFence(name: unknown): void {
  if (name === undefined) return;
  if (typeof name !== "string") refuse("options.fence", "a name", name);
  fenceNamed(name);
}

function readScheme(name: unknown): void {
  if (name === undefined) return;
  if (typeof name !== "string") refuse("options.scheme", "a name", name);
  schemeNamed(name);
}

/** Stages and parts have a fixed set of names, as the zoo has: an unknown one is refused here. */
function readParts(value: unknown): void {
  const parts = record("options.parts", value);
  for (const [stage, name] of Object.entries(parts)) {
    if (typeof name !== "string") refuse(`options.parts.${stage}`, "a name", name);
  }
  checkpointOptions(parts);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const line = text.trim().replace(/\s+/g, " ");
    const shown = line.length > 60 ? `${line.slice(0, 60)}…` : line;
    throw new StandinRangeError("RUN_TEXT", `run: expected whole JSON, got "${shown}"`);
  }
}

function record(path: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  return refuse(path, "an object", value);
}

function only(path: string, fields: object, names: readonly string[]): void {
  for (const name of Object.keys(fields)) {
    if (names.includes(name)) continue;
    throw new StandinTypeError(
      "RUN_FIELD",
      `${path}: expected fields ${names.join(", ")}, got "${name}"`,
    );
  }
}

function whole(path: string, value: unknown, least: number, most: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) {
    return value as number;
  }
  return refuse(path, `a whole number from ${least} to ${most}`, value);
}

function refuse(path: string, expected: string, given: unknown): never {
  const shown = given === undefined ? "nothing" : JSON.stringify(given).slice(0, 60);
  throw new StandinTypeError("RUN_FIELD", `${path}: expected ${expected}, got ${shown}`);
}
