import { expectWhole } from "../../sim/expect-whole.ts";
import { race } from "../../sim/race.ts";
import { formatTime, ms, type Nanoseconds, seconds } from "../../sim/time.ts";
import { type Trigger, until } from "./trigger.ts";

/** Settings of {@link dirtyPages}. */
export interface DirtyPagesOptions {
  /** The machine stands still when it has written so many pages, until the checkpoint begins. Default 10,000. */
  readonly pages?: number;
  /** The checkpoint is due when it has written so many. Default 4 % fewer than `pages`. */
  readonly watermark?: number;
  /** Least time from the start of one checkpoint to the next. Default 1 ms. */
  readonly leastNs?: Nanoseconds;
  /** Longest time without a checkpoint. Default 1 s. */
  readonly mostNs?: Nanoseconds;
}

/**
 * When the machine has written so many pages; it is stopped before it writes many more. It bounds what a
 * checkpoint carries instead of when it comes.
 *
 * Source: checkpoints of machines that are paused after a preset number of dirty pages, as Stratus made
 * KVM's dirty ring for them; Cuju's watermark (9,600 of 10,000 pages).
 *
 * @throws StandinRangeError `TRIGGER_OPTION`.
 */
export function dirtyPages(options: DirtyPagesOptions = {}): Trigger {
  const { pages = 10_000, leastNs = ms(1), mostNs = seconds(1) } = options;
  const watermark = options.watermark ?? Math.ceil(pages * 0.96);
  expectWhole("TRIGGER_OPTION", "pages", pages, 1);
  expectWhole("TRIGGER_OPTION", "watermark", watermark, 1, pages);
  expectWhole("TRIGGER_OPTION", "leastNs", leastNs, 1);
  expectWhole("TRIGGER_OPTION", "mostNs", mostNs, leastNs);
  return {
    name: `at ${watermark} dirty pages, ${formatTime(leastNs)} to ${formatTime(mostNs)}`,
    stopAtPages: pages,
    *wait(context) {
      const { host, noted, notedPages, startedAtNs, clockNs } = context;
      yield* until(context, startedAtNs + leastNs);
      const leftNs = Math.max(0, startedAtNs + mostNs - clockNs());
      const many = noted.until(() => notedPages() >= watermark);
      yield* race({ many }, host.clock.toGlobal(leftNs));
    },
  };
}
