import { PAGE_SIZE } from "../memory/page.ts";
import type { Nanoseconds } from "../sim/time.ts";
import { transmissionNs } from "./bandwidth.ts";
import type { HardwareProfile } from "./hardware-profile.ts";

/** How big a checkpoint is. */
export interface EpochSize {
  /** Pages of the machine's memory, dirty or not. */
  readonly memoryPages: number;
  readonly dirtyPages: number;
}

/**
 * How long a machine stands still for a checkpoint whose pages are copied aside and sent later:
 *
 * suspend + fixed + invalidate + memory × collect + dirty × (clear + copy) + resume
 */
export function pauseNs(profile: HardwareProfile, size: EpochSize): Nanoseconds {
  const { suspendNs, epochFixedNs, tlbInvalidateNs, resumeNs } = profile;
  const { collectPageNs, clearPageNs, copyPageNs } = profile;
  return (
    suspendNs +
    epochFixedNs +
    tlbInvalidateNs +
    size.memoryPages * collectPageNs +
    size.dirtyPages * (clearPageNs + copyPageNs) +
    resumeNs
  );
}

/**
 * From the first page sent until the sender has the answer, one page after the other, processor and
 * wire not overlapping:
 *
 * fixed + dirty × (encode + send) + dirty × page on the wire + 2 × latency
 */
export function transferNs(profile: HardwareProfile, dirtyPages: number): Nanoseconds {
  const { transferFixedNs, encodePageNs, sendPageNs, link } = profile;
  return (
    transferFixedNs +
    dirtyPages * (encodePageNs + sendPageNs) +
    transmissionNs(dirtyPages * PAGE_SIZE, link.bandwidthBitsPerSecond) +
    2 * link.latencyNs
  );
}
