import type { CheckpointOptions } from "../checkpoint/options.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { type Part, type PartDefects, partCatalogue, type Stage } from "./part-catalogue.ts";

/** Parts by name, for some stages; the others take their baseline. Plain data. */
export type PartChoice = Readonly<Partial<Record<Stage, string>>>;

/** All stages, in the order of the catalogue. */
export const stages: readonly Stage[] = Object.keys(partCatalogue) as Stage[];

/** What a stage does when nothing is chosen for it. */
export function baselineOf(stage: Stage): string {
  return Object.keys(partCatalogue[stage])[0]!;
}

/**
 * The stage of that name.
 *
 * @throws StandinRangeError `PART_NAME` when there is none; the message names those that there are.
 */
export function stageNamed(name: string): Stage {
  const stage = stages.find((each) => each === name);
  return stage ?? refuse("stage", stages, name);
}

/**
 * The part of that name.
 *
 * @throws StandinRangeError `PART_NAME` when the stage has none; the message names those that it has.
 */
export function partNamed(stage: Stage, name: string): Part {
  const parts = partCatalogue[stage];
  return Object.hasOwn(parts, name) ? parts[name]! : refuse(stage, Object.keys(parts), name);
}

/**
 * The options of a checkpoint scheme made of these parts. A later stage overrules an earlier one
 * where both set the same option.
 *
 * @throws StandinRangeError `PART_NAME` for a stage or a part that there is not.
 */
export function checkpointOptions(choice: PartChoice, broken?: PartDefects): CheckpointOptions {
  for (const name of Object.keys(choice)) stageNamed(name);
  let options: CheckpointOptions = {};
  for (const stage of stages) {
    const name = choice[stage];
    if (name !== undefined) options = { ...options, ...partNamed(stage, name).make(broken) };
  }
  return options;
}

function refuse(what: string, known: readonly string[], name: string): never {
  throw new StandinRangeError(
    "PART_NAME",
    `${what}: expected one of ${known.join(", ")}, got "${name}"`,
  );
}
