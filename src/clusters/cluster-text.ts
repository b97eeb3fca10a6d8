import { clip, countOf, formatClock, formatCount, formatShort } from "../report/quantity.ts";
import { LINE_WIDTH_MAX, plain, type Style } from "../report/style.ts";
import { formatTime, type Nanoseconds } from "../sim/time.ts";
import type { Availability } from "./availability.ts";
import type { ClusterEvents } from "./cluster-events.ts";
import type { ClusterReport, MachineReport } from "./cluster-report.ts";
import type { MachineState } from "./machine-life.ts";

/** Longest name of a cluster in full. */
const NAME_WIDTH = 32;

/** Width that machines' names have at least, as much as their heading. */
const NAME_LEAST = 7;

/** Width at which no two names of schemes look the same. */
const SCHEME_LEAST = 6;

/** Columns of the picture of states over time. */
const PICTURE_WIDTH = 64;

const SIGNS: { readonly [State in MachineState]: string } = { whole: "█", alone: "▒", down: "·" };

/** Worst first: what a column shows of the states within it. */
const WORST: readonly MachineState[] = ["down", "alone", "whole"];

/** What a planned cluster came to, for people: events, states over time, a table, figures. */
export function clusterText(
  report: ClusterReport,
  events: ClusterEvents | undefined,
  style: Style = plain,
): string {
  const { cluster, seed, virtualTimeNs, hosts, machines } = report;
  const size = `${countOf(hosts, "host")}, ${countOf(machines.length, "machine")}`;
  const lines = [
    `${style("strong", clip(cluster, NAME_WIDTH))}, seed ${seed}, ${formatTime(virtualTimeNs)}: ${size}`,
    "",
  ];
  if (events !== undefined && events.count > 0) lines.push(...eventLines(events, style), "");
  lines.push(...picture(report, style), "", ...table(machines, style), "");
  if (report.availability !== null) lines.push(...yearLines(report.availability, style), "");
  lines.push(...figures(report, style));
  return `${lines.join("\n")}\n`;
}

function eventLines({ events, count }: ClusterEvents, style: Style): string[] {
  const tones = { "·": "quiet", "✗": "bad", "✓": "good", "!": "warning" } as const;
  const lines = events.map(({ atNs, mark, text }) => {
    const line = clip(`${formatClock(atNs).padStart(16)}  ${mark} ${text}`, LINE_WIDTH_MAX);
    return style(tones[mark], line);
  });
  const more = count - events.length;
  if (more === 0) return lines;
  const rest = lines.length === 0 ? countOf(more, "event") : `and ${countOf(more, "more event")}`;
  lines.push(style("quiet", `${" ".repeat(18)}… ${rest}`));
  return lines;
}

/** One row for each machine: how it was in each part of the time, the worst of it. */
function picture({ machines, virtualTimeNs }: ClusterReport, style: Style): string[] {
  const width = Math.max(7, ...machines.map(({ name }) => Math.min(name.length, 20)));
  const rows = machines.map(({ name, changes }) => {
    const states = worstStates(changes, virtualTimeNs);
    const bar = states.map((state) => style(TONES[state], SIGNS[state])).join("");
    return `${clip(name, 20).padEnd(width)}  ${bar}`;
  });
  const axis = `${" ".repeat(width)}  0${formatTime(virtualTimeNs).padStart(PICTURE_WIDTH - 1)}`;
  const legend = `${SIGNS.whole} two copies   ${SIGNS.alone} one copy   ${SIGNS.down} nobody serves`;
  return [...rows, style("quiet", axis), style("quiet", `${" ".repeat(width)}  ${legend}`)];
}

const TONES = { whole: "good", alone: "warning", down: "bad" } as const;

/** The worst state in each column of a picture. */
export function worstStates(
  changes: MachineReport["changes"],
  untilNs: Nanoseconds,
  columns: number = PICTURE_WIDTH,
): MachineState[] {
  const states: MachineState[] = [];
  let next = 0;
  let now: MachineState = "alone";
  for (let column = 0; column < columns; column += 1) {
    const startNs = Math.floor((column / columns) * untilNs);
    const endNs = Math.floor(((column + 1) / columns) * untilNs);
    let worst = now;
    for (; next < changes.length && changes[next]!.atNs < endNs; next += 1) {
      now = changes[next]!.state;
      // How it was before the column began, or before it came to be at all, does not count.
      if (next === 0 || changes[next]!.atNs <= startNs || WORST.indexOf(now) < WORST.indexOf(worst))
        worst = now;
    }
    states.push(worst);
  }
  return states;
}

function table(machines: readonly MachineReport[], style: Style): string[] {
  const head = [
    ...["machine", "scheme", "on", "fail", "move"],
    ...["down", "longest", "one copy", "longest", "answered", "lost"],
  ];
  const rows = machines.map((machine) => [
    ...[machine.name, machine.scheme],
    `${clip(machine.host ?? "nobody", 6)}${machine.protected ? "" : " !"}`,
    formatCount(machine.failovers),
    formatCount(machine.handovers),
    formatShort(machine.downNs),
    formatShort(machine.downLongestNs),
    formatShort(machine.aloneNs),
    formatShort(machine.aloneLongestNs),
    formatCount(machine.acknowledged),
    machine.lost === null ? "?" : formatCount(machine.lost + (machine.duplicated ?? 0)),
  ]);
  return aligned([head, ...narrowed(head, rows)], 3).map((line, index) => {
    if (index === 0) return style("quiet", line);
    const { lost, duplicated } = machines[index - 1]!;
    return lost !== 0 || duplicated !== 0 ? style("bad", line) : line;
  });
}

/** Cuts names of machines, then those of schemes, to the room that figures leave. */
function narrowed(head: readonly string[], rows: readonly (readonly string[])[]): string[][] {
  const roomOf = (of: readonly (readonly string[])[]): number => {
    const others = aligned(
      [head, ...of].map((row) => ["", ...row.slice(1)]),
      3,
    );
    return LINE_WIDTH_MAX - Math.max(...others.map((line) => line.length));
  };
  const cut = (schemeWidth: number): string[][] => {
    return rows.map(([name, scheme, ...row]) => [name!, clip(scheme!, schemeWidth), ...row]);
  };
  const whole = cut(LINE_WIDTH_MAX);
  const fitting = roomOf(whole) >= NAME_LEAST ? whole : cut(SCHEME_LEAST);
  const room = Math.max(roomOf(fitting), NAME_LEAST);
  return fitting.map(([name, ...row]) => [clip(name!, room), ...row]);
}

function yearLines({ years, hostFailures, machines }: Availability, style: Style): string[] {
  const head = ["a year", "failovers", "down", "± 95 %", "by losing both", "nines"];
  const rows = machines.map(({ name, failovers, downMs, lostMs, nines }) => [
    clip(name, 16),
    failovers.toFixed(1),
    seconds(downMs.mean),
    seconds(downMs.half),
    seconds(lostMs),
    nines === null ? "?" : String(nines),
  ]);
  const about = `${formatCount(years)} years, ${hostFailures.toFixed(1)} failures of hosts in each`;
  return [style("strong", `Availability, from ${about}`), ...aligned([head, ...rows], 1)];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s`;
}

/** Columns of texts: the first ones to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[], leftColumns: number): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column]!;
        return column < leftColumns ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

function figures(report: ClusterReport, style: Style): string[] {
  const { machines, violations, late, checked, hostFailures, putOff, leftOut } = report;
  const sum = (of: (machine: MachineReport) => number): number => {
    return machines.reduce((total, machine) => total + of(machine), 0);
  };
  const lost = sum((machine) => machine.lost ?? 0);
  const duplicated = sum((machine) => machine.duplicated ?? 0);
  const unread = machines.filter((machine) => machine.lost === null).length;
  const mark = (count: number, what: string): string => {
    return style(count === 0 ? "good" : "bad", `${formatCount(count)} ${what}`);
  };
  const failovers = sum((machine) => machine.failovers);
  const lines = [
    `hosts       ${countOf(hostFailures, "failure")} drawn, ${formatCount(putOff)} put off for a last copy`,
    `failovers   ${formatCount(failovers)}, and ${countOf(
      sum((machine) => machine.handovers),
      "handover",
    )}`,
    `requests    ${formatCount(sum((machine) => machine.requests))} made, ` +
      `${formatCount(sum((machine) => machine.acknowledged))} acknowledged, ` +
      `${mark(lost, "lost")}, ${mark(duplicated, "duplicated")}`,
  ];
  if (unread > 0) {
    lines.push(
      style("bad", `            nobody serves ${countOf(unread, "machine")}: not looked into`),
    );
  }
  if (late.length > 0) {
    const names = `late        without a second copy for too long: ${late.join(", ")}`;
    lines.push(style("bad", clip(names, LINE_WIDTH_MAX)));
  }
  const held = violations.length === 0;
  const verdict = held
    ? `✓ all ${checked.length} hold`
    : `✗ ${countOf(violations.length, "violation")}`;
  lines.push(`invariants  ${style(held ? "good" : "bad", verdict)}`);
  for (const { name, atNs, detail } of violations.slice(0, 5)) {
    lines.push(style("bad", clip(`✗ ${name} at ${formatTime(atNs)}: ${detail}`, LINE_WIDTH_MAX)));
  }
  lines.push(
    `run         ${style("strong", report.runHash)}, ${formatCount(report.events)} events in ${formatTime(report.virtualTimeNs)} of virtual time`,
  );
  if (leftOut > 0) {
    lines.push(
      style("warning", `            ${countOf(leftOut, "operation")} left out: after the end`),
    );
  }
  return lines;
}
