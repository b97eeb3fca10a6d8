import type { TrackerName } from "../memory/choose-tracker.ts";
import { StandinRangeError, StandinTypeError } from "../sim/errors.ts";
import { expectWhole } from "../sim/expect-whole.ts";
import { ms, type Nanoseconds } from "../sim/time.ts";
import { type Apply, afterArrival } from "./apply/apply.ts";
import type { BringUp } from "./bring-up/bring-up.ts";
import { preCopy } from "./bring-up/pre-copy.ts";
import type { Capture } from "./capture/capture.ts";
import { stopAndCopy } from "./capture/stop-and-copy.ts";
import type { PageEncoding } from "./encode/page-encoder.ts";
import { whole } from "./encode/page-encodings.ts";
import { none } from "./quiesce/none.ts";
import type { Quiesce } from "./quiesce/quiesce.ts";
import { atCommit } from "./release/at-commit.ts";
import type { Release } from "./release/release.ts";
import { type ReleaseDefects, withDefects } from "./release/release-defects.ts";
import { groups, type Transfer } from "./transfer/transfer.ts";
import { fixedInterval } from "./trigger/fixed-interval.ts";
import type { Trigger } from "./trigger/trigger.ts";

/** Settings of periodic checkpoints. */
export interface CheckpointOptions {
  /** From the start of one checkpoint to the start of the next; short for that trigger. Default 25 ms. */
  readonly interval?: Nanoseconds;
  /** When the next checkpoint begins. Default {@link fixedInterval} of `interval`. */
  readonly trigger?: Trigger;
  /**
   * How the primary notices which pages are written. Default `slat+shadow`: dirty flags where stores are
   * seen, comparison elsewhere.
   */
  readonly track?: TrackerName;
  /** Workers that share the scan for dirty flags, 1 to 64 (US8533382). Default 1. */
  readonly scanWorkers?: number;
  /** Of a dirty ring: its entries. Default 4,096. */
  readonly ringEntries?: number;
  /** Of a dirty ring: entries from which on the machine has to stop. Default 64 below `ringEntries`. */
  readonly ringWatermark?: number;
  /** What comes to rest before the machine is stopped. Default {@link none}. */
  readonly quiesce?: Quiesce;
  /** How its pages are captured. Default {@link stopAndCopy}. */
  readonly capture?: Capture;
  /** How pages travel. Default {@link whole}. */
  readonly encode?: PageEncoding;
  /** How groups of pages are sent. Default {@link groups}, one after the other. */
  readonly transfer?: Transfer;
  /** How the secondary applies them. Default {@link afterArrival}. */
  readonly apply?: Apply;
  /** How the secondary gets its first copy. Default {@link preCopy}. */
  readonly bringUp?: BringUp;
  /** When output leaves. Default {@link atCommit}, without rules. */
  readonly release?: Release;
  /** How often a refused checkpoint is sent again before the secondary is given up. Default 3. */
  readonly resends?: number;
  /** Parts broken on purpose, to show that the checks notice; never set otherwise. */
  readonly broken?: CheckpointDefects;
}

/** Defects that can be switched on one by one. */
export interface CheckpointDefects extends ReleaseDefects {
  /** Output leaves when the machine is stopped for the checkpoint, before anything is sent. */
  readonly releaseAtStop?: boolean;
  /** A secondary that stands in takes what it has of an unfinished checkpoint. */
  readonly tornApply?: boolean;
  /** Dirty bits are cleared and the cached translations that know them kept. */
  readonly noTlbInvalidate?: boolean;
  /** Check values of replication messages are not looked at. */
  readonly noCheckValue?: boolean;
  /** Dirty bits are cleared when the copy has been sent, with what was set since it was made. */
  readonly clearDirtyAfterCopy?: boolean;
  /** The registers sent are those of the checkpoint before. */
  readonly staleRegisters?: boolean;
  /** The secondary acknowledges a checkpoint when its first part arrives. */
  readonly ackBeforeStaged?: boolean;
  /** The interval is measured on the clock that tells the time, which somebody may set back. */
  readonly wallClockInterval?: boolean;
  /** What pages are compared with is not what was sent of them, but what they held when they were found. */
  readonly staleShadow?: boolean;
  /** A page for which the dirty ring has no room is written without an entry. */
  readonly ringOverflowIgnored?: boolean;
  /** Two checkpoints after each other carry the same number. */
  readonly reuseEpochNumber?: boolean;
}

/** All settings with their defaults filled in. */
export type CheckpointSettings = Required<Omit<CheckpointOptions, RingOption>> &
  Pick<CheckpointOptions, RingOption>;

type RingOption = "ringEntries" | "ringWatermark";

/**
 * Fills in the defaults.
 *
 * @throws StandinRangeError when a number is not whole or too small.
 */
export function checkpointSettings(options: CheckpointOptions): CheckpointSettings {
  const interval = options.interval ?? ms(25);
  expectWhole("CHECKPOINT_OPTION", "interval", interval, 1);
  const settings = {
    interval,
    trigger: options.trigger ?? fixedInterval(interval),
    track: options.track ?? "slat+shadow",
    scanWorkers: options.scanWorkers ?? 1,
    quiesce: options.quiesce ?? none(),
    capture: options.capture ?? stopAndCopy(),
    encode: options.encode ?? whole(),
    transfer: options.transfer ?? groups(),
    apply: options.apply ?? afterArrival(),
    bringUp: options.bringUp ?? preCopy(),
    ...(options.ringEntries === undefined ? {} : { ringEntries: options.ringEntries }),
    ...(options.ringWatermark === undefined ? {} : { ringWatermark: options.ringWatermark }),
    release: withDefects(options.release ?? atCommit(), options.broken ?? {}),
    resends: options.resends ?? 3,
    broken: options.broken ?? {},
  };
  expectWhole("CHECKPOINT_OPTION", "scanWorkers", settings.scanWorkers, 1);
  if (settings.scanWorkers > 1 && !settings.track.startsWith("slat")) {
    throw new StandinRangeError(
      "CHECKPOINT_OPTION",
      `scanWorkers: expected the tracker slat, whose scan can be shared, got ${settings.track}`,
    );
  }
  expectWhole("CHECKPOINT_OPTION", "resends", settings.resends, 0);
  const { track, trigger } = settings;
  if (trigger.stopAtPages !== undefined && !/^(dirty-ring|write-protection)$/.test(track)) {
    throw new StandinTypeError(
      "PART_NEEDS",
      `trigger "${trigger.name}" needs a tracker that counts pages as they are written (dirty-ring, write-protection), and "${track}" finds them only when it looks`,
    );
  }
  return settings;
}
