import type { Command } from "./command.ts";
import { bootCommand } from "./commands/boot.ts";
import { checkHistoryCommand } from "./commands/check-history.ts";
import { clusterCommand } from "./commands/cluster.ts";
import { compareCommand } from "./commands/compare.ts";
import { exploreCommand } from "./commands/explore.ts";
import { listCommand } from "./commands/list.ts";
import { replayCommand } from "./commands/replay.ts";
import { runCommand } from "./commands/run.ts";
import { shrinkCommand } from "./commands/shrink.ts";

/** All commands, in the order in which help lists them. A new one is a file and a line here. */
export const commands: readonly Command[] = [
  runCommand,
  exploreCommand,
  replayCommand,
  shrinkCommand,
  checkHistoryCommand,
  compareCommand,
  clusterCommand,
  bootCommand,
  listCommand,
];
