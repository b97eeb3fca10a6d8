import { expectWhole } from "../../sim/expect-whole.ts";
import { formatTime, ms, type Nanoseconds } from "../../sim/time.ts";
import { type Trigger, until } from "./trigger.ts";

/**
 * From the start of one checkpoint to the start of the next, if it is over by then (Remus, NSDI'08).
 *
 * @param intervalNs Default 25 ms.
 * @throws StandinRangeError `TRIGGER_OPTION`.
 */
export function fixedInterval(intervalNs: Nanoseconds = ms(25)): Trigger {
  expectWhole("TRIGGER_OPTION", "interval", intervalNs, 1);
  return {
    name: `every ${formatTime(intervalNs)}`,
    wait: (context) => until(context, context.startedAtNs + intervalNs),
  };
}
