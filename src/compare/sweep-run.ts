import type { HardwareProfile } from "../host/hardware-profile.ts";
import { ms, type Nanoseconds, us } from "../sim/time.ts";
import { Simulation } from "../simulation/simulation.ts";
import { differingCounter } from "./differing-counter.ts";
import type { ComparisonStep } from "./part-comparison.ts";
import { type SweepName, sweeps, sweptChances, sweptSchemes } from "./sweep.ts";
import { type SweepMeasures, SweepMeter } from "./sweep-measures.ts";

/** Clients that ask, each of them one thing at a time: one that waits holds up no other. */
const CLIENTS = 32;
const THINK_NS = ms(10);

/** What all runs of a sweep have in common. */
export interface SweepRunOptions {
  /** A name of `sweptSchemes`. */
  readonly scheme: string;
  readonly seed: number;
  readonly untilNs: Nanoseconds;
  readonly profile: HardwareProfile;
}

/** One value of what is swept. */
export interface SweepPoint {
  readonly value: number;
  readonly measures: SweepMeasures;
  /** Names of invariants that were violated. */
  readonly violations: readonly string[];
}

/** All values, for one part of replies that differ. */
export interface SweepLine {
  readonly chance: number;
  readonly points: readonly SweepPoint[];
}

/** A sweep's outcome; plain data. */
export interface SweepResult {
  readonly sweep: SweepName;
  readonly scheme: string;
  readonly lines: readonly SweepLine[];
}

/**
 * Makes a run for each value and each part of replies that differ, all from the same seed; gives way before
 * each run, so that whoever sweeps can show how far it is, and stop.
 */
export function* sweepRuns(
  sweep: SweepName,
  options: SweepRunOptions,
): Generator<ComparisonStep, SweepResult> {
  const { values } = sweeps[sweep];
  const count = values.length * sweptChances.length;
  let number = 0;
  const lines: SweepLine[] = [];
  for (const chance of sweptChances) {
    const points: SweepPoint[] = [];
    for (const value of values) {
      number += 1;
      yield { number, count, name: `${sweep} ${value}, 1 of ${1 / chance} differs` };
      points.push(runSweep(sweep, value, chance, options));
    }
    lines.push({ chance, points });
  }
  return { sweep, scheme: options.scheme, lines };
}

/** One run: a machine some of whose replies differ, under a comparing scheme with one setting at this value. */
export function runSweep(
  sweep: SweepName,
  value: number,
  chance: number,
  { scheme, seed, untilNs, profile }: SweepRunOptions,
): SweepPoint {
  const simulation = new Simulation({ seed, profile, onViolation: "record" });
  const meter = new SweepMeter();
  simulation.trace.addSink(meter);
  const { a, b } = simulation.hosts(["a", "b"], { latency: us(50) });
  const machine = simulation.protect(differingCounter(chance), {
    ...{ name: "swept", primary: a, secondary: b },
    scheme: sweptSchemes[scheme]!(sweeps[sweep].settings(value)),
  });
  for (let index = 0; index < CLIENTS; index += 1) {
    simulation.client(machine, { requests: 60_000, think: THINK_NS, window: 1 });
  }
  simulation.run({ until: untilNs });
  const violations = [...new Set(simulation.violations.map(({ name }) => name))];
  return { value, measures: meter.measures(untilNs), violations };
}
