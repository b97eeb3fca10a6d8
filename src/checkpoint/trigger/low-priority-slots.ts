import { expectWhole } from "../../sim/expect-whole.ts";
import { formatTime, type Nanoseconds } from "../../sim/time.ts";
import { type Trigger, until } from "./trigger.ts";

/** Settings of {@link lowPrioritySlots}. */
export interface SlotOptions {
  /** Slots begin at multiples of this on the host's clock that nobody sets. */
  readonly periodNs: Nanoseconds;
  /** How long a slot is open for a checkpoint to begin; less than the period. */
  readonly slotNs: Nanoseconds;
  /** Least time from the start of one checkpoint to the next. Default 1 ns: one for each slot. */
  readonly leastNs?: Nanoseconds;
}

/**
 * Only in the slots of a schedule that has nothing more urgent to do.
 *
 * Source: US11288143, checkpoints in time slots of low priority in a real-time system.
 *
 * @throws StandinRangeError `TRIGGER_OPTION`.
 */
export function lowPrioritySlots({ periodNs, slotNs, leastNs = 1 }: SlotOptions): Trigger {
  expectWhole("TRIGGER_OPTION", "periodNs", periodNs, 2);
  expectWhole("TRIGGER_OPTION", "slotNs", slotNs, 1, periodNs - 1);
  expectWhole("TRIGGER_OPTION", "leastNs", leastNs, 1);
  return {
    name: `in slots of ${formatTime(slotNs)} every ${formatTime(periodNs)}`,
    *wait(context) {
      const { startedAtNs, clockNs } = context;
      const usedSlot = Math.floor(startedAtNs / periodNs);
      const fromNs = Math.max(clockNs(), startedAtNs + leastNs);
      const slot = Math.max(usedSlot + 1, Math.floor(fromNs / periodNs));
      const isOpen = fromNs < slot * periodNs + slotNs;
      yield* until(context, isOpen ? Math.max(fromNs, slot * periodNs) : (slot + 1) * periodNs);
    },
  };
}
