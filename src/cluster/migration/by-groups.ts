import { type ByGroupsOptions, byGroups } from "../../checkpoint/bring-up/by-groups.ts";
import { Checkpointer } from "../../checkpoint/checkpointer.ts";
import { createTracker } from "../../checkpoint/dirty-pages.ts";
import { checkpointSettings } from "../../checkpoint/options.ts";
import { Receiver } from "../../checkpoint/receiver.ts";
import { Signal } from "../../sim/signal.ts";
import type { Nanoseconds } from "../../sim/time.ts";
import type { MigrationWay } from "./way.ts";

/** Settings of {@link groupByGroup}. */
export interface GroupByGroupOptions extends ByGroupsOptions {
  /** From the start of one checkpoint to the start of the next. Default 25 ms. */
  readonly interval?: Nanoseconds;
}

/**
 * Moves a machine on checkpoints: each takes along a group of the pages that were not sent yet, until the
 * target has all of them; then the machine is handed over with one checkpoint more. From the first whole
 * checkpoint on it is a protected pair: until the handover the machine survives the loss of either host.
 *
 * Source: US20150205688.
 *
 * @throws StandinRangeError `CAPTURE_OPTION`, `CHECKPOINT_OPTION`.
 */
export function groupByGroup(options: GroupByGroupOptions = {}): MigrationWay {
  const { interval } = options;
  const settings = checkpointSettings({
    bringUp: byGroups(options),
    ...(interval === undefined ? {} : { interval }),
  });
  return {
    name: "group-by-group",
    expect(guest) {
      createTracker(guest.memory, settings);
    },
    begin({ engine, machine, from }) {
      const ready = new Signal(engine, `${machine} on ${from.name}: all groups are sent`);
      return {
        ready,
        scheme: {
          name: "group-by-group",
          primary: (side) =>
            new Checkpointer(side, settings, {
              // Output is held from the first checkpoint on that is a machine.
              committed: () => {
                if (side.gate.holding) ready.set();
              },
            }),
          secondary: (side) => new Receiver(side, settings),
        },
      };
    },
  };
}
