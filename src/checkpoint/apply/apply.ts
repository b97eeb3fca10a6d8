/** How the secondary puts a checkpoint into the stand-by machine's memory. */
export interface Apply {
  /** What it is, with its settings, for reports. */
  readonly name: string;
  /**
   * `after-arrival`: when all of it is there and verified. `swapping`: group by group as they come, the
   * differing words of each exchanged with the live page, so that what was received becomes the undo.
   */
  readonly mode: "after-arrival" | "swapping";
  /** Whether the primary is answered when the checkpoint is stored whole, or when it is in memory. */
  readonly acknowledge: "stored" | "applied";
  /** Whether a disk's pages go to it through a cache of what is committed, or as memory's pages do. */
  readonly diskCache: boolean;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken: SwapDefects;
}

/** Defects of applying that can be switched on one by one. */
export interface SwapDefects {
  /** What was swapped in of an incomplete checkpoint is swapped back twice, and so stays. */
  readonly undoTwice?: boolean;
  /** Groups that were swapped in are not swapped back when their checkpoint is given up. */
  readonly noUndo?: boolean;
  /** A group is applied whatever epoch it belongs to. */
  readonly anyEpoch?: boolean;
  /** Groups are swapped in as they come, not in the order of their numbers. */
  readonly anyOrder?: boolean;
}

/** Settings of {@link afterArrival} and {@link swapping}. */
export interface ApplyOptions {
  /** When the primary is answered. Default `stored`, as Remus does: applying happens meanwhile. */
  readonly acknowledge?: "stored" | "applied";
  /**
   * Whether pages of a disk are kept in a flush cache when they are committed and written to the disk at
   * its own speed (US11263136). Default false: they are applied as memory's pages are.
   */
  readonly diskCache?: boolean;
  readonly broken?: SwapDefects;
}

/** After all of a checkpoint has arrived and was verified (Remus, NSDI'08, section 3.3). */
export function afterArrival(options: ApplyOptions = {}): Apply {
  return apply("after arrival", "after-arrival", options);
}

/**
 * In parallel with transmission: group k is swapped in while group k + 1 is on the wire. An
 * incomplete checkpoint is rolled back by swapping again.
 *
 * Source: US11288123, differing words of N bytes are swapped between the reserved copy and the live page.
 */
export function swapping(options: ApplyOptions = {}): Apply {
  return apply("by swapping", "swapping", options);
}

function apply(
  how: string,
  mode: Apply["mode"],
  { acknowledge = "stored", diskCache = false, broken = {} }: ApplyOptions,
): Apply {
  const answered = acknowledge === "stored" ? "" : ", answered when applied";
  const cached = diskCache ? ", disk behind a cache" : "";
  return { name: `${how}${answered}${cached}`, mode, acknowledge, diskCache, broken };
}
