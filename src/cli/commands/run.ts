import { Metrics } from "../../report/metrics.ts";
import { runReport } from "../../report/run-report.ts";
import { runText } from "../../report/run-text.ts";
import { Timeline } from "../../report/timeline.ts";
import { Simulation } from "../../simulation/simulation.ts";
import type { Command } from "../command.ts";
import { consoleTranscript } from "../console-transcript.ts";
import { EXIT } from "../exit-code.ts";
import { checkWithin } from "../fault-options.ts";
import { scheduleFaults } from "../fault-schedule.ts";
import { checkTakesFence } from "../fence-option.ts";
import { replayLine } from "../replay-line.ts";
import { runFacts } from "../run-facts.ts";
import { parseRunOptions } from "../run-options.ts";
import { scenarioNamed } from "../scenario-catalogue.ts";
import { simulate } from "../simulate.ts";
import { terminalStyle } from "../terminal-style.ts";
import { exportTrace } from "../trace-export.ts";

const help = `usage: standin run SCENARIO [options]

Runs a scenario and prints what happened: a timeline, then figures and what was checked. The same
options give the same run, to the last event; the run hash is its identity.

SCENARIO is a name of "standin list", or the path of a module whose default export (or the one named
"scenario") is a scenario, a promise of one or a function that returns one.

options
  --seed N                 decides everything that is drawn; 0 to 2^53 - 1 (default 1)
  --until TIME             virtual time to simulate, 1us to 60m (default: the scenario's own)
  --interval TIME          from one checkpoint to the next, 10us to 1m (default: the scheme's)
  --profile NAME           what the hosts cost: modern, remus2008 (default modern)
  --scheme NAME            how the machine is protected, see "standin list" (default checkpoint)
  --part STAGE=NAME        what checkpoints are made of, see "standin list"; once for each stage
  --fence NAME             what makes sure that one host serves (default: the scenario's)
  --crash HOST@TIME        a host loses power; once for each host
  --pause HOST@FROM..TO    a host stands still and goes on; may be repeated
  --partition A-B@FROM..TO two hosts do not reach each other; may be repeated
  --partition A>B@FROM..TO nothing of A reaches B, while B still reaches A (quote it: '>')
  --trace FILE.json        also write a Chrome Trace, which ui.perfetto.dev opens
  --trace FILE.ndjson      also write the trace records, one JSON object per line
  --json                   print one JSON object instead: figures, failovers, violations
  --help                   print this text

A TIME is a number and a unit: 300ns, 250us, 25ms, 1.5s, 1m. Faults lie within the run. Hosts of the
built-in scenarios are a (primary), b (secondary) and witness; of pooled a, b, c and pool.

In the JSON object, lost and duplicated are null if the run ends while nobody serves the machine;
quantiles are null if nothing was measured. Of the checkpoints started each is committed, aborted or
still under way.

examples
  standin run counter
  standin run counter --seed 7 --crash a@310ms
  standin run kv --partition a-b@300ms..600ms --json
  standin run riscv-kv --part encode=word-difference --part trigger=held-output
  standin run kv --scheme vmware-ft --crash a@310ms
  standin run kv --fence power --crash a@310ms
  standin run sqlite --crash a@310ms --trace failover.json
  standin run ./my-scenario.js --until 500ms --interval 5ms

exit codes
  0    every invariant held
  1    an invariant was violated
  2    the options ask for something that cannot be; nothing was run
  70   the run could not be finished: a defect of the library or of the scenario
  130  interrupted; no trace was written
`;

/** `standin run`: simulates a scenario and reports what happened. */
export const runCommand: Command = {
  name: "run",
  summary: "run a scenario, with hosts made to fail on request",
  help,
  async run(args, io) {
    const options = parseRunOptions(args);
    const scenario = await scenarioNamed(options.scenario, io.cwd);
    const untilNs = options.untilNs ?? scenario.until;
    checkWithin(options.faults, untilNs);
    checkTakesFence(options.fence, scenario);
    const { seed, profile, trace, fence, scheme, parts, intervalNs: interval } = options;
    const simulation = new Simulation({ seed, profile, onViolation: "record" });
    const [metrics, timeline] = [new Metrics(), new Timeline()];
    const exported = trace === undefined ? undefined : exportTrace(trace, io.cwd);
    for (const sink of [metrics, options.json ? undefined : timeline, exported?.sink]) {
      if (sink !== undefined) simulation.trace.addSink(sink);
    }
    scenario.build(simulation, {
      ...(interval !== undefined && { interval }),
      ...(fence !== undefined && { fence }),
      ...(scheme !== undefined && { scheme }),
      parts,
    });
    scheduleFaults(simulation, options.faults);
    exported?.open();
    try {
      const outcome = await simulate(simulation, untilNs, io);
      if (outcome === "interrupted") return EXIT.interrupted;
      const facts = runFacts(simulation, scenario.name);
      exported?.finish(untilNs, { scenario: scenario.name, seed, runHash: facts.runHash });
      const report = runReport(metrics, facts);
      if (options.json) io.stdout(`${JSON.stringify(report)}\n`);
      else {
        io.stdout(runText(report, timeline, terminalStyle(io)));
        for (const console of simulation.consoles) io.stdout(consoleTranscript(console));
      }
      if (facts.violations.length === 0) return EXIT.clean;
      io.stderr(`replay: ${replayLine(["run", ...args])}\n`);
      return EXIT.violated;
    } finally {
      exported?.discard();
    }
  },
};
