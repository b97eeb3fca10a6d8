import type { EpochEntry } from "./epoch-log.ts";
import type { JournalEntry, Noun } from "./journal.ts";

/** Epochs, and small events, shown before and after every event that matters. */
const CONTEXT = 2;

/** Fewer lines than this are not worth folding. */
const FOLD_LENGTH_MIN = 3;

/** Epochs to which something happened are shown one by one, up to this many. */
const NOTABLE_MAX = 12;

/** A stretch of the journal in which everything went its usual way. */
export interface Fold {
  readonly type: "fold";
  readonly epochs: readonly EpochEntry[];
  /** How often each kind of small event happened in it. */
  readonly small: readonly { readonly noun: Noun; readonly count: number }[];
}

/** Leaves out the many epochs that are like their neighbours, and says what they were like. */
export function foldJournal(entries: readonly JournalEntry[]): (JournalEntry | Fold)[] {
  const isShown = shown(entries);
  const lines: (JournalEntry | Fold)[] = [];
  let from = 0;
  while (from < entries.length) {
    let to = from;
    while (to < entries.length && isShown[to] !== 1) to += 1;
    const usual = entries.slice(from, to);
    if (usual.length >= FOLD_LENGTH_MIN) lines.push(fold(usual));
    else lines.push(...usual);
    if (to < entries.length) lines.push(entries[to] as JournalEntry);
    from = to + 1;
  }
  return lines;
}

/** 1 for each entry that keeps a line of its own. */
function shown(entries: readonly JournalEntry[]): Uint8Array {
  const flags = new Uint8Array(entries.length);
  let notable = 0;
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "epoch") {
      if (!isNotable(entry.epoch)) continue;
      notable += 1;
      if (notable <= NOTABLE_MAX) flags[index] = 1;
    } else if (entry.small === undefined) {
      flags.fill(1, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
    }
  }
  flags.fill(1, 0, CONTEXT + 1);
  flags.fill(1, Math.max(0, entries.length - CONTEXT));
  return flags;
}

function isNotable({ refusals, committedAtNs }: EpochEntry): boolean {
  return refusals > 0 || committedAtNs === undefined;
}

function fold(entries: readonly JournalEntry[]): Fold {
  const epochs: EpochEntry[] = [];
  const counts = new Map<string, { noun: Noun; count: number }>();
  for (const entry of entries) {
    if (entry.type === "epoch") epochs.push(entry.epoch);
    else if (entry.small !== undefined) {
      const { noun, count } = entry.small;
      const known = counts.get(noun[0]) ?? { noun, count: 0 };
      counts.set(noun[0], { noun, count: known.count + count });
    }
  }
  return { type: "fold", epochs, small: [...counts.values()] };
}
