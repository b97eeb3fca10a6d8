import type { ClientOptions } from "../client/client.ts";
import type { DetectionOptions } from "../cluster/detection/detection-options.ts";
import type { LinkOptions } from "../host/link-options.ts";
import type { PartChoice } from "../schemes/part-choice.ts";
import type { Nanoseconds } from "../sim/time.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { StandinRecord } from "../verify/standin-record.ts";
import type { ZooName } from "../verify/zoo.ts";

/** What whoever runs a scenario may change; plain data. A scenario uses what makes sense to it. */
export interface ScenarioOptions {
  /**
   * From one checkpoint to the next, no shorter than the scheme can. Default: the scheme's own, 25 ms of
   * `checkpoint`. Schemes without a rhythm do without.
   */
  readonly interval?: Nanoseconds;
  /** How the links between hosts behave. Default: as the scenario and the profile say. */
  readonly link?: LinkOptions;
  /** When a silent host is suspected. Default: as the cluster's. */
  readonly detection?: DetectionOptions;
  /**
   * Name of the fence, one of `fenceNames`. Default: the scenario's, which is the witness for most. Only
   * scenarios that say so take one.
   */
  readonly fence?: string;
  /** How clients behave. Default: as the scenario says. */
  readonly client?: ClientOptions;
  /** Name of the protection scheme, one of `schemeCatalogue`. Default `checkpoint`. */
  readonly scheme?: string;
  /** What the checkpoint scheme is made of; other schemes refuse it. Default: the first part of each stage. */
  readonly parts?: PartChoice;
  /** Members of the broken zoo that are switched on. Default none. */
  readonly broken?: readonly ZooName[];
}

/** A cluster with machines and clients, ready to be run and to have something done to it. */
export interface Scenario {
  /** Name by which the command line knows it. */
  readonly name: string;
  /** One line that says what runs. */
  readonly description: string;
  /** Virtual time after which it has done its work, if nothing fails for long. */
  readonly until: Nanoseconds;
  /**
   * Kinds of records without which a sweep of many runs has looked in the wrong places. Default: those of a
   * pair with a witness under the scheme that was chosen.
   */
  readonly wanted?: readonly StandinRecord["kind"][];
  /** Whether it protects its machines with the fence of the options. Default false. */
  readonly takesFence?: boolean;
  /** Makes hosts `a` and `b` (or others), machines and clients in a fresh simulation. */
  build(simulation: Simulation, options: ScenarioOptions): void;
}
