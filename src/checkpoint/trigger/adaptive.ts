import { expectWhole } from "../../sim/expect-whole.ts";
import { formatTime, ms, type Nanoseconds } from "../../sim/time.ts";
import { type Trigger, until } from "./trigger.ts";

/** Settings of {@link adaptive}. */
export interface AdaptiveOptions {
  /** Shortest time from start to start. Default 5 ms. */
  readonly leastNs?: Nanoseconds;
  /** Longest. Default 100 ms. */
  readonly mostNs?: Nanoseconds;
  /** So many times what the last checkpoint took, in percent. Default 200: half the time is the machine's. */
  readonly percent?: number;
}

/**
 * As often as checkpoints can be afforded: the next one begins when a multiple of what the last one
 * took has passed (Cuju shrinks and stretches its epochs by what the last transfer took).
 *
 * @throws StandinRangeError `TRIGGER_OPTION`.
 */
export function adaptive(options: AdaptiveOptions = {}): Trigger {
  const { leastNs = ms(5), mostNs = ms(100), percent = 200 } = options;
  expectWhole("TRIGGER_OPTION", "leastNs", leastNs, 1);
  expectWhole("TRIGGER_OPTION", "mostNs", mostNs, leastNs);
  expectWhole("TRIGGER_OPTION", "percent", percent, 100, 10_000);
  return {
    name: `${percent} % of the last, ${formatTime(leastNs)} to ${formatTime(mostNs)}`,
    wait(context) {
      const wantedNs = Math.ceil((context.tookNs / 100) * percent);
      return until(context, context.startedAtNs + Math.min(mostNs, Math.max(leastNs, wantedNs)));
    },
  };
}
