import { expectWhole } from "../../sim/expect-whole.ts";
import { race } from "../../sim/race.ts";
import { formatTime, ms, type Nanoseconds, seconds, us } from "../../sim/time.ts";
import { type Trigger, until } from "./trigger.ts";

/** Settings of {@link heldOutput}. */
export interface HeldOutputOptions {
  /** Rate at which held output is meant to leave, bits a second. Default 100 Mbit/s. */
  readonly bitsPerSecond?: number;
  /** Least time from the start of one checkpoint to the next. Default 1 ms. */
  readonly leastNs?: Nanoseconds;
  /** Longest time without a checkpoint when nothing is held. Default 100 ms. */
  readonly mostNs?: Nanoseconds;
}

/** How often it looks how much is held, once something is. */
const LOOK_NS: Nanoseconds = us(100);

/**
 * N bits of held output at a target rate R are due after N / R: soon after a little was held, later
 * when a burst is under way that one checkpoint can serve. Output that may be deferred does not count
 * until it has waited as long as it may; then it is due at once.
 *
 * Source: US9652338, delay of a checkpoint by the traffic that it holds, with a least delay.
 *
 * @throws StandinRangeError `TRIGGER_OPTION`.
 */
export function heldOutput(options: HeldOutputOptions = {}): Trigger {
  const { bitsPerSecond = 100_000_000, leastNs = ms(1), mostNs = ms(100) } = options;
  expectWhole("TRIGGER_OPTION", "bitsPerSecond", bitsPerSecond, 1);
  expectWhole("TRIGGER_OPTION", "leastNs", leastNs, 1);
  expectWhole("TRIGGER_OPTION", "mostNs", mostNs, leastNs);
  return {
    name: `held output at ${bitsPerSecond} bit/s, ${formatTime(leastNs)} to ${formatTime(mostNs)}`,
    *wait(context) {
      const { host, held, startedAtNs, clockNs } = context;
      const lastNs = startedAtNs + mostNs;
      yield* until(context, startedAtNs + leastNs);
      const left = Math.max(0, lastNs - clockNs());
      const first = yield* race({ held: held.wait() }, host.clock.toGlobal(left));
      if (first.key === "timeout") return;
      const heldAtNs = clockNs();
      while (clockNs() < lastNs) {
        const bits = context.urgentBytes() * 8;
        const bitsDueNs = heldAtNs + Math.ceil((bits * seconds(1)) / bitsPerSecond);
        const dueNs = Math.min(bitsDueNs, context.deferredUntilNs());
        if (clockNs() >= dueNs) return;
        yield* host.clock.sleep(Math.min(LOOK_NS, dueNs - clockNs()));
      }
    },
  };
}
