import { formatTime } from "../sim/time.ts";
import { closingTable } from "./closing-table.ts";
import type { RunReport } from "./run-report.ts";
import { shortName } from "./short-name.ts";
import { plain, type Style } from "./style.ts";
import type { Timeline } from "./timeline.ts";

/** All of a run for a person: heading, timeline, picture of the replies, closing table. */
export function runText(report: RunReport, timeline: Timeline, style: Style = plain): string {
  const { scenario, seed, virtualTimeNs } = report;
  const heading = `${shortName(scenario)}, seed ${seed}, ${formatTime(virtualTimeNs)}`;
  const blocks = [
    [style("strong", heading)],
    timeline.lines(style),
    timeline.picture(virtualTimeNs, style),
    closingTable(report, style),
  ];
  const texts = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${texts.join("\n\n")}\n`;
}
