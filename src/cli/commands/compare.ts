import { setImmediate } from "node:timers/promises";
import { comparisonMarkdown, figureLegend } from "../../compare/comparison-markdown.ts";
import { comparisonTable } from "../../compare/comparison-table.ts";
import { partBlocks } from "../../compare/part-blocks.ts";
import { comparison, type PartComparison } from "../../compare/part-comparison.ts";
import { partFigures } from "../../compare/part-figure.ts";
import type { Scenario } from "../../scenarios/scenario.ts";
import { formatTime, type Nanoseconds } from "../../sim/time.ts";
import type { Command } from "../command.ts";
import type { CommandIo } from "../command-io.ts";
import { COMPARED_DEFAULT, type CompareOptions, parseCompareOptions } from "../compare-options.ts";
import { EXIT } from "../exit-code.ts";
import { ProgressLine } from "../progress-line.ts";
import { replayLine } from "../replay-line.ts";
import { scenarioNamed } from "../scenario-catalogue.ts";
import { terminalStyle } from "../terminal-style.ts";

const help = `usage: standin compare parts [SCENARIO...] [options]

Measures every part that checkpoints can be made of beside the baseline of its stage: one run for
each, without faults, from the same seed; all other stages have their baselines. The figures are
read from the trace, in virtual time: the same options give the same figures.

SCENARIO is a name of "standin list", or the path of a module, as in standin run. Without one:
${COMPARED_DEFAULT.join(", ")};
one of these that cannot be had is left out.

options
  --stage STAGE       only this stage's parts; may be repeated (default all)
  --part STAGE=NAME   what all runs have in common; that stage is not compared; may be repeated
  --seed N            decides everything that is drawn; 0 to 2^53 - 1 (default 1)
  --until TIME        virtual time of each run, 1us to 60m (default: each scenario's own)
  --interval TIME     from one checkpoint to the next, 10us to 1m (default 25ms)
  --profile NAME      what the hosts cost: modern, remus2008 (default modern)
  --json              print one JSON object instead
  --markdown          print Markdown tables instead
  --help              print this text

A TIME is a number and a unit: 300ns, 250us, 25ms, 1.5s, 1m. In the JSON object, times are in
nanoseconds; null is what could not be measured.

columns
${figureLegend(partFigures).join("\n").replaceAll("- **", "  ").replaceAll("**:", ":")}

examples
  standin compare parts
  standin compare parts sqlite --stage encode
  standin compare parts muncher --part encode=word-difference --profile remus2008 --json

exit codes
  0    every run held; parts that refuse a machine say so
  1    a run violated an invariant
  2    the options ask for something that cannot be; nothing was run
  70   a run could not be finished: a defect of the library or of the scenario
  130  interrupted
`;

/** What one scenario came to. */
interface Compared extends PartComparison {
  /** As it was given. */
  readonly source: string;
  readonly untilNs: Nanoseconds;
}

/** A scenario that cannot be had here. */
interface LeftOut {
  readonly scenario: string;
  readonly reason: string;
}

/** `standin compare`: measures parts beside each other. */
export const compareCommand: Command = {
  name: "compare",
  summary: "measure the parts of checkpoints beside each other",
  help,
  async run(args, io) {
    const options = parseCompareOptions(args);
    const { found, leftOut } = await loaded(options, io);
    const style = terminalStyle(io);
    const results: Compared[] = [];
    for (const { source, scenario, untilNs } of found) {
      const compared = await measured(scenario, untilNs, options, io);
      if (compared === undefined) return EXIT.interrupted;
      results.push({ ...compared, source, untilNs });
      const heading = `${compared.scenario}, seed ${options.seed}, ${formatTime(untilNs)}, ${options.profile.name}`;
      if (options.format === "text") {
        io.stdout(
          `${[style("strong", heading), ...comparisonTable(partBlocks(compared), partFigures, style)].join("\n")}\n\n`,
        );
      } else if (options.format === "markdown") {
        io.stdout(
          `${[`### ${heading}`, "", ...comparisonMarkdown(partBlocks(compared), partFigures)].join("\n")}\n\n`,
        );
      }
    }
    if (options.format === "json")
      io.stdout(`${JSON.stringify(report(results, leftOut, options))}\n`);
    const replays = results.flatMap((compared) => replaysOf(compared, options));
    for (const line of replays) io.stderr(`replay: ${line}\n`);
    return replays.length === 0 ? EXIT.clean : EXIT.violated;
  },
};

/** All scenarios, loaded before anything is run; of the default ones those that can be had. */
async function loaded({ scenarios, isDefault, untilNs }: CompareOptions, io: CommandIo) {
  const found: {
    readonly source: string;
    readonly scenario: Scenario;
    readonly untilNs: Nanoseconds;
  }[] = [];
  const leftOut: LeftOut[] = [];
  for (const name of scenarios) {
    try {
      const scenario = await scenarioNamed(name, io.cwd);
      found.push({ source: name, scenario, untilNs: untilNs ?? scenario.until });
    } catch (error) {
      if (!isDefault || !(error instanceof Error)) throw error;
      leftOut.push({ scenario: name, reason: error.message });
      io.stderr(`left out: ${error.message}\n`);
    }
  }
  return { found, leftOut };
}

/** @returns `undefined` if the user has interrupted it. */
async function measured(
  scenario: Scenario,
  untilNs: Nanoseconds,
  { seed, profile, stages, scenario: common }: CompareOptions,
  io: CommandIo,
): Promise<PartComparison | undefined> {
  const progress = new ProgressLine(io);
  const steps = comparison(scenario, { seed, untilNs, profile, scenario: common }, stages);
  try {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      const { number, count, name } = step.value;
      progress.show(() => `${scenario.name}: run ${number} of ${count}, ${name}`);
      await setImmediate();
      if (io.signal?.aborted === true) return undefined;
    }
  } finally {
    progress.clear();
  }
}

/** The commands that repeat the runs in which an invariant was violated. */
function replaysOf(
  { source, untilNs, baseline, parts }: Compared,
  options: CompareOptions,
): string[] {
  const { seed, profile, scenario } = options;
  const { interval, parts: common = {} } = scenario;
  const runs = [{ run: baseline, choice: common }].concat(
    parts.map(({ stage, part, run }) => ({ run, choice: { ...common, [stage]: part } })),
  );
  return runs.flatMap(({ run, choice }) => {
    if (!("measures" in run) || run.violations.length === 0) return [];
    const chosen = Object.entries(choice).flatMap(([stage, part]) => [
      "--part",
      `${stage}=${part}`,
    ]);
    const times = interval === undefined ? [] : ["--interval", `${interval}ns`];
    const given = ["--seed", `${seed}`, "--until", `${untilNs}ns`, ...times];
    return [replayLine(["run", source, ...given, "--profile", profile.name, ...chosen])];
  });
}

/** Plain data, keys in this order. */
function report(
  results: readonly Compared[],
  leftOut: readonly LeftOut[],
  { seed, profile }: CompareOptions,
): object {
  return {
    seed,
    profile: profile.name,
    scenarios: results.map(({ scenario, untilNs, baseline, parts }) => {
      const rows = parts.map(({ stage, part, run }) => ({ stage, part, ...run }));
      return { scenario, untilNs, baseline, parts: rows };
    }),
    leftOut,
  };
}
