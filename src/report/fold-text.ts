import type { Fold } from "./fold.ts";
import { countOf, formatCount, formatShort } from "./quantity.ts";

/**
 * What the epochs of a fold were like, as parts of one sentence, the most telling first:
 * `9 more epochs`, `stopped 0.31–0.40 ms`, `10–14 pages`, …
 */
export function foldParts({ epochs, small }: Fold): string[] {
  const parts: string[] = [];
  if (epochs.length > 0) parts.push(countOf(epochs.length, "more epoch"));
  const refused = epochs.filter(({ refusals }) => refusals > 0).length;
  if (refused > 0) parts.push(`${formatCount(refused)} of them refused`);
  for (const { noun, count } of small) parts.push(countOf(count, ...noun));
  const pauses = known(epochs.map(({ pauseNs }) => pauseNs));
  if (pauses.length > 0) parts.push(`stopped ${range(pauses, formatShort)}`);
  if (epochs.length > 0) {
    parts.push(`${range(known(epochs.map(({ pages }) => pages)), formatCount)} pages`);
  }
  const commits = known(
    epochs.map(({ startedAtNs, committedAtNs }) => {
      return startedAtNs === undefined || committedAtNs === undefined
        ? undefined
        : committedAtNs - startedAtNs;
    }),
  );
  if (commits.length > 0) parts.push(`committed after ${range(commits, formatShort)}`);
  const held = epochs.reduce((sum, entry) => sum + entry.held, 0);
  if (held > 0) parts.push(`${formatCount(held)} held`);
  return parts;
}

function known(values: readonly (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}

/** `0.31–0.40 ms`, `12`: the unit once if it is the same. */
function range(values: readonly number[], format: (value: number) => string): string {
  const least = values.reduce((best, value) => Math.min(best, value), Infinity);
  const most = values.reduce((best, value) => Math.max(best, value), -Infinity);
  const [from, to] = [format(least), format(most)];
  if (from === to) return to;
  const [amount = "", unit] = from.split(" ");
  return to.split(" ")[1] === unit ? `${amount}–${to}` : `${from}–${to}`;
}
