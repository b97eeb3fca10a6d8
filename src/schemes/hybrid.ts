import { onRequest } from "../checkpoint/trigger/on-request.ts";
import type { Scheme } from "../cluster/scheme.ts";
import type { LogOptions } from "../lockstep/options.ts";
import { StandinRangeError } from "../sim/errors.ts";
import { ms, type Nanoseconds, seconds } from "../sim/time.ts";
import { type LoggedCheckpointOptions, logged } from "./logged.ts";

/** Shortest time between two checkpoints: a full log asks for one, and another one follows no sooner. */
export const HYBRID_PERIOD_LEAST_NS: Nanoseconds = ms(5);

/** Settings of {@link hybrid}. */
export interface HybridOptions extends LogOptions {
  /** From the start of one checkpoint to the start of the next; at least 5 ms. Default 1 s. */
  readonly period?: Nanoseconds;
  /** How checkpoints are made. */
  readonly checkpoint?: LoggedCheckpointOptions;
}

/**
 * Seldom checkpoints, and a log of what happened since: output waits for the log alone, which is small and
 * soon there; the secondary executes nothing until it stands in, and then replays what the log holds. A long
 * period costs less while nothing fails, and makes a failover longer.
 *
 * Source: US8499297.
 *
 * @throws StandinRangeError when an option is out of range.
 */
export function hybrid(options: HybridOptions = {}): Scheme {
  const { period = seconds(1), checkpoint = {}, ...log } = options;
  if (!(Number.isSafeInteger(period) && period >= HYBRID_PERIOD_LEAST_NS)) {
    throw new StandinRangeError(
      "HYBRID_PERIOD",
      `period: expected whole nanoseconds of at least ${HYBRID_PERIOD_LEAST_NS}, got ${period}`,
    );
  }
  const trigger = onRequest({ windowNs: HYBRID_PERIOD_LEAST_NS, mostNs: period });
  return logged({ name: "hybrid", checkpoint: { ...checkpoint, trigger }, log, follows: false });
}
