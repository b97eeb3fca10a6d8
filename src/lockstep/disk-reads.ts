import type { DiskRead } from "../guest/guest.ts";
import type { HardwareCosts } from "../host/hardware-profile.ts";
import { PAGE_SIZE } from "../memory/page.ts";
import type { Nanoseconds } from "../sim/time.ts";

/**
 * Where a machine that replays gets what it reads from its disk (VMware FT, 2010):
 *
 * - `logged`: from the log. Every byte that the primary's disk has read travels; nothing is read twice.
 * - `own`: from its own disk, which holds the same because the replay has written the same. The log is small,
 *   and the replay waits for its disk.
 */
export type DiskReads = "logged" | "own";

/**
 * Time for which a replay waits for its own disk in a stretch. It has asked when the guest did, and the disk
 * has been working since, on one read after the other: only what is left of that is waited for.
 *
 * @param reads What the stretch has read.
 */
export function diskWaitNs(
  reads: readonly Pick<DiskRead, "sizeBytes" | "tookNs">[],
  { diskReadNs, diskReadPageNs }: Pick<HardwareCosts, "diskReadNs" | "diskReadPageNs">,
): Nanoseconds {
  let busyNs = 0;
  let askedNs = 0;
  for (const { sizeBytes, tookNs } of reads) {
    busyNs += diskReadNs + Math.ceil((sizeBytes * diskReadPageNs) / PAGE_SIZE);
    askedNs = Math.max(askedNs, tookNs);
  }
  return Math.max(0, busyNs - askedNs);
}
