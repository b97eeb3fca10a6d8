import type { HistoryEntry } from "./entry.ts";
import { canonicalText } from "./json-value.ts";
import type { RandomSource } from "./simulate-history.ts";

/** Draws before a mutation that needs a certain pair of entries gives up. */
const ATTEMPTS = 32;

function renumber(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  return entries.map((entry, index) => ({ ...entry, index, time: index }));
}

/** Positions of the returns. */
function returnsOf(entries: readonly HistoryEntry[]): readonly number[] {
  return entries.flatMap(({ type }, position) => (type === "ok" ? [position] : []));
}

/** Two calls of one function of one object tell each other's results. */
function swapResults(
  entries: readonly HistoryEntry[],
  random: RandomSource,
): readonly HistoryEntry[] {
  const returns = returnsOf(entries);
  for (let attempt = 0; attempt < ATTEMPTS && returns.length > 0; attempt += 1) {
    const a = returns[random.below(returns.length)] ?? 0;
    const b = returns[random.below(returns.length)] ?? 0;
    const first = entries[a];
    const second = entries[b];
    if (first?.f !== second?.f || first?.key !== second?.key) continue;
    if (first === undefined || second === undefined) continue;
    if (canonicalText(first.value) === canonicalText(second.value)) continue;
    return entries.map((entry, position) => {
      if (position === a) return { ...entry, value: second.value };
      return position === b ? { ...entry, value: first.value } : entry;
    });
  }
  return entries;
}

/** An operation claims to have been over sooner: its return moves to right behind its call. */
function returnSooner(
  entries: readonly HistoryEntry[],
  random: RandomSource,
): readonly HistoryEntry[] {
  const returns = returnsOf(entries);
  if (returns.length === 0) return entries;
  const from = returns[random.below(returns.length)] ?? 0;
  const entry = entries[from];
  if (entry === undefined) return entries;
  let call = from - 1;
  while (call >= 0 && entries[call]?.process !== entry.process) call -= 1;
  const others = entries.filter((_, position) => position !== from);
  return renumber([...others.slice(0, call + 1), entry, ...others.slice(call + 1)]);
}

/** An operation claims to have begun later: its call moves to right before its return. */
function callLater(
  entries: readonly HistoryEntry[],
  random: RandomSource,
): readonly HistoryEntry[] {
  const returns = returnsOf(entries);
  if (returns.length === 0) return entries;
  const end = returns[random.below(returns.length)] ?? 0;
  let from = end - 1;
  while (from >= 0 && entries[from]?.process !== entries[end]?.process) from -= 1;
  const call = entries[from];
  if (call === undefined) return entries;
  const others = entries.filter((_, position) => position !== from);
  return renumber([...others.slice(0, end - 1), call, ...others.slice(end - 1)]);
}

/**
 * Changes one thing in a history so that it often is not linearizable any more: two results change
 * places, or an operation claims to have begun later or ended sooner than it did. Calls and returns
 * still match. Where nothing can be changed, the history comes back as it was.
 *
 * @param entries The caller keeps them; nothing of them is changed.
 */
export function mutateHistory(
  entries: readonly HistoryEntry[],
  random: RandomSource,
): readonly HistoryEntry[] {
  const mutations = [swapResults, swapResults, returnSooner, callLater];
  const mutation = mutations[random.below(mutations.length)] ?? swapResults;
  return mutation(entries, random);
}
