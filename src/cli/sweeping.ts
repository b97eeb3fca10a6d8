import { sweepChart } from "../compare/sweep-chart.ts";
import { type SweepResult, sweepRuns } from "../compare/sweep-run.ts";
import { sweepMarkdown, sweepTable } from "../compare/sweep-table.ts";
import { lineChartSvg } from "../report/line-chart-svg.ts";
import { formatTime } from "../sim/time.ts";
import type { CommandIo } from "./command-io.ts";
import { withProgress } from "./comparison-progress.ts";
import { EXIT } from "./exit-code.ts";
import { OutputFile } from "./output-file.ts";
import type { SweepOptions } from "./sweep-options.ts";
import { terminalStyle } from "./terminal-style.ts";

/** `standin compare sweep`; returns its exit code. */
export async function sweep(options: SweepOptions, io: CommandIo): Promise<number> {
  const { svg } = options;
  if (svg === undefined) return await swept(options, io, () => {});
  const file = new OutputFile("--svg", svg, io.cwd);
  // Before the first run: it takes long enough for a mistake to be a pity.
  file.open();
  try {
    return await swept(options, io, (result) => {
      file.write(lineChartSvg(sweepChart(result)));
      file.commit();
    });
  } finally {
    file.discard();
  }
}

async function swept(
  options: SweepOptions,
  io: CommandIo,
  draw: (result: SweepResult) => void,
): Promise<number> {
  const { sweeps, scheme, seed, untilNs, profile, format } = options;
  const style = terminalStyle(io);
  const results: SweepResult[] = [];
  for (const name of sweeps) {
    const steps = sweepRuns(name, { scheme, seed, untilNs, profile });
    const result = await withProgress(scheme, steps, io);
    if (result === undefined) return EXIT.interrupted;
    draw(result);
    results.push(result);
    const heading = `${name} of ${scheme}, seed ${seed}, ${formatTime(untilNs)}, ${profile.name}`;
    if (format === "text") {
      io.stdout(`${[style("strong", heading), ...sweepTable(result, style)].join("\n")}\n\n`);
    } else if (format === "markdown") {
      io.stdout(`${[`### ${heading}`, "", ...sweepMarkdown(result)].join("\n")}\n\n`);
    }
  }
  if (format === "json") {
    io.stdout(`${JSON.stringify({ seed, profile: profile.name, untilNs, sweeps: results })}\n`);
  }
  const points = results.flatMap(({ lines }) => lines.flatMap((line) => line.points));
  const isClean = points.every(({ violations }) => violations.length === 0);
  return isClean ? EXIT.clean : EXIT.violated;
}
