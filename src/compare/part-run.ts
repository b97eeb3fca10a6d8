import type { HardwareProfile } from "../host/hardware-profile.ts";
import type { Scenario, ScenarioOptions } from "../scenarios/scenario.ts";
import type { Nanoseconds } from "../sim/time.ts";
import { Simulation } from "../simulation/simulation.ts";
import { type PartMeasures, PartMeter } from "./part-measures.ts";

/** How a scenario is run to be measured. */
export interface PartRunOptions {
  readonly seed: number;
  readonly untilNs: Nanoseconds;
  readonly profile: HardwareProfile;
  readonly scenario: ScenarioOptions;
}

/** What came of a run: its measures, or why its parts cannot be had. */
export type PartRun =
  | { readonly measures: PartMeasures; readonly violations: readonly string[] }
  | { readonly refusal: string };

/**
 * Runs a scenario without faults and measures it. A part that refuses the machine or the other parts
 * says so; anything else that goes wrong is thrown.
 */
export function runParts(scenario: Scenario, options: PartRunOptions): PartRun {
  const { seed, untilNs, profile } = options;
  const meter = new PartMeter();
  try {
    const simulation = new Simulation({ seed, profile, onViolation: "record" });
    simulation.trace.addSink(meter);
    scenario.build(simulation, options.scenario);
    simulation.run({ until: untilNs });
    const violations = simulation.violations.map(({ name }) => name);
    return { measures: meter.measures(untilNs), violations: [...new Set(violations)] };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return { refusal };
  }
}

/** The first sentence of what the library refused, in the call or in a process; by name, as a scenario's module may bring its own copy of it. */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (!/^Standin(Range|Type)Error$/.test(error.name)) return refusalOf(error.cause);
  return error.message.split(/(?<=\.)\s|\n/, 1)[0];
}
