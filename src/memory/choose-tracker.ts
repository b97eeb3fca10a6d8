import { StandinTypeError } from "../sim/errors.ts";
import { CombinedTracker } from "./combined-tracker.ts";
import { type DirtyRingDefects, DirtyRingTracker } from "./dirty-ring-tracker.ts";
import { InstrumentedTracker } from "./instrumented-tracker.ts";
import type { Memory } from "./memory.ts";
import type { PageRange } from "./page-range.ts";
import type { Region } from "./region.ts";
import { ShadowTracker } from "./shadow-tracker.ts";
import { SlatTracker } from "./slat-tracker.ts";
import type { DirtyTracker } from "./tracker.ts";
import { type WriteProtectionDefects, WriteProtectionTracker } from "./write-protection-tracker.ts";

/** A tracker that needs the stores of its regions to pass through the memory. */
export type StoreTrackerName = "slat" | "write-protection" | "dirty-ring";

/**
 * Names a tracker. Two names together are for a memory that may have regions of both kinds: the
 * first for those whose stores are seen, comparison for the others. `instrumented` follows the marks of
 * programs whose stores leave them, and the dirty flags of regions whose stores are seen.
 */
export type TrackerName =
  | StoreTrackerName
  | "shadow"
  | "instrumented"
  | `${StoreTrackerName}+shadow`;

/** Settings of trackers; each refuses those that it has no use for. */
export interface TrackerOptions {
  /**
   * Whether collecting invalidates cached translations. Default true. False is a defect for tests to
   * notice. Comparison needs none.
   */
  readonly invalidate?: boolean;
  /** Of `slat`: workers that share the scan, 1 to 64. Default 1. */
  readonly scanWorkers?: number;
  /** Of `write-protection` and `dirty-ring`: the parts of regions to follow. Default: all. */
  readonly ranges?: readonly PageRange[];
  /** Of `dirty-ring`: entries of the ring. Default 4,096. */
  readonly ringEntries?: number;
  /** Of `dirty-ring`: entries from which on the machine has to stop. Default 64 below `ringEntries`. */
  readonly ringWatermark?: number;
  /** Of `dirty-ring`: told when the watermark is reached; it only asks for the machine to stop. */
  readonly onFull?: () => void;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: TrackerDefects;
}

/** Mistakes of all trackers; each has those that it can make. */
export interface TrackerDefects extends WriteProtectionDefects, DirtyRingDefects {}

/** The settings that not every tracker has, and which have them. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  scanWorkers: ["slat"],
  ranges: ["write-protection", "dirty-ring"],
  ringEntries: ["dirty-ring"],
  ringWatermark: ["dirty-ring"],
  onFull: ["dirty-ring"],
};

const WITH_SHADOW = "+shadow";

const STORE_TRACKERS: readonly string[] = ["slat", "write-protection", "dirty-ring"];

/**
 * The tracker with a name.
 *
 * @param memory All its regions are there already.
 * @throws `StandinTypeError` `TRACKER_NAME` for a name that no tracker has, `STORES_UNSEEN` for a
 *   region that the tracker cannot follow, `TRACKER_OPTION` for a setting that is another one's; what
 *   the tracker refuses.
 */
export function chooseTracker(
  memory: Memory,
  name: TrackerName,
  options: TrackerOptions = {},
): DirtyTracker {
  const isPair = name.endsWith(WITH_SHADOW);
  const first = isPair ? name.slice(0, -WITH_SHADOW.length) : name;
  const isShadow = first === "shadow";
  const isAlone = isShadow || first === "instrumented";
  if (!STORE_TRACKERS.includes(first) && (isPair || !isAlone)) refuseName(name);
  expectOwnOptions(first, options);
  if (isShadow) return new ShadowTracker(memory);
  if (first === "instrumented") return markTracker(memory, options);
  const unseen = memory.regions.filter(({ stores }) => stores === "unseen");
  if (unseen.length === 0) return storeTracker(memory, first as StoreTrackerName, options);
  if (!isPair) refuseUnseen(name, unseen[0]!);
  if (unseen.length === memory.regions.length) return new ShadowTracker(memory);
  const seen = memory.regions.filter(({ stores }) => stores === "seen");
  return new CombinedTracker([
    storeTracker(memory, first as StoreTrackerName, options, seen),
    new ShadowTracker(memory, { regions: unseen }),
  ]);
}

function markTracker(memory: Memory, { invalidate }: TrackerOptions): DirtyTracker {
  const seen = memory.regions.filter(({ stores }) => stores === "seen");
  const marked = memory.regions.filter(({ stores }) => stores === "unseen");
  if (marked.length === 0) refuseUnmarked(seen[0]);
  const marks = new InstrumentedTracker(memory, { regions: marked });
  if (seen.length === 0) return marks;
  const flags = { regions: seen, ...(invalidate === undefined ? {} : { invalidate }) };
  return new CombinedTracker([new SlatTracker(memory, flags), marks]);
}

function storeTracker(
  memory: Memory,
  name: StoreTrackerName,
  options: TrackerOptions,
  regions?: readonly Region[],
): DirtyTracker {
  const { broken = {}, ringEntries, ringWatermark, ranges, onFull, ...rest } = options;
  const common = { ...rest, ...(regions && { regions }) };
  if (name === "slat") {
    return new SlatTracker(memory, { ...common, omitLastPage: broken.omitLastPage === true });
  }
  const guarded = { ...common, ...(ranges && { ranges }), broken };
  if (name === "write-protection") return new WriteProtectionTracker(memory, guarded);
  return new DirtyRingTracker(memory, {
    ...guarded,
    ...(ringEntries !== undefined && { entries: ringEntries }),
    ...(ringWatermark !== undefined && { watermark: ringWatermark }),
    ...(onFull && { onFull }),
  });
}

function expectOwnOptions(tracker: string, options: TrackerOptions): void {
  for (const [option, value] of Object.entries(options)) {
    const owners = OWNERS[option];
    if (value === undefined || owners === undefined || owners.includes(tracker)) continue;
    throw new StandinTypeError(
      "TRACKER_OPTION",
      `expected setting "${option}" with tracker "${owners.join('" or "')}", got it with tracker "${tracker}"`,
    );
  }
}

function refuseName(name: string): never {
  throw new StandinTypeError(
    "TRACKER_NAME",
    `expected a tracker "slat", "write-protection", "dirty-ring", "shadow" or "instrumented", or one of the first three with "+shadow", got "${name}"`,
  );
}

function refuseUnmarked(region: Region | undefined): never {
  const given =
    region === undefined ? "there is none" : `the stores to region "${region.name}" leave none`;
  throw new StandinTypeError(
    "STORES_UNMARKED",
    `tracker "instrumented" needs an instrumented program, whose stores leave marks, and ${given}`,
  );
}

function refuseUnseen(tracker: string, { name }: Region): never {
  throw new StandinTypeError(
    "STORES_UNSEEN",
    `expected a tracker that follows region "${name}" whose stores are unseen, got "${tracker}", which sees only stores that pass through the memory: "${tracker}+shadow" compares that region`,
  );
}
