import type { Scheme } from "../cluster/scheme.ts";
import type { CompareOptions } from "../lockstep/compare/options.ts";
import { activeActive } from "../schemes/active-active.ts";
import { colo } from "../schemes/colo.ts";
import { quasiLockstep } from "../schemes/quasi-lockstep.ts";
import { ms } from "../sim/time.ts";

/** What is swept. */
export type SweepName = "similarity" | "minimum-interval";

/** One setting of comparing schemes that takes one value after the other, all others standing still. */
export interface Sweep {
  /** What it is, in one line. */
  readonly about: string;
  /** Its values, in rising order. */
  readonly values: readonly number[];
  /** The settings at a value. */
  readonly settings: (value: number) => CompareOptions;
}

/** What all runs of all sweeps have: differences are looked for often enough not to add to what is measured. */
const COMMON: CompareOptions = { thresholdNs: ms(75), windowPackets: 64, scanNs: ms(1) };

/** All sweeps, by name. */
export const sweeps: Readonly<Record<SweepName, Sweep>> = {
  similarity: {
    about: "the part of the last 64 replies below which a reply that differs asks for a checkpoint",
    values: [0, 0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 1],
    settings: (similarity) => ({ ...COMMON, similarity, minimumNs: ms(5) }),
  },
  "minimum-interval": {
    about: "from the start of a checkpoint to the start of the next, at least, in nanoseconds",
    values: [1, 2, 5, 10, 20, 30, 50, 70, 100, 200].map(ms),
    settings: (minimumNs) => ({ ...COMMON, similarity: 1, minimumNs }),
  },
};

/** Names of all sweeps, in the order in which they are made. */
export const sweepNames: readonly SweepName[] = ["similarity", "minimum-interval"];

/** Comparing schemes that can be swept, by name; the first is what is swept if none is chosen. */
export const sweptSchemes: Readonly<Record<string, (settings: CompareOptions) => Scheme>> = {
  "active-active": activeActive,
  colo,
  "quasi-lockstep": quasiLockstep,
};

/** Parts of the replies that differ, one line of a chart each. */
export const sweptChances: readonly number[] = [1 / 64, 1 / 16, 1 / 4, 1];
