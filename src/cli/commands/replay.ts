import { type RunCase, type RunOutcome, runCase } from "../../explore/run-case.ts";
import { formatCount } from "../../report/quantity.ts";
import type { Style } from "../../report/style.ts";
import { Timeline } from "../../report/timeline.ts";
import type { Scenario } from "../../scenarios/scenario.ts";
import { formatTime } from "../../sim/time.ts";
import { describeFault } from "../../verify/plan/describe-fault.ts";
import { parseArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { ordered } from "../explore-report.ts";
import { givenRun } from "../given-run.ts";
import { scenarioNamed } from "../scenario-catalogue.ts";
import { standardJudge } from "../standard-judge.ts";
import { terminalStyle } from "../terminal-style.ts";
import { exportTrace } from "../trace-export.ts";

const help = `usage: standin replay FILE|LITERAL [options]

Makes one run again, as an exploration found it, and prints what failed, what happened, and the run
hash, which is the same as when it was found.

LITERAL is the JSON object that standin explore and standin shrink print on their replay line; FILE
is a file that holds it.

options
  --trace FILE.json     also write a Chrome Trace, which ui.perfetto.dev opens
  --trace FILE.ndjson   also write the trace records, one JSON object per line
  --json                print one JSON object instead: verdict, failure, hash
  --help                print this text

examples
  standin replay run.json
  standin replay run.json --trace failure.json
  standin replay '{"scenario":"counter","seed":1,"untilNs":400000000,"options":{},
    "plan":{"version":1,"faults":[{"kind":"crash","at":{"atNs":310000000},"host":"a"}]}}'

exit codes
  0    it holds
  1    it fails
  2    there is no such run: not JSON, an unknown fault or host, a time before zero
  70   the run could not be finished: a defect of the library or of the scenario
`;

/** `standin replay`: makes one run again and shows it. */
export const replayCommand: Command = {
  name: "replay",
  summary: "make one run again, from the line that an exploration printed",
  help,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, {
      trace: { type: "string" },
      json: { type: "boolean" },
    });
    const exported = values.trace === undefined ? undefined : exportTrace(values.trace, io.cwd);
    const { scenario: source, run } = givenRun(positionals, io.cwd);
    const scenario = await scenarioNamed(source, io.cwd);
    const timeline = new Timeline();
    const sinks = exported === undefined ? [timeline] : [timeline, exported.sink];
    exported?.open();
    try {
      const outcome = runCase(scenario, run, standardJudge, sinks);
      const { verdict, failure, hash, events, endNs } = outcome;
      exported?.finish(endNs, { scenario: scenario.name, seed: run.seed, runHash: hash });
      if (failure !== undefined) timeline.found(failure.atNs, failure.name);
      if (values.json === true) {
        const report = {
          scenario: scenario.name,
          verdict,
          failure: failure === undefined ? null : ordered(failure),
          hash,
          events,
          run: { scenario: source, ...run },
        };
        io.stdout(`${JSON.stringify(report)}\n`);
      } else {
        io.stdout(replayText(scenario, run, outcome, timeline, terminalStyle(io)));
      }
      return verdict === "fails" ? EXIT.violated : EXIT.clean;
    } finally {
      exported?.discard();
    }
  },
};

function replayText(
  { name }: Scenario,
  { seed, untilNs, plan }: RunCase,
  { verdict, failure, hash, events, endNs }: RunOutcome,
  timeline: Timeline,
  style: Style,
): string {
  const said =
    failure === undefined
      ? [style("good", `${name} ${verdict === "holds" ? "holds" : "lost its last copy"}`)]
      : [
          style("bad", `${name} does not hold: ${failure.name} at ${formatTime(failure.atNs)}`),
          `  ${failure.detail}`,
        ];
  const faults = plan.faults.map((fault) => `  ${describeFault(fault)}`);
  const given = [
    `seed ${seed}, faults within ${formatTime(untilNs)}${faults.length === 0 ? ": none" : ":"}`,
    ...faults,
  ];
  const size = `${formatCount(events)} events in ${formatTime(endNs)} of virtual time`;
  const blocks = [said, given, timeline.lines(style), [`run ${style("strong", hash)}, ${size}`]];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
