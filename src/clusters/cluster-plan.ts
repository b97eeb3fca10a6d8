import type { DetectionOptions } from "../cluster/detection/detection-options.ts";
import type { LinkOptions } from "../host/link-options.ts";
import type { PartChoice } from "../schemes/part-choice.ts";
import type { Nanoseconds } from "../sim/time.ts";

/** A host of a plan. */
export interface PlannedHost {
  readonly name: string;
  /** Memory for machines. Default 1 TiB. */
  readonly memoryBytes?: number;
  /** What fails together with it. Default: it alone. */
  readonly domain?: string;
}

/** A machine of a plan, and who asks it. */
export interface PlannedMachine {
  readonly name: string;
  /** Name of a guest that whoever builds the plan knows. */
  readonly guest: string;
  readonly memoryBytes?: number;
  /** Name of its protection scheme. */
  readonly scheme: string;
  /** From one checkpoint to the next. Default: the scheme's. */
  readonly intervalNs?: Nanoseconds;
  /** What its checkpoints are made of. Default: the baseline of each stage. */
  readonly parts?: PartChoice;
  /** Where it runs at first. Default: placed. */
  readonly primary?: string;
  readonly secondary?: string;
  readonly clients: number;
  /** Mean pause of a client between two requests. */
  readonly thinkNs: Nanoseconds;
  /** Requests of each client. Default: as many as fit the run, 65,535 at most. */
  readonly requests?: number;
}

/** Hosts that fail and are repaired, drawn from the seed. */
export interface PlannedFailures {
  /** Mean time of a host from its repair to its next failure. */
  readonly betweenNs: Nanoseconds;
  /** Mean time to its repair. */
  readonly repairNs: Nanoseconds;
  readonly fromNs: Nanoseconds;
  /** Default: the end of the run. */
  readonly untilNs?: Nanoseconds;
}

/** What an operator does, or what happens to hosts, at a time. */
export type PlannedOperation = { readonly atNs: Nanoseconds } & (
  | { readonly do: "crash" | "restart" | "evacuate" | "use"; readonly host: string }
  | { readonly do: "pause"; readonly host: string; readonly forNs: Nanoseconds }
  | {
      readonly do: "partition";
      readonly between: readonly [string, string];
      readonly forNs: Nanoseconds;
    }
  | { readonly do: "hand-over" | "dismiss"; readonly machine: string }
  | { readonly do: "rolling-restart"; readonly offNs: Nanoseconds }
);

/** What years with this cluster are simulated with. In milliseconds: nanoseconds of years are no exact integers. */
export interface PlannedYears {
  /** Mean time of a host from its repair to its next failure. */
  readonly betweenMs: number;
  /** Mean time to its repair. */
  readonly repairMs: number;
  /** Time to have a machine back whose both copies were lost: from a backup, by people. */
  readonly restoreMs: number;
  readonly years: number;
}

/** A cluster as plain data: what there is, what happens, and what must hold of it. */
export interface ClusterPlan {
  readonly name: string;
  readonly seed: number;
  readonly untilNs: Nanoseconds;
  /** Name of the hosts' profile. */
  readonly profile: string;
  readonly link: LinkOptions;
  readonly detection: DetectionOptions;
  readonly coordinator: {
    readonly syncsMost: number;
    readonly reportNs: Nanoseconds;
    readonly lookNs: Nanoseconds;
    readonly silenceNs: Nanoseconds;
  };
  /** Within this time a machine that lost a copy must have another one; failures of hosts meanwhile not counted. */
  readonly protectedWithinNs?: Nanoseconds;
  readonly hosts: readonly PlannedHost[];
  readonly machines: readonly PlannedMachine[];
  readonly failures?: PlannedFailures;
  readonly schedule: readonly PlannedOperation[];
  readonly availability?: PlannedYears;
}
