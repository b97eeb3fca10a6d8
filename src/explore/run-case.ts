import type { Scenario, ScenarioOptions } from "../scenarios/scenario.ts";
import { InvariantError, ProcessError } from "../sim/errors.ts";
import { ms, type Nanoseconds, seconds } from "../sim/time.ts";
import type { TraceRecord, TraceSink } from "../sim/trace.ts";
import { Simulation } from "../simulation/simulation.ts";
import { OneCopy } from "../verify/one-copy.ts";
import type { FaultPlan } from "../verify/plan/fault.ts";
import type { Property } from "../verify/properties/property.ts";
import { PropertyMonitor } from "../verify/properties/property-monitor.ts";
import type { StandinRecord } from "../verify/standin-record.ts";

/** One run, as plain data: everything that decides it. */
export interface RunCase {
  readonly seed: number;
  /** Length of the first phase, in which faults happen. */
  readonly untilNs: Nanoseconds;
  readonly options: ScenarioOptions;
  readonly plan: FaultPlan;
}

/** Why a run is not as it should be. */
export interface RunFailure {
  /** What kind of check noticed it. */
  readonly kind: "invariant" | "property" | "one-copy" | "convergence" | "internal";
  /** Which one: two failures are the same when kind and name are. */
  readonly name: string;
  readonly atNs: Nanoseconds;
  readonly detail: string;
}

/** What came of a run. */
export interface RunOutcome {
  /**
   * `"unsurvivable"`: the plan destroyed the last copy of a machine, which nothing promises to
   * survive; what was lost with it is no failure.
   */
  readonly verdict: "holds" | "fails" | "unsurvivable";
  /** Set when the verdict is `"fails"`. */
  readonly failure?: RunFailure;
  readonly hash: string;
  readonly events: number;
  /** Virtual time at its end. */
  readonly endNs: Nanoseconds;
  /** Names of the `sometimes` properties that happened. */
  readonly happened: readonly string[];
}

/** How a run is judged. */
export interface JudgeOptions {
  readonly properties: readonly Property[];
  /**
   * Replies are compared with those of a machine that never fails. Default true; never those of an image that
   * is not `deterministic`.
   */
  readonly oneCopy?: boolean;
  /** A fault that would destroy the last copy is left out. Default true. */
  readonly spareLastCopy?: boolean;
  /**
   * After the first phase everything is healed; within this time every request must be answered.
   * Default 3 s.
   */
  readonly convergenceNs?: Nanoseconds;
}

/** How often convergence is looked for. */
const LOOK_NS: Nanoseconds = ms(20);

/**
 * Runs a scenario under a plan and judges it, in two phases: safety while faults happen, then, with
 * everything healed but what died, liveness: each machine that still can answers all its clients.
 *
 * @param sinks See the whole run, and change nothing of it.
 */
export function runCase(
  scenario: Scenario,
  run: RunCase,
  judge: JudgeOptions,
  sinks: readonly TraceSink[] = [],
): RunOutcome {
  const {
    oneCopy: comparesCopies = true,
    spareLastCopy = true,
    convergenceNs = seconds(3),
  } = judge;
  const monitor = new PropertyMonitor(judge.properties);
  const oneCopy = comparesCopies ? new OneCopy() : undefined;
  const stopped = new StoppedMachines();
  const simulation = new Simulation({
    seed: run.seed,
    plan: run.plan,
    onViolation: "record",
    spareLastCopy,
    build(made) {
      made.trace.addSink(monitor);
      made.trace.addSink(stopped);
      if (oneCopy !== undefined) made.trace.addSink(oneCopy);
      for (const sink of sinks) made.trace.addSink(sink);
      scenario.build(made, run.options);
    },
  });
  const failure =
    drive(simulation, run.untilNs, convergenceNs, stopped) ?? judged(simulation, monitor, oneCopy);
  const lost = simulation.unsurvivable !== undefined;
  return {
    verdict: lost ? "unsurvivable" : failure === undefined ? "holds" : "fails",
    ...(failure === undefined || lost ? {} : { failure }),
    hash: simulation.hash,
    events: simulation.engine.events,
    endNs: simulation.now,
    happened: [...monitor.happened],
  };
}

/** Both phases; what went wrong with running or converging. */
function drive(
  simulation: Simulation,
  untilNs: Nanoseconds,
  convergenceNs: Nanoseconds,
  stopped: StoppedMachines,
): RunFailure | undefined {
  try {
    simulation.run({ until: untilNs });
    const comparedAt = simulation.engine.events;
    simulation.heal();
    const endNs = simulation.now + convergenceNs;
    while (!hasConverged(simulation, stopped)) {
      if (simulation.now >= endNs) return notConverged(simulation);
      simulation.engine.run({ until: simulation.now + LOOK_NS });
    }
    // The run has compared clients and machines already; again only if something happened since.
    if (simulation.engine.events > comparedAt) simulation.check();
    return undefined;
  } catch (error) {
    if (!(error instanceof ProcessError || error instanceof InvariantError)) throw error;
    return {
      kind: "internal",
      name: error instanceof ProcessError ? error.processName : "assertion",
      atNs: error.timeNs ?? simulation.now,
      detail: error.message,
    };
  }
}

/** What the checks noticed, the most telling first. */
function judged(
  simulation: Simulation,
  monitor: PropertyMonitor,
  oneCopy: OneCopy | undefined,
): RunFailure | undefined {
  monitor.end(simulation.now);
  const [violation] = simulation.violations;
  if (violation !== undefined) return { kind: "invariant", ...violation };
  const [failed] = monitor.failures;
  if (failed !== undefined) return { kind: "property", ...failed };
  for (const machine of simulation.machines) {
    const host = machine.activeHost?.name;
    // A machine that throws dice cannot be told from another one by what it says.
    if (host === undefined || machine.image.deterministic === false) continue;
    const clients = simulation.clients.filter((client) => client.machine === machine.name);
    const askers = simulation.clients;
    const detail = oneCopy?.difference(machine.image, machine.name, host, clients, askers);
    if (detail === undefined) continue;
    return { kind: "one-copy", name: "one-copy", atNs: simulation.now, detail };
  }
  return undefined;
}

/**
 * Machines whose output has shown an error: they stand still on purpose, and answer nothing more. One whose
 * primary runs alone again, or that somebody else serves, does not.
 */
class StoppedMachines implements TraceSink {
  readonly names: Set<string> = new Set();

  record(_atNs: Nanoseconds, _position: number, traced: TraceRecord): void {
    const record = traced as StandinRecord;
    if (record.kind === "output.failed") this.names.add(record.machine);
    else if (record.kind === "protection.lost" || record.kind === "failover.serving") {
      this.names.delete(record.machine);
    }
  }
}

/** True when every machine that can still serve and may does, and has answered everything. */
function hasConverged(simulation: Simulation, stopped: StoppedMachines): boolean {
  const gone = new Set(stopped.names);
  for (const machine of simulation.machines) {
    if (machine.activeNode !== undefined) continue;
    if (machine.recoverable) return false;
    gone.add(machine.name);
  }
  return simulation.clients.every(
    ({ machine, acknowledged, requests }) => gone.has(machine) || acknowledged === requests,
  );
}

function notConverged(simulation: Simulation): RunFailure {
  const late = simulation.clients.filter((client) => client.acknowledged < client.requests);
  const waits = late.map((client) => {
    return `${client.name} has ${client.acknowledged} of ${client.requests} requests answered`;
  });
  const detail = waits.join("; ") || "a machine that could be served is not";
  return { kind: "convergence", name: "convergence", atNs: simulation.now, detail };
}
