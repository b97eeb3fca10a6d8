import { expectWhole } from "../../sim/expect-whole.ts";
import { race } from "../../sim/race.ts";
import { formatTime, type Nanoseconds } from "../../sim/time.ts";
import type { CheckpointRecord } from "../records.ts";
import type { Quiesce } from "./quiesce.ts";
import { limitFromNow, MOST_NS_DEFAULT } from "./rest-limit.ts";

/** Settings of {@link interfaceAgent}. */
export interface InterfaceAgentOptions {
  /** Longest time that the machine is waited for; the checkpoint then goes ahead all the same. Default 5 ms. */
  readonly mostNs?: Nanoseconds;
  /** Mistakes for tests to notice. */
  readonly broken?: {
    /** What arrives while the machine is told that there is nothing is thrown away. */
    readonly quiescedInputDropped?: boolean;
  };
}

/**
 * The agent of the network interface says "no packets" whatever is at its input port, so that the
 * application drains: it finishes what it has begun and reaches a safe point, where it waits for input.
 * There the checkpoint is taken. What arrives meanwhile waits, in its order.
 *
 * Source: US10360117.
 *
 * @throws StandinRangeError `QUIESCE_OPTION`.
 */
export function interfaceAgent(options: InterfaceAgentOptions = {}): Quiesce {
  const { mostNs = MOST_NS_DEFAULT, broken = {} } = options;
  expectWhole("QUIESCE_OPTION", "mostNs", mostNs, 1);
  const part = "interface agent";
  return {
    name: `${part}, at most ${formatTime(mostNs)}`,
    *begin(context) {
      const { engine, host, vm, machine, term, epoch } = context;
      const about = { machine, host: host.name, term, epoch, part };
      yield* engine.announce<CheckpointRecord>({ kind: "quiesce.started", ...about });
      vm.refuseInput();
      // A machine that never waits for input is taken where it is.
      const leftNs = limitFromNow(context, mostNs);
      const end = yield* race({ idle: vm.untilBoundary(() => vm.idle) }, leftNs());
      const inTime = end.key === "idle";
      yield* engine.announce<CheckpointRecord>({ kind: "quiesce.reached", ...about, inTime });
    },
    end({ vm }) {
      if (broken.quiescedInputDropped) vm.discardInput();
      vm.takeInput();
    },
  };
}
