import { EPOCH_TITLES, epochRow } from "./epoch-row.ts";
import type { Fold } from "./fold.ts";
import { foldJournal } from "./fold.ts";
import { foldParts } from "./fold-text.ts";
import type { JournalEntry } from "./journal.ts";
import { clip, countOf, formatClock } from "./quantity.ts";
import { LINE_WIDTH_MAX, type Style } from "./style.ts";

/** Most lines of a timeline; of a longer one the beginning and the end are shown. */
export const TIMELINE_LINES_MAX = 300;

const HEAD_LINES = 200;
const GAP = "  ";

/**
 * A journal as lines: one for each epoch, in columns, and one for each event between them. Epochs like
 * their neighbours are folded.
 */
export function timelineText(entries: readonly JournalEntry[], style: Style): string[] {
  const all = foldJournal(entries);
  const left = all.length - TIMELINE_LINES_MAX;
  const tail = TIMELINE_LINES_MAX - HEAD_LINES;
  const chosen = left > 0 ? [...all.slice(0, HEAD_LINES), ...all.slice(-tail)] : all;
  const layout = layOut(chosen);
  const lines = chosen.map((entry) => line(entry, layout, style));
  if (left > 0) {
    const missing = `${countOf(left, "line")} left out; an exported trace has everything`;
    lines.splice(
      HEAD_LINES,
      0,
      style("quiet", `${" ".repeat(layout.timeWidth)}${GAP}… ${missing}`),
    );
  }
  if (layout.widths.length > 0) lines.unshift(style("quiet", titles(layout)));
  return lines;
}

interface Layout {
  readonly timeWidth: number;
  /** Of the cells of an epoch's row; empty if no epoch is shown. */
  readonly widths: readonly number[];
  readonly withMachine: boolean;
}

function layOut(entries: readonly (JournalEntry | Fold)[]): Layout {
  const machines = new Set<string>();
  let timeWidth = "time".length;
  const shown = entries.flatMap((entry) => {
    if (entry.type !== "fold") timeWidth = Math.max(timeWidth, formatClock(entry.atNs).length);
    if (entry.type !== "epoch") return [];
    machines.add(entry.epoch.machine);
    return [entry.epoch];
  });
  const withMachine = machines.size > 1;
  if (shown.length === 0) return { timeWidth, widths: [], withMachine };
  const rows = shown.map((epoch) => epochRow(epoch, withMachine));
  const widths = EPOCH_TITLES.map((title, column) => {
    return rows.reduce((most, row) => Math.max(most, (row[column] ?? "").length), title.length);
  });
  return { timeWidth, widths, withMachine };
}

function titles({ timeWidth, widths }: Layout): string {
  return `${"time".padStart(timeWidth)}${GAP}${aligned(EPOCH_TITLES, widths)}`;
}

function line(entry: JournalEntry | Fold, layout: Layout, style: Style): string {
  const room = LINE_WIDTH_MAX - layout.timeWidth - GAP.length;
  if (entry.type === "fold") {
    return style(
      "quiet",
      `${" ".repeat(layout.timeWidth)}${GAP}${fitting(foldParts(entry), room)}`,
    );
  }
  const time = `${formatClock(entry.atNs).padStart(layout.timeWidth)}${GAP}`;
  if (entry.type === "event") {
    const text = clip(entry.text, room - 2);
    const said = entry.mark === "·" ? text : style(entry.tone, text);
    return `${style("quiet", time)}${style(entry.tone, entry.mark)} ${said}`;
  }
  const { epoch } = entry;
  const row = clip(aligned(epochRow(epoch, layout.withMachine), layout.widths), room);
  const isLost = epoch.isOver && epoch.committedAtNs === undefined;
  return `${style("quiet", time)}${isLost ? style("bad", row) : row}`;
}

/** Cells to the right in their columns; the last one, a remark, to the left. */
function aligned(cells: readonly string[], widths: readonly number[]): string {
  const last = cells.length - 1;
  return cells
    .map((cell, column) => (column === last ? cell : cell.padStart(widths[column] ?? 0)))
    .join(GAP)
    .trimEnd();
}

/** As many parts as fit, so that a line is never cut in the middle of one. */
function fitting(parts: readonly string[], room: number): string {
  let text = "…";
  for (const [index, part] of parts.entries()) {
    const longer = `${text}${index === 0 ? " " : ", "}${part}`;
    if (longer.length <= room) text = longer;
  }
  return text;
}
