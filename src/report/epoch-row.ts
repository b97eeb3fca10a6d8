import type { Nanoseconds } from "../sim/time.ts";
import type { EpochEntry } from "./epoch-log.ts";
import { formatBytes, formatClock, formatCount } from "./quantity.ts";
import { shortName } from "./short-name.ts";

/** Titles of the columns of {@link epochRow}. */
export const EPOCH_TITLES = [
  "epoch",
  "stopped",
  "pages",
  "bytes",
  "held",
  "committed",
  "released",
  "",
] as const;

/**
 * One epoch as the cells of a row: its number, how long the machine stood still, what was sent, the
 * packets held, and when, from its start, it was committed and its packets were released.
 */
export function epochRow(entry: EpochEntry, withMachine: boolean): string[] {
  const { epoch, pauseNs, pages, bytes, groups, held, isOver } = entry;
  const since = (atNs: Nanoseconds | undefined): string => {
    if (atNs !== undefined) return `+${formatClock(atNs - (entry.startedAtNs ?? atNs))}`;
    return isOver ? "never" : "not yet";
  };
  return [
    String(epoch),
    pauseNs === undefined ? "–" : formatClock(pauseNs),
    groups === 0 ? "–" : formatCount(pages),
    groups === 0 ? "–" : formatBytes(bytes),
    formatCount(held),
    since(entry.committedAtNs),
    since(entry.acknowledgedAtNs),
    [withMachine ? shortName(entry.machine) : "", refusalNote(entry)].join(" ").trim(),
  ];
}

function refusalNote({ refusals }: EpochEntry): string {
  if (refusals === 0) return "";
  return refusals === 1 ? "refused once" : `refused ${refusals} times`;
}
