import { StandinRangeError } from "../../sim/errors.ts";
import { nameEntry } from "./check-entries.ts";
import { type HistoryEntry, NEMESIS, type ProcessName } from "./entry.ts";
import { showValue } from "./json-value.ts";
import type { Operation } from "./operation.ts";

function mismatch(where: string, expected: string, got: string): never {
  throw new StandinRangeError(
    "HISTORY_PAIR",
    `history, ${where}: expected ${expected}, got ${got}`,
  );
}

function checkReturn(call: HistoryEntry, entry: HistoryEntry, where: string): void {
  const calls = `as in its call at index ${call.index}`;
  if (entry.f !== call.f) {
    mismatch(where, `f ${showValue(call.f)} ${calls}`, showValue(entry.f));
  }
  if (entry.key !== undefined && entry.key !== call.key) {
    const key = call.key === undefined ? "no key" : `key ${showValue(call.key)}`;
    mismatch(where, `${key} ${calls}`, showValue(entry.key));
  }
}

function toOperation(call: HistoryEntry, entry: HistoryEntry | undefined): Operation {
  const returned = entry?.type === "ok";
  return {
    process: call.process,
    f: call.f,
    ...(call.key === undefined ? {} : { key: call.key }),
    input: call.value,
    outcome: returned ? "ok" : "open",
    output: returned ? entry.value : null,
    callIndex: call.index,
    ...(returned ? { returnIndex: entry.index } : {}),
  };
}

/**
 * Matches calls with what became of them.
 *
 * 1. `ok` ends a call: the operation took effect between the two entries.
 * 2. `fail` ends it: the operation did not happen and is left out.
 * 3. `info`, or no entry at all, leaves it open: it may take effect at any later time, or never. The
 *    process may go on after an `info`, though Jepsen gives it a new number.
 *
 * Entries of the process {@link NEMESIS} are passed over.
 *
 * @param entries As `checkEntries` returns them; the caller keeps them.
 * @returns The operations in the order of their calls.
 * @throws StandinRangeError `HISTORY_PAIR` for a return without a call, a second call of a process
 *   whose first has not ended, or a return that is about another function or key than its call.
 */
export function pairHistory(entries: readonly HistoryEntry[]): readonly Operation[] {
  const outcomes = new Map<HistoryEntry, HistoryEntry | undefined>();
  const underWay = new Map<ProcessName, HistoryEntry>();
  entries.forEach((entry, position) => {
    if (entry.process === NEMESIS) return;
    const where = nameEntry(entry.index, position);
    const process = `process ${showValue(entry.process)}`;
    const call = underWay.get(entry.process);
    if (entry.type === "invoke") {
      if (call !== undefined) {
        const first = `the end of its call at index ${call.index} first`;
        mismatch(where, `of ${process} ${first}`, `a second invoke of f ${showValue(entry.f)}`);
      }
      underWay.set(entry.process, entry);
      outcomes.set(entry, undefined);
      return;
    }
    if (call === undefined) {
      mismatch(where, `an invoke of ${process} before its ${entry.type}`, "none");
    }
    checkReturn(call, entry, where);
    underWay.delete(entry.process);
    if (entry.type === "fail") outcomes.delete(call);
    else outcomes.set(call, entry);
  });
  return [...outcomes].map(([call, entry]) => toOperation(call, entry));
}
