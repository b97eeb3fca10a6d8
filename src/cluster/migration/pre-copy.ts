import { expectWhole } from "../../sim/expect-whole.ts";
import { Signal } from "../../sim/signal.ts";
import { PreCopySource } from "./pre-copy-source.ts";
import { PreCopyTarget } from "./pre-copy-target.ts";
import { type RateOptions, RateRule } from "./rate-rule.ts";
import type { MigrationDefects, MigrationWay } from "./way.ts";

/** Settings of {@link preCopy}. */
export interface PreCopyMigrationOptions extends RateOptions {
  /** Pages of a round after which the source looks again which have been written. Default 64. */
  readonly batchPages?: number;
  /** Parts broken on purpose; never set otherwise. */
  readonly broken?: MigrationDefects;
}

/**
 * Moves a machine by copying its memory while it runs, round by round at a rate that follows what it writes,
 * and stopping it for the rest. Its clients notice the stop and nothing else.
 *
 * Source: Clark et al., NSDI'05.
 *
 * @throws StandinRangeError `MIGRATION_OPTION`.
 */
export function preCopy(options: PreCopyMigrationOptions = {}): MigrationWay {
  const { batchPages = 64, broken = {} } = options;
  expectWhole("MIGRATION_OPTION", "batchPages", batchPages, 1);
  const settings = { rule: new RateRule(options), batchPages, broken };
  return {
    name: "pre-copy",
    begin({ engine, machine, from }) {
      const ready = new Signal(engine, `${machine} on ${from.name}: may be stopped`);
      return {
        ready,
        scheme: {
          name: "pre-copy",
          primary: (side) => new PreCopySource(side, settings, ready),
          secondary: (side) => new PreCopyTarget(side),
        },
      };
    },
  };
}
