import { figureLegend } from "../../compare/comparison-markdown.ts";
import type { Figure } from "../../compare/figure.ts";
import { partFigures } from "../../compare/part-figure.ts";
import { schemeFigures } from "../../compare/scheme-figure.ts";
import type { Scenario } from "../../scenarios/scenario.ts";
import { formatTime } from "../../sim/time.ts";
import type { Command } from "../command.ts";
import type { CommandIo } from "../command-io.ts";
import { parseCompareArguments } from "../compare-arguments.ts";
import { COMPARED_DEFAULT, type CompareOptions, compareOptions } from "../compare-options.ts";
import type { ComparedSource, Comparing } from "../comparing.ts";
import { comparingParts } from "../comparing-parts.ts";
import { comparingSchemes } from "../comparing-schemes.ts";
import { withProgress } from "../comparison-progress.ts";
import { EXIT } from "../exit-code.ts";
import { replayLine } from "../replay-line.ts";
import { scenarioNamed } from "../scenario-catalogue.ts";
import { sweepOptions } from "../sweep-options.ts";
import { sweep } from "../sweeping.ts";
import { terminalStyle } from "../terminal-style.ts";

const help = `usage: standin compare parts [SCENARIO...] [options]
       standin compare schemes [SCENARIO...] [options]
       standin compare sweep [SWEEP...] [options]

parts: measures every part that checkpoints can be made of beside the baseline of its stage: one run
for each, without faults, from the same seed; all other stages have their baselines.

schemes: measures every protection scheme beside the first: one run as the scenario is, one with
clients that ask as fast as they can, and one with a crash of the primary's host in the middle.

sweep: measures a comparing scheme for one value of a setting after the other, all others standing
still, on a machine some of whose replies differ. SWEEP is similarity or minimum-interval (default
both).

The figures are read from the trace, in virtual time: the same options give the same figures.

SCENARIO is a name of "standin list", or the path of a module, as in standin run. Without one:
${COMPARED_DEFAULT.parts.join(", ")} for parts,
${COMPARED_DEFAULT.schemes.join(", ")} for schemes; one of these that cannot be had is left out.

options
  --scenario NAME     of parts and schemes: one more scenario; may be repeated
  --stage STAGE       of parts: only this stage's; may be repeated (default all)
  --part STAGE=NAME   of parts: what all runs have in common; that stage is not compared; may be
                      repeated
  --scheme NAME       of sweep: active-active, colo, quasi-lockstep (default active-active)
  --svg FILE          of one sweep: also write a picture, with a line for each part of replies that
                      differ
  --seed N            decides everything that is drawn; 0 to 2^53 - 1 (default 1)
  --until TIME        virtual time of each run, 1us to 60m (default: each scenario's own, of sweep
                      1s)
  --interval TIME     from one checkpoint to the next, 10us to 1m, of schemes no shorter than each
                      can (default: the scheme's own)
  --profile NAME      what the hosts cost: modern, remus2008 (default modern)
  --json              print one JSON object instead
  --markdown          print Markdown tables instead
  --help              print this text

A TIME is a number and a unit: 300ns, 250us, 25ms, 1.5s, 1m. In the JSON object, times are in
nanoseconds; null is what could not be measured.

columns of parts
${legend(partFigures)}

columns of schemes
${legend(schemeFigures)}

examples
  standin compare parts
  standin compare parts sqlite --stage encode
  standin compare parts muncher --part encode=word-difference --profile remus2008 --json
  standin compare schemes
  standin compare schemes riscv-kv --interval 10ms --json
  standin compare sweep similarity --svg similarity.svg

exit codes
  0    every run held; what refuses a machine says so
  1    a run violated an invariant
  2    the options ask for something that cannot be; nothing was run
  70   a run could not be finished: a defect of the library or of the scenario
  130  interrupted
`;

/** A scenario that cannot be had here. */
interface LeftOut {
  readonly scenario: string;
  readonly reason: string;
}

/** `standin compare`: measures parts, or schemes, beside each other. */
export const compareCommand: Command = {
  name: "compare",
  summary: "measure protection schemes, or the parts of checkpoints, beside each other",
  help,
  async run(args, io) {
    const { what, ...given } = parseCompareArguments(args);
    if (what === "sweep") return await sweep(sweepOptions(given), io);
    const options = compareOptions(what, given);
    return what === "parts"
      ? await compare(comparingParts, options, io)
      : await compare(comparingSchemes, options, io);
  },
};

async function compare<R extends { readonly scenario: string }>(
  kind: Comparing<R>,
  options: CompareOptions,
  io: CommandIo,
): Promise<number> {
  const { found, leftOut } = await loaded(options, io);
  const style = terminalStyle(io);
  const reports: object[] = [];
  const replays: string[][] = [];
  for (const from of found) {
    const { scenario, untilNs } = from;
    const steps = kind.steps(scenario, untilNs, options);
    const result = await withProgress(scenario.name, steps, io);
    if (result === undefined) return EXIT.interrupted;
    reports.push(kind.report(result, untilNs));
    replays.push(...kind.replays(result, from, options));
    const heading = `${result.scenario}, seed ${options.seed}, ${formatTime(untilNs)}, ${options.profile.name}`;
    if (options.format === "text") {
      io.stdout(`${[style("strong", heading), ...kind.table(result, style)].join("\n")}\n\n`);
    } else if (options.format === "markdown") {
      io.stdout(`${[`### ${heading}`, "", ...kind.markdown(result)].join("\n")}\n\n`);
    }
  }
  if (options.format === "json") {
    const { seed, profile } = options;
    const report = { seed, profile: profile.name, scenarios: reports, leftOut };
    io.stdout(`${JSON.stringify(report)}\n`);
  }
  for (const line of replays) io.stderr(`replay: ${replayLine(line)}\n`);
  return replays.length === 0 ? EXIT.clean : EXIT.violated;
}

/** A scenario, loaded. */
interface Loaded extends ComparedSource {
  readonly scenario: Scenario;
}

/** All scenarios, loaded before anything is run; of the default ones those that can be had. */
async function loaded({ scenarios, isDefault, untilNs }: CompareOptions, io: CommandIo) {
  const found: Loaded[] = [];
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

function legend<M>(figures: readonly Figure<M>[]): string {
  return figureLegend(figures).join("\n").replaceAll("- **", "  ").replaceAll("**:", ":");
}
