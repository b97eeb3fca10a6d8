import { groupByGroup } from "./by-groups.ts";
import { postCopy } from "./post-copy.ts";
import { preCopy } from "./pre-copy.ts";

/** Ways to move a machine from one host to another while its clients talk to it; see `docs/migration.md`. */
export const migrations: {
  readonly preCopy: typeof preCopy;
  readonly postCopy: typeof postCopy;
  readonly groupByGroup: typeof groupByGroup;
} = { preCopy, postCopy, groupByGroup };
