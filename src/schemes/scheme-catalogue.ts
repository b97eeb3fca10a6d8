import type { CheckpointDefects } from "../checkpoint/options.ts";
import type { Scheme } from "../cluster/scheme.ts";
import type { CompareDefects } from "../lockstep/compare/options.ts";
import type { DiskReads } from "../lockstep/disk-reads.ts";
import type { LogDefects } from "../lockstep/options.ts";
import type { Nanoseconds } from "../sim/time.ts";
import { activeActive } from "./active-active.ts";
import { checkpoint } from "./checkpoint.ts";
import { colo } from "./colo.ts";
import { HYBRID_PERIOD_LEAST_NS, hybrid } from "./hybrid.ts";
import type { PartDefects } from "./part-catalogue.ts";
import { checkpointOptions, type PartChoice } from "./part-choice.ts";
import { quasiLockstep } from "./quasi-lockstep.ts";
import { remus } from "./remus.ts";
import { shadow } from "./shadow.ts";
import { vmwareFt } from "./vmware-ft.ts";

/** Defects of schemes, each switched on in the layer that it breaks. */
export interface SchemeDefects {
  readonly checkpoint?: CheckpointDefects;
  /** In parts of checkpoints. */
  readonly part?: PartDefects;
  /** In logs and their replay. */
  readonly log?: LogDefects;
  /** In comparing machines. */
  readonly compare?: CompareDefects;
}

/** What every scheme of the catalogue can be made with; each uses what makes sense to it. */
export interface NamedSchemeOptions {
  /** From one checkpoint to the next. Default: the scheme's own. */
  readonly interval?: Nanoseconds;
  /** Where a replay gets what the machine reads from its disk. Default `own`. */
  readonly diskReads?: DiskReads;
  /** What checkpoints are made of. Default: the first part of each stage. */
  readonly parts?: PartChoice;
  /** Whether a packet that the machine sends shows an error, as its scenario knows one. Default: none does. */
  readonly isError?: (packet: Uint8Array) => boolean;
  /** Default none. */
  readonly broken?: SchemeDefects;
}

/** One way to protect a machine, with a name that can be given on a command line. */
export interface NamedScheme {
  /** Makes it anew at each call; what it has no use for is left. */
  readonly make: (options: NamedSchemeOptions) => Scheme;
  /** What it does, in one line. */
  readonly about: string;
  /** The publication or system that it follows. */
  readonly source: string;
  /** Shortest time between checkpoints that it makes; a shorter one is taken for it. `undefined`: it makes none. */
  readonly intervalLeastNs?: Nanoseconds;
  /** Whether its checkpoints can be made of other parts. */
  readonly hasParts?: boolean;
}

/**
 * All schemes that a machine can be protected with until a host fails, by name. The first is what a machine has
 * by default. The shadow looks for an error that only the machine's scenario can name; where none is named it
 * protects as a log does, and later by its delay.
 */
export const schemeCatalogue: Readonly<Record<string, NamedScheme>> = {
  checkpoint: {
    make: ({ interval, parts = {}, broken = {} }) =>
      checkpoint({
        ...checkpointOptions(parts, broken.part),
        ...(interval === undefined ? {} : { interval }),
        broken: broken.checkpoint ?? {},
      }),
    about: "checkpoints of parts that can be chosen, output held until the secondary has them",
    source: "Remus, NSDI'08, and others",
    intervalLeastNs: 1,
    hasParts: true,
  },
  remus: {
    make: ({ interval, broken = {} }) =>
      remus({
        ...(interval === undefined ? {} : { interval }),
        broken: broken.checkpoint ?? {},
      }),
    about: "checkpoints every 25 ms as published, written pages noticed by write protection",
    source: "Remus, NSDI'08",
    intervalLeastNs: 1,
  },
  colo: {
    make: ({ broken = {} }) => colo({ broken: broken.compare ?? {} }),
    about: "both run, what they send is compared, a checkpoint when it differs",
    source: "COLO, SoCC'13",
  },
  "active-active": {
    make: ({ interval, broken = {} }) =>
      activeActive({
        ...(interval === undefined ? {} : { minimumNs: interval }),
        broken: broken.compare ?? {},
      }),
    about: "as colo, at most one checkpoint in a minimum interval, of what either has written",
    source: "US11429466, US11641395",
  },
  "quasi-lockstep": {
    make: ({ broken = {} }) => quasiLockstep({ broken: broken.compare ?? {} }),
    about: "chosen events are compared by the secondary, output pending until it agrees",
    source: "US8201169",
  },
  "vmware-ft": {
    make: ({ diskReads, broken = {} }) =>
      vmwareFt({
        ...(diskReads === undefined ? {} : { diskReads }),
        checkpoint: { broken: broken.checkpoint ?? {} },
        broken: broken.log ?? {},
      }),
    about: "a log of what happens, which the secondary replays as it comes",
    source: "VMware FT, 2010",
  },
  hybrid: {
    make: ({ interval, diskReads, broken = {} }) =>
      hybrid({
        ...(diskReads === undefined ? {} : { diskReads }),
        ...(interval === undefined ? {} : { period: Math.max(interval, HYBRID_PERIOD_LEAST_NS) }),
        checkpoint: { broken: broken.checkpoint ?? {} },
        broken: broken.log ?? {},
      }),
    about: "checkpoints every second and a log, which the secondary replays when it stands in",
    source: "US8499297",
    intervalLeastNs: HYBRID_PERIOD_LEAST_NS,
  },
  shadow: {
    make: ({ isError, broken = {} }) =>
      shadow({
        ...(isError === undefined ? {} : { isError }),
        checkpoint: { broken: broken.checkpoint ?? {} },
        broken: broken.log ?? {},
      }),
    about: "as vmware-ft, 200 ms later, until the output shows what the scenario calls an error",
    source: "US11662051",
  },
};
