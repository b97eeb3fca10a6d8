import { byGroups } from "./by-groups.ts";
import { preCopy } from "./pre-copy.ts";

/** All ways to give a secondary its first copy, by name. */
export const bringUps: {
  readonly preCopy: typeof preCopy;
  readonly byGroups: typeof byGroups;
} = { preCopy, byGroups };
