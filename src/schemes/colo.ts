import type { Scheme } from "../cluster/scheme.ts";
import { type CompareOptions, compareSettings } from "../lockstep/compare/options.ts";
import { ms, seconds } from "../sim/time.ts";
import { comparing } from "./comparing.ts";

/**
 * Coarse-grain lock-stepping: both machines run, what they send is compared at the primary, and a checkpoint
 * is taken when they differ. The stand-by keeps a clean copy of its memory.
 *
 * Source: COLO (Dong et al., SoCC'13; QEMU, docs/COLO-FT.txt and net/colo-compare.c). Defaults: `timeoutNs`
 * 3 s and `scanNs` 1 s (`compare_timeout`, `expired_scan_cycle`), `queuePackets` 1,024 (`max_queue_size`),
 * `mostNs` 20 s (`x-checkpoint-delay`), `memory` `clean-base` (the secondary's RAM cache), `releaseOutputAt`
 * `received`, `resumeAt` `acknowledged`, for the machine is started when the transaction is over. `minimumNs`
 * 5 ms, the window in which miscompares are served by one checkpoint, is ours.
 *
 * @throws StandinRangeError, StandinTypeError as `compareSettings` does.
 */
export function colo(options: CompareOptions = {}): Scheme {
  const defaults = {
    ...{ minimumNs: ms(5), mostNs: seconds(20), scanNs: seconds(1) },
    ...({ memory: "clean-base", resumeAt: "acknowledged", comparedAt: "primary" } as const),
  };
  return comparing("colo", compareSettings(options, defaults));
}
