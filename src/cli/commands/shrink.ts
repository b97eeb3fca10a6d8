import { replayCommand } from "../../explore/describe-exploration.ts";
import { runCase } from "../../explore/run-case.ts";
import { countOf } from "../../report/quantity.ts";
import { formatTime } from "../../sim/time.ts";
import { describeFault } from "../../verify/plan/describe-fault.ts";
import { parseArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { parseCount } from "../count.ts";
import { EXIT } from "../exit-code.ts";
import { ordered } from "../explore-report.ts";
import { givenRun } from "../given-run.ts";
import { scenarioNamed } from "../scenario-catalogue.ts";
import { shrinkInSlices } from "../shrink-in-slices.ts";
import { standardJudge } from "../standard-judge.ts";

const help = `usage: standin shrink FILE|LITERAL [options]

Makes a failing run smaller as long as it fails in the same way: fewer faults, fewer options, less
work, shorter and rounder times. Prints one line that replays what is left.

LITERAL is the JSON object that standin explore prints on its replay line; FILE is a file that holds
it.

options
  --max-runs N   most runs to make on the way, 1 to 1000000 (default 400)
  --json         print one JSON object instead: failure, run, hash, replay
  --help         print this text

examples
  standin shrink run.json
  standin shrink run.json --max-runs 2000 --json

exit codes
  0    the run holds, there is nothing to shrink
  1    it fails; what is printed fails in the same way
  2    there is no such run: not JSON, an unknown fault or host, a time before zero
  70   a run could not be finished: a defect of the library or of the scenario
  130  interrupted; what is printed is the smallest found so far
`;

/** `standin shrink`: makes a failing run smaller. */
export const shrinkCommand: Command = {
  name: "shrink",
  summary: "make a failing run smaller, as long as it fails in the same way",
  help,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, {
      "max-runs": { type: "string" },
      json: { type: "boolean" },
    });
    const max = values["max-runs"];
    const runsMax = max === undefined ? undefined : parseCount("--max-runs", max, 1, 1_000_000);
    const { scenario: source, run } = givenRun(positionals, io.cwd);
    const scenario = await scenarioNamed(source, io.cwd);
    const before = runCase(scenario, run, standardJudge);
    const { failure } = before;
    const say = (text: string, data: object): void => {
      const told =
        values.json === true ? JSON.stringify({ scenario: scenario.name, ...data }) : text;
      io.stdout(`${told}\n`);
    };
    if (failure === undefined) {
      const { verdict, hash } = before;
      say(`${scenario.name} holds in this run: nothing to shrink`, { verdict, hash });
      return EXIT.clean;
    }
    const shrunk = await shrinkInSlices(scenario, { run, failure }, io, runsMax);
    const { hash } = runCase(scenario, shrunk.run, standardJudge);
    const replay = replayCommand(source, shrunk.run);
    const [had, has] = [run.plan.faults, shrunk.run.plan.faults];
    const lines = [
      `${scenario.name} does not hold: ${shrunk.failure.name} at ${formatTime(shrunk.failure.atNs)}`,
      `  ${shrunk.failure.detail}`,
      `shrunk from ${countOf(had.length, "fault")} to ${countOf(has.length, "fault")} in ${countOf(shrunk.runs, "run")}${has.length === 0 ? "" : ":"}`,
      ...has.map((fault) => `  ${describeFault(fault)}`),
      `replay: ${replay}`,
    ];
    say(lines.join("\n"), {
      verdict: "fails",
      failure: ordered(shrunk.failure),
      run: { scenario: source, ...shrunk.run },
      hash,
      runs: shrunk.runs,
      replay,
    });
    return io.signal?.aborted === true ? EXIT.interrupted : EXIT.violated;
  },
};
