import { type AlwaysProperty, always } from "./property.ts";

/**
 * A machine with one processor that replays a log does what the log says: all that it takes from outside is in it.
 * That a divergence is noticed and mended does not make it right. Several processors take turns that no log
 * holds; they are let off by what the record says of them.
 */
export const replayAgrees: AlwaysProperty = always("replay-agrees", (record) => {
  if (record.kind !== "replay.diverged" || (record.processors ?? 1) > 1) return undefined;
  const { machine, host, position, reason } = record;
  return `${host} replays position ${position} of ${machine}, which has one processor, otherwise: ${reason}`;
});
