import { formatTime } from "../sim/time.ts";
import type { Violation } from "../verify/invariant.ts";
import type { Quantiles } from "./distribution.ts";
import type { Failover } from "./failover-log.ts";
import { clip, countOf, formatBytes, formatCount, formatShort } from "./quantity.ts";
import type { RunReport } from "./run-report.ts";
import { shortName } from "./short-name.ts";
import { LINE_WIDTH_MAX, type Style } from "./style.ts";

const LABEL_WIDTH = 12;
const ROOM = LINE_WIDTH_MAX - LABEL_WIDTH;

/** Most failovers, and most violations, that are listed one by one. */
const LISTED_MAX = 10;

/** The figures of a run as a table of a few lines, the verdict last. */
export function closingTable(report: RunReport, style: Style): string[] {
  const { clients, checkpoints, failovers, invariants } = report;
  const row = (label: string, text: string): string => {
    return `${style("quiet", label.padEnd(LABEL_WIDTH))}${text}`;
  };
  const lines = [
    row("requests", requests(clients, style)),
    row("latency", quantiles(clients.latencyNs)),
    row(
      "checkpoints",
      `${formatCount(checkpoints.started)} started, ${formatCount(checkpoints.committed)} committed, ` +
        `${formatCount(checkpoints.aborted)} aborted; ${countOf(checkpoints.pages, "page")}, ` +
        formatBytes(checkpoints.bytes),
    ),
    row("stopped", quantiles(checkpoints.pauseNs)),
  ];
  if (failovers.length === 0) lines.push(row("failovers", "none"));
  for (const failover of failovers.slice(0, LISTED_MAX)) {
    lines.push(row("failover", clip(failoverText(failover), ROOM)));
  }
  const unlisted = failovers.length - LISTED_MAX;
  if (unlisted > 0) lines.push(row("", `and ${countOf(unlisted, "more failover")}`));
  for (const [index, line] of checked(invariants, style).entries()) {
    lines.push(row(index === 0 ? "invariants" : "", line));
  }
  for (const text of violationTexts(invariants.violations)) lines.push(style("bad", text));
  const { runHash, events, virtualTimeNs } = report;
  const size = `${formatCount(events)} events in ${formatTime(virtualTimeNs)} of virtual time`;
  lines.push(row("run", `${style("strong", runHash)}, ${size}`));
  return lines;
}

function requests(clients: RunReport["clients"], style: Style): string {
  const { issued, acknowledged, lost, duplicated } = clients;
  const made = `${formatCount(issued)} made, ${formatCount(acknowledged)} acknowledged, `;
  if (lost === null || duplicated === null) {
    return `${made}${style("warning", "nobody serves, so what is lost cannot be told")}`;
  }
  const mark = (count: number, what: string): string => {
    return style(count === 0 ? "good" : "bad", `${formatCount(count)} ${what}`);
  };
  return `${made}${mark(lost, "lost")}, ${mark(duplicated, "duplicated")}`;
}

function quantiles({ p50, p99, max }: Quantiles): string {
  if (p50 === null || p99 === null || max === null) return "nothing measured";
  const cell = (name: string, valueNs: number): string => {
    return `${name} ${formatShort(valueNs).padEnd(11)}`;
  };
  return `${cell("median", p50)}${cell("p99", p99)}${cell("longest", max)}`.trimEnd();
}

function failoverText({
  crashedAtNs,
  detectedAtNs,
  servingAtNs,
  from,
  to,
  epoch,
}: Failover): string {
  const hosts = `${shortName(from)} to ${shortName(to)}, on from epoch ${epoch}`;
  const sinceNs = crashedAtNs ?? detectedAtNs;
  if (sinceNs === null) return `${hosts}, serving at ${formatTime(servingAtNs)}`;
  const away = `${hosts}, away for ${formatShort(servingAtNs - sinceNs)}`;
  if (crashedAtNs === null || detectedAtNs === null) return `${away} after it was noticed`;
  const noticing = formatShort(detectedAtNs - crashedAtNs);
  return `${away}: ${noticing} to notice, ${formatShort(servingAtNs - detectedAtNs)} to stand in`;
}

/** Every invariant with its mark, as many to a line as fit. */
function checked({ checked: names, violations }: RunReport["invariants"], style: Style): string[] {
  const broken = new Set<string>(violations.map(({ name }) => name));
  const lines: string[] = [];
  let line = "";
  let width = 0;
  for (const name of names) {
    const text = `${broken.has(name) ? "✗" : "✓"} ${name}`;
    if (width + text.length + 3 > ROOM && width > 0) {
      lines.push(line);
      line = "";
      width = 0;
    }
    line += `${width === 0 ? "" : "   "}${style(broken.has(name) ? "bad" : "good", text)}`;
    width += text.length + (width === 0 ? 0 : 3);
  }
  return [...lines, line];
}

function violationTexts(violations: readonly Violation[]): string[] {
  const texts = violations.slice(0, LISTED_MAX).flatMap(({ name, atNs, detail }) => {
    return wrapped(`✗ ${name} at ${formatTime(atNs)}: ${detail}`);
  });
  const unlisted = violations.length - LISTED_MAX;
  if (unlisted > 0) texts.push(`  and ${countOf(unlisted, "more violation")}`);
  return texts;
}

/** A sentence broken between words, its later lines indented. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > LINE_WIDTH_MAX) {
      lines.push(line);
      line = `  ${word}`;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each) => clip(each, LINE_WIDTH_MAX));
}
