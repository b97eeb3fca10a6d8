import type { Guest, GuestStorage } from "../../guest/guest.ts";
import { StandinTypeError } from "../../sim/errors.ts";
import { expectWhole } from "../../sim/expect-whole.ts";
import { race } from "../../sim/race.ts";
import { formatTime, type Nanoseconds } from "../../sim/time.ts";
import type { CheckpointRecord } from "../records.ts";
import type { Quiesce } from "./quiesce.ts";
import { limitFromNow, MOST_NS_DEFAULT } from "./rest-limit.ts";

/** Settings of {@link storage}. */
export interface StorageOptions {
  /**
   * Longest time that active requests and the secondary are waited for, together; the checkpoint then goes
   * ahead all the same. Default 5 ms.
   */
  readonly mostNs?: Nanoseconds;
}

/**
 * The storage driver takes no new requests, which wait in their queue, and finishes those it has; the
 * secondary comes to rest as well. When both have, the checkpoint is taken: with no request half done.
 *
 * Source: US11281538.
 *
 * @throws StandinRangeError `QUIESCE_OPTION`.
 */
export function storage({ mostNs = MOST_NS_DEFAULT }: StorageOptions = {}): Quiesce {
  expectWhole("QUIESCE_OPTION", "mostNs", mostNs, 1);
  const part = "storage";
  return {
    name: `${part}, at most ${formatTime(mostNs)}`,
    expect(guest, image) {
      storageOf(guest, image);
    },
    *begin(context) {
      const { engine, host, vm, machine, term, epoch } = context;
      const about = { machine, host: host.name, term, epoch, part };
      const requests = storageOf(vm.guest, machine);
      yield* engine.announce<CheckpointRecord>({ kind: "quiesce.started", ...about });

      // 1. Notify the secondary, which comes to rest meanwhile.
      const leftNs = limitFromNow(context, mostNs);
      const label = `${machine} on ${host.name}: secondary at rest`;
      const secondary = engine.spawn(label, host.owner, () => context.secondaryReady());

      // 2. Take no new requests.
      requests.block();

      // 3. Finish those there are: the machine runs on.
      const isDone = vm.untilBoundary(() => requests.activeRequests === 0);
      const done = yield* race({ done: isDone }, leftNs());

      // 4. Wait until the secondary is ready. One that is not in time is waited for no more: what it says
      //    later is for nobody.
      const ready = yield* race({ ready: secondary.join() }, leftNs());
      secondary.kill();
      const inTime = done.key === "done" && ready.key === "ready";
      yield* engine.announce<CheckpointRecord>({ kind: "quiesce.reached", ...about, inTime });
    },
    end({ vm, machine }) {
      storageOf(vm.guest, machine).unblock();
      // A machine that waits for input may have requests to begin.
      vm.wake();
    },
  };
}

function storageOf(guest: Guest, image: string): GuestStorage {
  if (guest.storage !== undefined) return guest.storage;
  throw new StandinTypeError(
    "PART_NEEDS",
    `quiesces.storage: expected a machine with a disk whose requests can be blocked, got ${image}, which has none`,
  );
}
