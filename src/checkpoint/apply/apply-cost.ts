import type { HardwareCosts } from "../../host/hardware-profile.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { EncodedPage } from "../encode/encoded-page.ts";
import { IDENTICAL, RUNS, WORDS } from "../encode/page-form.ts";

/** What it costs to put pages into a stand-by machine: a difference is patched in, others are copied. */
export function applyCostNs(pages: readonly EncodedPage[], costs: HardwareCosts): Nanoseconds {
  let costNs = 0;
  for (const { form } of pages) {
    if (form === WORDS || form === RUNS) costNs += costs.patchPageNs;
    else if (form !== IDENTICAL) costNs += costs.applyPageNs;
  }
  return costNs;
}
