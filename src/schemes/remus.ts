import type { CheckpointDefects } from "../checkpoint/options.ts";
import type { Scheme } from "../cluster/scheme.ts";
import { ms, type Nanoseconds } from "../sim/time.ts";
import { checkpoint } from "./checkpoint.ts";

/** Settings of {@link remus}. */
export interface RemusOptions {
  /** From the start of one checkpoint to the start of the next. Default 25 ms, 40 in a second as published. */
  readonly interval?: Nanoseconds;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: CheckpointDefects;
}

/**
 * Checkpoints as they were published: written pages are noticed by write protection, as Xen's log-dirty mode does
 * with shadow page tables; the machine stops, is copied and goes on; pages travel whole in one group after
 * the other while it runs; output waits for the commit. Other checkpoints are {@link checkpoint} with its options.
 *
 * Source: Remus (Cully et al., NSDI'08).
 *
 * @throws StandinRangeError when an option is out of range.
 */
export function remus(options: RemusOptions = {}): Scheme {
  const { interval = ms(25), broken = {} } = options;
  const published = checkpoint({ interval, track: "write-protection+shadow", broken });
  return { ...published, name: "remus" };
}
