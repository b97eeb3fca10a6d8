import type { HardwareCosts } from "../../host/hardware-profile.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { EncodedPage } from "../encode/encoded-page.ts";
import { IDENTICAL, RUNS, WORDS } from "../encode/page-form.ts";

/**
 * What it costs to put pages into a stand-by machine: a difference is patched in, others are copied, and
 * one that is written to a disk takes the disk's time besides.
 *
 * @param isWritten Whether a page is written to a disk as it is applied.
 */
export function applyCostNs(
  pages: readonly EncodedPage[],
  costs: HardwareCosts,
  isWritten: (page: number) => boolean,
): Nanoseconds {
  let costNs = 0;
  for (const { page, form } of pages) {
    if (form !== IDENTICAL && isWritten(page)) costNs += costs.diskWritePageNs;
    if (form === WORDS || form === RUNS) costNs += costs.patchPageNs;
    else if (form !== IDENTICAL) costNs += costs.applyPageNs;
  }
  return costNs;
}
