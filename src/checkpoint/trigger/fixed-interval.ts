import { formatTime, ms, type Nanoseconds } from "../../sim/time.ts";
import { expectSetting } from "./expect-setting.ts";
import { type Trigger, until } from "./trigger.ts";

/**
 * From the start of one checkpoint to the start of the next, if it is over by then (Remus, NSDI'08).
 *
 * @param intervalNs Default 25 ms.
 * @throws StandinRangeError `TRIGGER_OPTION`.
 */
export function fixedInterval(intervalNs: Nanoseconds = ms(25)): Trigger {
  expectSetting("interval", intervalNs, 1);
  return {
    name: `every ${formatTime(intervalNs)}`,
    wait: (context) => until(context, context.startedAtNs + intervalNs),
  };
}
