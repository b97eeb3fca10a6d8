import { type PartChoice, partNamed, stageNamed } from "../schemes/part-choice.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads what `--part` was given, each of the form `STAGE=NAME`.
 *
 * @throws UsageError for another form, or a stage that is given twice.
 * @throws StandinRangeError `PART_NAME` for a stage or a part that there is not.
 */
export function parseParts(texts: readonly string[]): PartChoice {
  const parts: Record<string, string> = {};
  for (const text of texts) {
    const [, stageText, name] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (stageText === undefined || name === undefined) {
      throw new UsageError(`--part: expected STAGE=NAME, such as encode=feedback, got "${text}"`);
    }
    const stage = stageNamed(stageText);
    if (parts[stage] !== undefined) {
      throw new UsageError(
        `--part: expected one part for each stage, got ${stage}=${parts[stage]} and ${text}`,
      );
    }
    partNamed(stage, name);
    parts[stage] = name;
  }
  return parts;
}
