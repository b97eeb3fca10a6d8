import type { JudgeOptions } from "../explore/run-case.ts";
import { standardProperties } from "../explore/standard-properties.ts";

/** How the command line judges a run: as an exploration does that nobody added anything to. */
export const standardJudge: JudgeOptions = { properties: standardProperties };
