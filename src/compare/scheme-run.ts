import type { Scenario } from "../scenarios/scenario.ts";
import { type Nanoseconds, us } from "../sim/time.ts";
import { Simulation } from "../simulation/simulation.ts";
import { AnswerMeter } from "./answer-meter.ts";
import { type MeasuredRun, measuredRun } from "./measured-run.ts";
import type { PartRunOptions } from "./part-run.ts";
import { type RecoveryMeasures, RecoveryMeter } from "./recovery-measures.ts";
import { type SchemeMeasures, SchemeMeter } from "./scheme-measures.ts";

/** What a scheme cost and gave, from three runs of a scenario; plain data. */
export interface SchemeFigures extends SchemeMeasures, RecoveryMeasures {
  /** Requests answered in a second, up to the last one, by a machine whose clients ask as fast as they can. */
  readonly answeredPerSecond: number | null;
}

/** What came of the runs, or why the scheme does not protect the machine. */
export type SchemeRun = MeasuredRun<SchemeFigures>;

/**
 * Clients that wait for nothing but a free place among the requests that they may have under way. No more
 * requests than the journals of all built-in machines have room for.
 */
const HURRIED = { requests: 16_000, think: us(1), window: 32 } as const;

/** When the host of the primary crashes in the run that is about recovery: in the middle. */
export function crashTimeOf(untilNs: Nanoseconds): Nanoseconds {
  return Math.floor(untilNs / 2);
}

/**
 * Runs a scenario three times: as it is, with clients in a hurry, and with a crash of the primary's host in the
 * middle. The seed and everything else are the same. A scheme that refuses the machine says so; anything
 * else that goes wrong is thrown.
 */
export function runScheme(scenario: Scenario, options: PartRunOptions): SchemeRun {
  return measuredRun(() => {
    const plain = made(options);
    const meter = new SchemeMeter((host) => plain.host(host).busyNs);
    plain.trace.addSink(meter);
    const violated = finished(plain, scenario, options);
    const measures = meter.measures(options.untilNs);

    const hurried = made(options);
    const answers = new AnswerMeter();
    hurried.trace.addSink(answers);
    const client = { ...options.scenario.client, ...HURRIED };
    const inHurry = { ...options, scenario: { ...options.scenario, client } };
    violated.push(...finished(hurried, scenario, inHurry));

    const crashed = made(options);
    const recovery = new RecoveryMeter();
    crashed.trace.addSink(recovery);
    crashed.at(crashTimeOf(options.untilNs), () => crashed.machines[0]?.activeHost?.crash());
    violated.push(...finished(crashed, scenario, options));

    const figures = {
      ...measures,
      answeredPerSecond: answers.perSecond,
      ...recovery.measures(),
    };
    return { measures: figures, violations: [...new Set(violated)] };
  });
}

function made({ seed, profile }: PartRunOptions): Simulation {
  return new Simulation({ seed, profile, onViolation: "record" });
}

/** Runs it to its end; names of the invariants that were violated. */
function finished(
  simulation: Simulation,
  scenario: Scenario,
  { scenario: chosen, untilNs }: PartRunOptions,
): string[] {
  scenario.build(simulation, chosen);
  simulation.run({ until: untilNs });
  return simulation.violations.map(({ name }) => name);
}
