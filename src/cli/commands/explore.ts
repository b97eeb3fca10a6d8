import { describeExploration, replayCommand } from "../../explore/describe-exploration.ts";
import { type ExploreResult, exploration } from "../../explore/explore.ts";
import { runCase } from "../../explore/run-case.ts";
import type { Scenario } from "../../scenarios/scenario.ts";
import { exploreInWorkers } from "../../workers/explore-in-workers.ts";
import { WorkerError } from "../../workers/worker-error.ts";
import type { Command } from "../command.ts";
import type { CommandIo } from "../command-io.ts";
import { EXIT } from "../exit-code.ts";
import { type ExploreArguments, parseExploreOptions } from "../explore-options.ts";
import { exploreReport, type HashedShrunk } from "../explore-report.ts";
import { checkTakesFence } from "../fence-option.ts";
import { ProgressLine } from "../progress-line.ts";
import { scenarioNamed, scenarioRef } from "../scenario-catalogue.ts";
import { shrinkInSlices } from "../shrink-in-slices.ts";
import { standardJudge } from "../standard-judge.ts";

const help = `usage: standin explore SCENARIO [--every-step | --points | --cuts | --pairs | --swarm] [options]

Looks for a failure: runs a scenario under one set of faults after the other and judges each run. It
stops at the first run that fails, makes that run smaller as long as it fails in the same way, and
prints one line that replays it. The same options give the same result, on any number of workers.

SCENARIO is a name of "standin list", or the path of a module, as in standin run.

what is gone through
  --swarm                  runs drawn whole from consecutive seeds: sizes, rates, faults (default)
  --every-step             every event of a run × each host that is crashed there
  --points                 every named point that a run passes × each host that is crashed there
  --cuts                   every named point that a run passes × each link and cable, cut for 150 ms
  --pairs                  two faults in every order, on a grid

options
  --seeds N                seeds of the swarm (default 2000)
  --from-seed N            the first seed; the only one without --swarm (default 1)
  --steps N                only so many steps, evenly drawn, of --every-step (default all)
  --host NAME              a host to crash or cut off; may be repeated (default all; no swarm)
  --until TIME             virtual time in which faults happen, from 10ms (default the scenario's)
  --interval TIME          from one checkpoint to the next (default the scheme's; the swarm draws)
  --requests N             of each client (default the scenario's; the swarm draws)
  --scheme NAME            how the machine is protected, see "standin list" (default checkpoint)
  --part STAGE=NAME        what checkpoints are made of, see "standin list"; once for each stage
  --fence NAME             what makes sure that one host serves (default: the scenario's)
  --break NAME             switch on a defect of the zoo; may be repeated
  --workers N              threads that make runs (default: one per core)
  --no-shrink              leave what is found as it was found
  --json                   print one JSON object instead
  --help                   print this text

A TIME is a number and a unit: 300ns, 250us, 25ms, 1.5s, 1m.

examples
  standin explore counter
  standin explore kv --seeds 20000 --from-seed 5000
  standin explore counter --every-step --host a --host b
  standin explore counter --break no-witness --json
  standin explore kv --part capture=brownout --part encode=feedback
  standin explore kv --scheme hybrid --seeds 300
  standin explore ./my-scenario.js --points

exit codes
  0    every run held
  1    a run failed, or the sweep never brought about what it has to
  2    the options ask for something that cannot be; nothing was run
  3    it was stopped on the way, and nothing was found so far
  70   a run could not be finished: a defect of the library or of the scenario
  130  interrupted
`;

/** `standin explore`: looks for a failure, shrinks it, says how to see it again. */
export const exploreCommand: Command = {
  name: "explore",
  summary: "look for a failure: crash a host at every step, or draw faults from seeds",
  help,
  async run(args, io) {
    const options = parseExploreOptions(args);
    const scenario = await scenarioNamed(options.scenario, io.cwd);
    checkTakesFence(options.explore.scenario?.fence, scenario);
    const progress = new ProgressLine(io);
    let result: ExploreResult;
    try {
      result = await explored(options, io, progress);
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      progress.clear();
      return explainDeath(error, scenario, options, io);
    }
    progress.clear();
    const shrunk = options.shrinks ? await shrunkOf(result, scenario, io) : [];
    const source = options.scenario;
    io.stdout(
      options.json
        ? `${JSON.stringify(exploreReport(result, options.explore.mode, source, shrunk))}\n`
        : `${describeExploration(result, shrunk, source)}\n`,
    );
    if (io.signal?.aborted === true) return EXIT.interrupted;
    if (result.status === "aborted") return EXIT.incomplete;
    return result.status === "holds" ? EXIT.clean : EXIT.violated;
  },
};

async function explored(
  { scenario, explore, workers }: ExploreArguments,
  io: CommandIo,
  progress: ProgressLine,
): Promise<ExploreResult> {
  const startedAtMs = performance.now();
  return await exploreInWorkers(scenarioRef(scenario, io.cwd), explore, {
    ...(workers === undefined ? {} : { workers }),
    signal: io.signal,
    onNote: (text) => io.stderr(`note: ${text}\n`),
    onProgress: (done, total, findings) =>
      progress.show(() => {
        const perSecond = Math.round((done * 1_000) / (performance.now() - startedAtMs));
        return `${done}/${total} runs, ${perSecond} runs/s, ${findings} findings`;
      }),
  });
}

async function shrunkOf(
  result: ExploreResult,
  scenario: Scenario,
  io: CommandIo,
): Promise<HashedShrunk[]> {
  const shrunk: HashedShrunk[] = [];
  for (const finding of result.status === "fails" ? result.findings : []) {
    const small = await shrinkInSlices(scenario, finding, io);
    const isSame = small.run === finding.run;
    const hash = isSame ? finding.hash : runCase(scenario, small.run, standardJudge).hash;
    shrunk.push({ ...small, hash });
  }
  return shrunk;
}

/** A worker died: the run that it was making is the one to look at. */
function explainDeath(
  { message, index }: WorkerError,
  scenario: Scenario,
  { scenario: source, explore }: ExploreArguments,
  io: CommandIo,
): number {
  io.stderr(`standin explore: ${message}\n`);
  if (index !== undefined) {
    const run = exploration(scenario, explore).sweep.caseAt(index);
    io.stderr(`replay: ${replayCommand(source, run)}\n`);
  }
  return EXIT.failed;
}
