import type { HardwareProfile } from "../host/hardware-profile.ts";
import type { Scenario, ScenarioOptions } from "../scenarios/scenario.ts";
import type { Nanoseconds } from "../sim/time.ts";
import { Simulation } from "../simulation/simulation.ts";
import { type MeasuredRun, measuredRun } from "./measured-run.ts";
import { type PartMeasures, PartMeter } from "./part-measures.ts";

/** How a scenario is run to be measured. */
export interface PartRunOptions {
  readonly seed: number;
  readonly untilNs: Nanoseconds;
  readonly profile: HardwareProfile;
  readonly scenario: ScenarioOptions;
}

/** What came of a run: its measures, or why its parts cannot be had. */
export type PartRun = MeasuredRun<PartMeasures>;

/**
 * Runs a scenario without faults and measures it. A part that refuses the machine or the other parts
 * says so; anything else that goes wrong is thrown.
 */
export function runParts(scenario: Scenario, options: PartRunOptions): PartRun {
  const { seed, untilNs, profile } = options;
  const meter = new PartMeter();
  return measuredRun(() => {
    const simulation = new Simulation({ seed, profile, onViolation: "record" });
    simulation.trace.addSink(meter);
    scenario.build(simulation, options.scenario);
    simulation.run({ until: untilNs });
    const violations = simulation.violations.map(({ name }) => name);
    return { measures: meter.measures(untilNs), violations: [...new Set(violations)] };
  });
}
